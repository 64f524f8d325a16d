"""Guessing passwords: each limit at its edge, through each door where a password is asked for."""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from playback import clock
from synchro.accounts import devices, first_admin, log_in_limits
from synchro.limits.rates import Limit, TooManyRequests
from tests.builders import NOW_US, SECOND_US, make_user

pytestmark = pytest.mark.django_db

RIGHT, WRONG = "correct horse", "battery staple"
SIGN_IN, ADMIN_LOG_IN = "/accounts/sign-in/", "/admin/login/"


@pytest.fixture
def alice() -> User:
    return make_user("alice", is_staff=True)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were looked at, which costs a hash each."""
    seen: list[str] = []
    real = ModelBackend.authenticate

    def noting(self: ModelBackend, request: Any, username: str, password: str, **more: Any) -> User | None:
        seen.append(password)
        return real(self, request, username, password, **more)

    monkeypatch.setattr(ModelBackend, "authenticate", noting)
    return seen


def guess(name: str = "alice", password: str = WRONG, *, at: str = "192.0.2.1", browser: Client | None = None) -> int:
    answer = (browser or Client()).post(SIGN_IN, {"username": name, "password": password}, REMOTE_ADDR=at)
    return answer.status_code


def known_browser() -> Client:
    """One in which Alice has logged in, and out again."""
    browser = Client()
    assert guess(password=RIGHT, browser=browser, at="192.0.2.200") == 302
    browser.post(reverse("accounts:sign-out"))
    return browser


def addresses(count: int) -> list[str]:
    return [f"198.51.100.{number}" for number in range(count)]


def test_an_account_is_guessed_at_five_times_from_one_address(alice: User, looked_at: list[str]) -> None:
    assert [guess() for _ in range(7)] == [200] * 5 + [429] * 2
    assert len(looked_at) == 5
    assert guess(password=RIGHT) == 429  # who may not guess learns nothing by guessing right
    assert guess(password=RIGHT, at="192.0.2.2") == 302


@pytest.mark.parametrize("name", ["ALICE", "Ａlice", " alice"])
def test_the_same_name_in_another_form_is_no_way_around(alice: User, name: str) -> None:
    for _ in range(5):
        guess()
    assert guess(name) == 429


def test_an_address_guesses_thirty_times_over_all_accounts(alice: User, looked_at: list[str]) -> None:
    assert [guess(f"somebody {number}") for number in range(32)] == [200] * 30 + [429] * 2
    assert len(looked_at) == 30
    assert guess() == 429
    assert guess(at="192.0.2.2") == 200


def test_addresses_of_one_network_are_one(alice: User) -> None:
    answers = [guess(at=f"2001:db8::{number}") for number in range(6)]
    assert answers == [200] * 5 + [429]
    assert guess(at="2001:db8:0:1::1") == 200


def test_an_account_is_guessed_at_fifty_times_in_all(alice: User, looked_at: list[str]) -> None:
    assert [guess(at=address) for address in addresses(52)] == [200] * 50 + [429] * 2
    assert len(looked_at) == 50
    assert guess(password=RIGHT, at="192.0.2.2") == 429
    assert guess("bob", at="192.0.2.2") == 200


def test_no_more_than_asvs_allows() -> None:
    """ASVS 2.2.1: 100 failed attempts an hour on one account. Twice the amount may fall around a window's end."""
    for limit in (log_in_limits.OF_ACCOUNT, log_in_limits.OF_KNOWN_DEVICE):
        assert limit.amount * 3600 / limit.window_s * (2 if limit.window_s == 3600 else 1) <= 100
        assert not limit.grows


def test_a_known_browser_lets_its_owner_in_while_others_guess(alice: User) -> None:
    browser = known_browser()
    for address in addresses(50):
        guess(at=address)
    for _ in range(5):
        guess(at="192.0.2.200")
    assert guess(password=RIGHT, at="192.0.2.200") == 429
    assert guess(password=RIGHT, at="192.0.2.200", browser=browser) == 302


