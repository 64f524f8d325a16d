"""The cast, and a data folder of each test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from library.ingest import ffmpeg
from tests.builders import make_user

ChooseFfmpeg = Callable[[Settings], None]


@pytest.fixture(scope="module", params=["installed", "bundled"])
def which_ffmpeg(request: pytest.FixtureRequest) -> Iterator[ChooseFfmpeg]:
    path = "" if request.param == "installed" else imageio_ffmpeg.get_ffmpeg_exe()

    def choose(settings: Settings) -> None:
        settings.FFMPEG = path
        ffmpeg.executable.cache_clear()

    yield choose
    ffmpeg.executable.cache_clear()


@pytest.fixture
def every_ffmpeg(which_ffmpeg: ChooseFfmpeg, settings: Settings) -> None:
    """A test that uses it runs with each ffmpeg that is at hand."""
    which_ffmpeg(settings)


@pytest.fixture
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def alice(db: None) -> User:
    """Staff."""
    return make_user("alice", is_staff=True, is_superuser=True)


@pytest.fixture
def bob(db: None) -> User:
    return make_user("bob")
