"""A sender, and where the site keeps what is unfinished."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from tests.builders import signed_in
from tests.library.resumable.sender import Sender


@pytest.fixture(autouse=True)
def folder(data_dir: Path, settings: Settings) -> Path:
    """Where unfinished uploads are."""
    settings.FILE_UPLOAD_TEMP_DIR = str(data_dir / "incoming")
    return data_dir / "incoming" / "unfinished"


@pytest.fixture
def page(bob: User) -> Sender:
    return Sender(signed_in(bob))
