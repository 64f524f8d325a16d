"""Signing up, in and out; the language."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.builders import make_user, signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "a slow tide at noon"


def test_signing_up_opens_an_ordinary_account_and_signs_in(client: Client) -> None:
    wish = {"username": "bob", "password1": PASSWORD, "password2": PASSWORD, "is_superuser": "1", "is_staff": "1"}
    answer = client.post(reverse("accounts:sign-up"), wish)
    bob = User.objects.get()
    assert answer["Location"] == "/"
    assert not bob.is_staff
    assert not bob.is_superuser
    assert "bob" in client.get("/").content.decode()


def test_signing_up_goes_on_where_one_was(client: Client) -> None:
    wish = {"username": "bob", "password1": PASSWORD, "password2": PASSWORD, "next": "/rooms/new"}
    assert client.post(reverse("accounts:sign-up"), wish)["Location"] == "/rooms/new"


@pytest.mark.parametrize("page", ["sign-in", "sign-up"])
def test_nobody_is_led_to_another_site(client: Client, page: str) -> None:
    make_user("alice")
    wish = {
        "username": "alice" if page == "sign-in" else "bob", "password": "correct horse",
        "password1": PASSWORD, "password2": PASSWORD, "next": "https://elsewhere.example/",
    }  # fmt: skip
    assert client.post(reverse(f"accounts:{page}"), wish)["Location"] == "/"


def test_a_weak_password_is_refused_in_place(client: Client) -> None:
    answer = client.post(reverse("accounts:sign-up"), {"username": "bob", "password1": "12345", "password2": "12345"})
    assert "too short" in answer.content.decode()
    assert not User.objects.exists()


def test_signing_out(client: Client) -> None:
    browser = signed_in(make_user("alice"))
    assert browser.post(reverse("accounts:sign-out"))["Location"] == "/"
    assert browser.get(reverse("accounts:account")).status_code == 302


def test_the_password_can_be_changed() -> None:
    alice = make_user("alice")
    wish = {"old_password": "correct horse", "new_password1": PASSWORD, "new_password2": PASSWORD}
    signed_in(alice).post(reverse("accounts:password"), wish)
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_the_language_can_be_chosen_and_stays(client: Client) -> None:
    assert '<html lang="en"' in client.get("/").content.decode()
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/"})
    text = client.get("/").content.decode()
    assert '<html lang="zh-hans"' in text
    assert "房间" in text


@pytest.mark.parametrize(
    ("cookie", "media"), [("dark", "all"), ("light", "not all"), ("</style>", "(prefers-color-scheme: dark)")]
)
def test_the_server_knows_the_chosen_colours(client: Client, cookie: str, media: str) -> None:
    client.cookies["theme"] = cookie
    text = client.get("/").content.decode()
    assert f'id="dark-theme" media="{media}"' in text
    assert "</style>" not in text
