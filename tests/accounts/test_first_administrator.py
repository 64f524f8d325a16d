"""The first administrator: for who reads the log, once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from synchro.accounts import first_admin
from tests.builders import make_user, signed_in
from tests.serving import Site
from tests.visitors import Visitor

pytestmark = pytest.mark.django_db

PASSWORD = "a slow tide at noon"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def fill_in(client: Client, token: str, **fields: str):
    wish = {"setup_token": token, "username": "alice", "password1": PASSWORD, "password2": PASSWORD, **fields}
    return client.post(reverse("accounts:first-administrator"), wish)


def test_a_start_without_administrator_makes_a_token(data_dir: Path) -> None:
    first_admin.offer()
    token = (data_dir / "setup-token").read_text()
    assert first_admin.offered_token() == token
    assert len(token) >= 20
    assert (data_dir / "setup-token").stat().st_mode & 0o777 == 0o600


def test_a_second_start_keeps_the_token(data_dir: Path) -> None:
    first_admin.offer()
    token = (data_dir / "setup-token").read_text()
    first_admin.offer()
    assert (data_dir / "setup-token").read_text() == token
    assert [path.name for path in data_dir.iterdir()] == ["setup-token"]


def test_the_token_makes_an_administrator_and_is_spent(
    data_dir: Path, client: Client, django_capture_on_commit_callbacks
) -> None:
    first_admin.offer()
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
    first_admin.offer()
    answer = fill_in(client, "a guess")
    assert "That is not the token in the log." in answer.content.decode()
    assert not User.objects.exists()


def test_without_the_file_no_token_is_right() -> None:
    assert not first_admin.is_right("")


def test_a_start_with_an_administrator_offers_nothing(data_dir: Path, client: Client) -> None:
    first_admin.offer()
    make_user("alice", is_superuser=True)
    first_admin.offer()
    assert not (data_dir / "setup-token").exists()
    assert client.get(reverse("accounts:first-administrator")).status_code == 404


def test_pages_offer_it_while_there_is_none(client: Client) -> None:
    address = reverse("accounts:first-administrator")
    assert address not in client.get("/").content.decode()
    first_admin.offer()
    assert address in client.get("/").content.decode()


def focused(client: Client, query: str) -> str | None:
    """The field that a browser puts the cursor into."""
    html = client.get(reverse("accounts:first-administrator") + query).content.decode()
    fields = [tag for tag in re.findall("<input[^>]*>", html) if "autofocus" in tag]
    assert len(fields) == 1
    found = re.search('name="([^"]*)"', fields[0])
    return found and found[1]


def test_the_link_fills_in_the_token_and_the_cursor_is_in_the_first_empty_field(data_dir: Path, client: Client) -> None:
    first_admin.offer()
    token = (data_dir / "setup-token").read_text()
    html = client.get(reverse("accounts:first-administrator"), {"token": token}).content.decode()
    assert f'value="{token}"' in html
    assert focused(client, f"?token={token}") == "username"
    assert focused(client, "") == "setup_token"
    again = fill_in(client, token, password2="another").content.decode()
    assert re.search('<input[^>]*name="password1"[^>]*autofocus', again)


def by_command() -> None:
    call_command("createsuperuser", "--noinput", username="alice", email="")


def in_a_shell() -> None:
    User.objects.create_superuser("alice")


def by_a_promotion() -> None:
    bob = make_user("bob")
    bob.is_superuser = True
    bob.save()


def in_the_administration() -> None:
    """By a member of the staff who may change accounts; who is a superuser already has ended the token."""
    staff = make_user("carol", is_staff=True)
    browser = signed_in(staff)
    dave = make_user("dave", is_superuser=True, is_active=False)
    User.objects.filter(pk=staff.pk).update(is_superuser=True)  # a query sends no signal
    dates = {"date_joined_0": "2026-11-23", "date_joined_1": "12:00:00"}
    wish = {"username": "dave", "is_active": "on", "is_superuser": "on", **dates}
    assert browser.post(reverse("admin:auth_user_change", args=[dave.pk]), wish).status_code == 302


@pytest.mark.parametrize("made", [by_command, in_a_shell, by_a_promotion, in_the_administration])
def test_the_token_ends_with_the_first_administrator_however_made(
    data_dir: Path, client: Client, django_capture_on_commit_callbacks, made: Callable[[], None]
) -> None:
    first_admin.offer()
    token = (data_dir / "setup-token").read_text()
    with django_capture_on_commit_callbacks(execute=True):
        made()
    assert not (data_dir / "setup-token").exists()
    assert not first_admin.is_right(token)
    assert fill_in(client, token).status_code == 404


def test_it_ends_at_the_page_if_a_query_made_the_administrator(data_dir: Path, client: Client) -> None:
    first_admin.offer()
    token = (data_dir / "setup-token").read_text()
    make_user("bob")
    User.objects.update(is_superuser=True)
    assert fill_in(client, token).status_code == 404
    assert not (data_dir / "setup-token").exists()
    assert User.objects.count() == 1


@pytest.mark.parametrize("fields", [{}, {"is_staff": True}, {"is_superuser": True, "is_active": False}])
def test_other_accounts_do_not_end_it(
    data_dir: Path, django_capture_on_commit_callbacks, fields: dict[str, bool]
) -> None:
    first_admin.offer()
    with django_capture_on_commit_callbacks(execute=True):
        make_user("bob", **fields)
    assert first_admin.is_offered()


def test_of_two_at_once_one_becomes_it(data_dir: Path, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one's form was right when it came, and the first one's account is there when it is to be saved."""
    first_admin.offer()
    token = (data_dir / "setup-token").read_text()
    real = first_admin.is_right

    def right_and_then_late(token: str) -> bool:
        right = real(token)
        make_user("bob", is_superuser=True)
        return right

    monkeypatch.setattr(first_admin, "is_right", right_and_then_late)
    assert fill_in(client, token).status_code == 404
    assert [user.get_username() for user in User.objects.all()] == ["bob"]
    assert client.get(reverse("accounts:account")).status_code == 302


@pytest.mark.server
def test_a_served_site_stops_offering_when_another_process_makes_one(tmp_path: Path) -> None:
    with Site(tmp_path, SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.start()
        token = (site.data / "setup-token").read_text()
        wish = {"setup_token": token, "username": "mallory", "password1": PASSWORD, "password2": PASSWORD}
        page = "/accounts/first-administrator/"
        with Visitor(site) as visitor:
            assert visitor.http.get(page).status_code == 200
            site.manage("createsuperuser", "--noinput", "--username", "alice", "--email", "")
            assert visitor.fill_in(page, **wish).status_code == 404
            assert page not in visitor.http.get("/").text
        assert not (site.data / "setup-token").exists()