def test_a_known_browser_guesses_ten_times_and_uses_nothing_else_up(alice: User, looked_at: list[str]) -> None:
    browser = known_browser()
    del looked_at[:]
    assert [guess(browser=browser) for _ in range(12)] == [200] * 10 + [429] * 2
    assert len(looked_at) == 10
    assert guess(password=RIGHT, browser=browser) == 429
    assert guess(password=RIGHT) == 302


def test_a_browser_is_known_to_its_own_accounts_only(alice: User) -> None:
    make_user("bob")
    browser = known_browser()
    assert [guess("bob", browser=browser) for _ in range(6)] == [200] * 5 + [429]


def test_a_browser_knows_the_last_few_of_a_family(alice: User) -> None:
    browser = known_browser()
    family = [make_user(f"child {number}").get_username() for number in range(devices.MAX_ACCOUNTS)]
    for name in family[:-1]:
        browser.post(SIGN_IN, {"username": name, "password": RIGHT})
        browser.post(reverse("accounts:sign-out"))
    for _ in range(5):
        guess(), guess(family[0])
    assert guess(password=RIGHT, browser=browser) == 302
    browser.post(reverse("accounts:sign-out"))
    for name in (family[1], family[2], family[3], family[4]):
        assert guess(name, RIGHT, browser=browser, at="192.0.2.3") == 302
        browser.post(reverse("accounts:sign-out"))
    assert guess(password=RIGHT, browser=browser) == 302  # Alice is the fifth
    browser.post(reverse("accounts:sign-out"))
    assert guess(family[0], RIGHT, browser=browser) == 429  # is the sixth, and forgotten


@pytest.mark.parametrize("forged", ["", "x", "eyJhIjoxfQ:1abcde:forged"])
def test_a_forged_device_cookie_is_none(alice: User, forged: str) -> None:
    browser = Client()
    answers = []
    for _ in range(6):
        browser.cookies[devices.COOKIE] = forged
        answers.append(guess(browser=browser))
    assert answers == [200] * 5 + [429]


