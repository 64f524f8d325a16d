"""The first administrator: for who reads the log, once."""

import logging
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from synchro.accounts import first_admin
from tests.builders import make_user

pytestmark = pytest.mark.django_db

PASSWORD = "a slow tide at noon"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def fill_in(client: Client, token: str):
    wish = {"setup_token": token, "username": "alice", "password1": PASSWORD, "password2": PASSWORD}
    return client.post(reverse("accounts:first-administrator"), wish)


def test_a_start_without_administrator_logs_a_token(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        first_admin.announce()
    token = (data_dir / "setup-token").read_text()
    assert token in caplog.text
    assert len(token) >= 20
    assert (data_dir / "setup-token").stat().st_mode & 0o777 == 0o600


def test_a_second_start_logs_the_same_token(data_dir: Path) -> None:
    first_admin.announce()
    token = (data_dir / "setup-token").read_text()
    first_admin.announce()
    assert (data_dir / "setup-token").read_text() == token
    assert [path.name for path in data_dir.iterdir()] == ["setup-token"]


def test_the_token_makes_an_administrator_and_is_spent(
    data_dir: Path, client: Client, django_capture_on_commit_callbacks
) -> None:
    first_admin.announce()
    token = (data_dir / "setup-token").read_text()
    with django_capture_on_commit_callbacks(execute=True):
        fill_in(client, f" {token}\n")  # as copied from a terminal
    alice = User.objects.get()
    assert alice.is_superuser
    assert alice.is_staff
    assert alice.check_password(PASSWORD)
    assert client.get(reverse("admin:index")).status_code == 200
    assert not first_admin.is_offered()
    assert fill_in(Client(), token).status_code == 404


def test_a_wrong_token_makes_nobody(client: Client) -> None:
    first_admin.announce()
    answer = fill_in(client, "a guess")
    assert "That is not the token in the log." in answer.content.decode()
    assert not User.objects.exists()


def test_without_the_file_no_token_is_right() -> None:
    assert not first_admin.is_right("")


def test_a_start_with_an_administrator_offers_nothing(data_dir: Path, client: Client) -> None:
    first_admin.announce()
    make_user("alice", is_superuser=True)
    first_admin.announce()
    assert not (data_dir / "setup-token").exists()
    assert client.get(reverse("accounts:first-administrator")).status_code == 404


def test_pages_offer_it_while_there_is_none(client: Client) -> None:
    address = reverse("accounts:first-administrator")
    assert address not in client.get("/").content.decode()
    first_admin.announce()
    assert address in client.get("/").content.decode()
