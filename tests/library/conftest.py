"""The cast, and a data folder of each test's own."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from tests.builders import make_user


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