def test_the_device_cookie_is_kept_from_scripts_and_names_nobody(alice: User) -> None:
    cookie = known_browser().cookies[devices.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", devices.COOKIE_AGE_S)
    assert "alice" not in cookie.value


def test_a_failed_log_in_leaves_no_device_cookie(alice: User) -> None:
    browser = Client()
    guess(browser=browser)
    assert devices.COOKIE not in browser.cookies


def test_whoever_signs_up_is_known_from_the_start() -> None:
    browser = Client()
    wish = {"username": "bob", "password1": "a slow tide at noon", "password2": "a slow tide at noon"}
    browser.post(reverse("accounts:sign-up"), wish)
    browser.post(reverse("accounts:sign-out"))
    for _ in range(5):
        guess("bob")
    assert guess("bob", "a slow tide at noon", browser=browser) == 302


def test_right_passwords_are_never_too_many(alice: User) -> None:
    assert {guess(password=RIGHT) for _ in range(40)} == {302}
    assert [guess() for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("limit", "guesses", "at"),
    [
        (log_in_limits.OF_ACCOUNT_FROM_ADDRESS, 5, ["192.0.2.1"] * 5),
        (log_in_limits.OF_ACCOUNT, 50, addresses(50)),
    ],
)
def test_after_the_wait_that_is_told_one_gets_in(
    alice: User, monkeypatch: pytest.MonkeyPatch, limit: Limit, guesses: int, at: list[str]
) -> None:
    monkeypatch.setattr(clock, "now_us", lambda: NOW_US)
    for address in at:
        guess(at=address)
    answer = Client().post(SIGN_IN, {"username": "alice", "password": RIGHT}, REMOTE_ADDR="192.0.2.1")
    wait_s = int(answer["Retry-After"])
    assert (answer.status_code, wait_s) == (429, limit.window_s)
    monkeypatch.setattr(clock, "now_us", lambda: NOW_US + (wait_s - 1) * SECOND_US)
    assert guess(password=RIGHT) == 429
    monkeypatch.setattr(clock, "now_us", lambda: NOW_US + wait_s * SECOND_US)
    assert guess(password=RIGHT) == 302


@pytest.mark.parametrize("door", [SIGN_IN, ADMIN_LOG_IN])
def test_people_are_told_in_the_form_how_long_to_wait(alice: User, door: str) -> None:
    for _ in range(5):
        guess()
    answer = Client().post(door, {"username": "alice", "password": RIGHT, "next": "/"}, REMOTE_ADDR="192.0.2.1")
    assert answer.status_code == 429
    assert answer.context["form"].errors.as_data()["__all__"][0].code == "throttled"
    assert "Too many wrong passwords. Try again in 15 minutes." in answer.content.decode().replace("\xa0", " ")
    in_chinese = {"username": "alice", "password": RIGHT, "next": "/"}
    answer = Client(headers={"Accept-Language": "zh-hans"}).post(door, in_chinese, REMOTE_ADDR="192.0.2.1")
    assert "密码错误次数过多。请在 15 分钟后再试。" in answer.content.decode().replace("\xa0", " ")


def test_the_administrations_log_in_counts_with_the_others(alice: User, looked_at: list[str]) -> None:
    wrong = {"username": "alice", "password": WRONG, "next": "/"}
    answers = [Client().post(ADMIN_LOG_IN, wrong, REMOTE_ADDR="192.0.2.1").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert len(looked_at) == 5
    assert guess() == 429


@pytest.mark.parametrize("door", ["/accounts/password/", "/admin/password_change/"])
def test_the_old_password_is_no_way_around(alice: User, looked_at: list[str], door: str) -> None:
    browser = Client()
    guess(password=RIGHT, browser=browser)
    page = browser.get(door, follow=True).request["PATH_INFO"]
    wish = {"old_password": WRONG, "new_password1": "a slow tide at noon", "new_password2": "a slow tide at noon"}
    del looked_at[:]
    answers = [browser.post(page, wish) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert len(looked_at) == 10
    assert "Too many wrong passwords. Try again in" in answers[-1].content.decode()
    assert answers[0].context["form"].errors.as_data()["old_password"][0].code == "password_incorrect"
    assert browser.post(page, wish | {"old_password": RIGHT}).status_code == 429
    alice.refresh_from_db()
    assert alice.check_password(RIGHT)


def test_the_set_up_token_is_guessed_at_ten_times_from_one_address(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    first_admin.offer()
    wish = {"username": "mallory", "password1": "a slow tide at noon", "password2": "a slow tide at noon"}

    def enter(token: str, at: str = "192.0.2.1") -> int:
        page = reverse("accounts:first-administrator")
        return Client().post(page, wish | {"setup_token": token}, REMOTE_ADDR=at).status_code

    assert [enter("a guess") for _ in range(12)] == [200] * 10 + [429] * 2
    right = (tmp_path / "setup-token").read_text()
    assert enter(right) == 429
    assert not User.objects.exists()
    assert enter(right, "192.0.2.2") == 302


def test_the_right_token_with_a_weak_password_is_no_guess(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    first_admin.offer()
    weak = {"setup_token": (tmp_path / "setup-token").read_text(), "username": "alice", "password1": "1",
            "password2": "1"}  # fmt: skip
    answers = {Client().post(reverse("accounts:first-administrator"), weak).status_code for _ in range(12)}
    assert answers == {200}


def test_a_door_that_is_still_to_be_built_is_limited_too(alice: User) -> None:
    for _ in range(5):
        assert authenticate(None, username="alice", password=WRONG) is None
    with pytest.raises(TooManyRequests):
        authenticate(None, username="alice", password=RIGHT)


async def test_an_asynchronous_door_is_limited_too(transactional_db: None) -> None:
    from django.contrib.auth import aauthenticate

    for _ in range(5):
        assert await aauthenticate(None, username="nobody", password=WRONG) is None
    with pytest.raises(TooManyRequests):
        await aauthenticate(None, username="nobody", password=WRONG)


def test_a_failure_of_the_server_is_nobodys_guess(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **more: Any) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(ModelBackend, "authenticate", broken)
        for _ in range(6):
            with pytest.raises(OSError, match="the disk is gone"):
                authenticate(None, username="alice", password=RIGHT)
    assert authenticate(None, username="alice", password=RIGHT) == alice
