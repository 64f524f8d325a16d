"""Whose page may act here, and what is said to whose may not."""

import logging
from collections.abc import Iterator

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation
from pytest_django import Settings

from synchro.origins import words as spoken
from synchro.origins.rule import Fault, address_of, misplaced
from synchro.origins.words import complain, words

TRUSTED = ["https://music.example.org:8443", "https://*.example.net"]


@pytest.fixture(autouse=True)
def of_the_site(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["music.example.org", "127.0.0.1"]
    settings.CSRF_TRUSTED_ORIGINS = TRUSTED
    settings.BEHIND_PROXY = 0


@pytest.fixture(autouse=True)
def nothing_was_said() -> Iterator[None]:
    spoken._complaints.clear()
    yield
    spoken._complaints.clear()


def asked(origin: str | None = None, host: str = "127.0.0.1:8000", secure: bool = False) -> HttpRequest:
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    return RequestFactory().get("/rooms/hall/", headers=headers, secure=secure)


@pytest.mark.parametrize(
    "origin", [None, "http://127.0.0.1:8000", "https://music.example.org:8443", "https://tea.example.net"]
)
def test_its_own_the_trusted_and_a_program_may(origin: str | None) -> None:
    assert misplaced(asked(origin)) is None


@pytest.mark.parametrize(
    ("origin", "host", "fault"),
    [
        ("http://127.0.0.1:8332", "127.0.0.1", Fault.ORIGIN),  # a proxy dropped the port
        ("https://music.example.org", "music.example.org", Fault.SCHEME),
        ("http://evil.example", "127.0.0.1:8000", Fault.ORIGIN),
        ("https://evil.example", "127.0.0.1:8000", Fault.ORIGIN),
        ("https://example.net.evil.example", "127.0.0.1:8000", Fault.ORIGIN),
        ("null", "127.0.0.1:8000", Fault.HIDDEN),
        ("http://a[", "127.0.0.1:8000", Fault.ORIGIN),  # which urllib does not take
        ("http://evil.example", "evil.example", Fault.HOST),  # DNS rebinding
    ],
)
def test_others_may_not(origin: str, host: str, fault: Fault) -> None:
    found = misplaced(asked(origin, host))
    assert found
    assert found.fault is fault


def test_both_addresses_and_the_setting_are_named_in_the_readers_language() -> None:
    found = misplaced(asked("http://127.0.0.1:8332", "127.0.0.1"))
    assert found
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said = words(found)
        assert "http://127.0.0.1:8332" in said
        assert "http://127.0.0.1" in said.replace("http://127.0.0.1:8332", "")
        assert "SYNCHRO_TRUSTED_ORIGINS=http://127.0.0.1:8332" in said
        assert ("这个页面" in said) is (language == "zh-hans")


def test_the_log_hears_of_each_address_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), translation.override("zh-hans"):
        for origin in ("http://a.example", "http://a.example", "http://b.example"):
            found = misplaced(asked(origin))
            assert found
            complain(found)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert "http://a.example" in said[0]
    assert "http://127.0.0.1:8000" in said[0]
    assert "SYNCHRO_TRUSTED_ORIGINS" in said[0]
    assert said[0].isascii()


def test_strangers_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(spoken.KEPT_COMPLAINTS + 1):
        found = misplaced(asked(f"http://{number}.example"))
        assert found
        complain(found)
    assert len(caplog.records) == spoken.KEPT_COMPLAINTS


def test_what_a_stranger_claims_is_one_short_line() -> None:
    found = misplaced(asked("http://a\n\x1b[31m" + "b" * 1000))
    assert found
    assert "\n" not in words(found)
    assert "\x1b" not in words(found)
    assert len(words(found)) < 2 * spoken.MAX_SHOWN + 400


@pytest.mark.parametrize(
    ("host", "secure", "address"),
    [
        ("music.example.org", True, "https://music.example.org:8443/rooms/hall/"),  # without the port that it has
        ("music.example.org", False, "https://music.example.org:8443/rooms/hall/"),
        ("music.example.org:8443", True, "https://music.example.org:8443/rooms/hall/"),
        ("127.0.0.1:8000", False, "http://127.0.0.1:8000/rooms/hall/"),  # of another name
    ],
)
def test_people_are_told_an_address_that_reaches_the_site(host: str, secure: bool, address: str) -> None:
    assert address_of(asked(host=host, secure=secure)) == address


def sent(client: Client, **headers: str) -> tuple[int, str]:
    answer = client.post("/accounts/sign-in/", {"username": "a", "password": "b"}, headers=headers)
    return answer.status_code, answer.content.decode()


@pytest.fixture
def browser(db: None) -> Client:
    """With the form's cookie."""
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/sign-in/", headers={"Host": "127.0.0.1"})
    return client


def test_a_refused_form_says_why_on_its_page(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    status, page = sent(browser, Host="127.0.0.1", Origin="http://127.0.0.1:8332", Accept="text/html")
    assert status == 403
    assert "SYNCHRO_TRUSTED_ORIGINS=http://127.0.0.1:8332" in page
    sent(browser, Host="127.0.0.1", Origin="http://127.0.0.1:8332", Accept="text/html")
    assert len([record for record in caplog.records if "SYNCHRO_TRUSTED_ORIGINS" in record.getMessage()]) == 1


def test_a_refused_form_says_why_in_chinese(browser: Client) -> None:
    headers = {"Host": "127.0.0.1", "Origin": "http://evil.example", "Accept-Language": "zh-CN"}
    _status, page = sent(browser, **headers, Accept="text/html")
    assert "本站没有为这个地址设置好" in page


def test_a_script_and_an_action_are_told_too(browser: Client) -> None:
    status, said = sent(browser, Host="127.0.0.1", Origin="http://evil.example", Accept="application/json")
    assert status == 403
    assert '"code": "bad_origin"' in said
    headers = {"Host": "127.0.0.1", "Origin": "http://evil.example", "HX-Request": "true"}
    answer = browser.post("/accounts/sign-in/", {}, headers=headers)
    assert "SYNCHRO_TRUSTED_ORIGINS" in answer.headers["HX-Trigger"]


def test_a_form_that_is_merely_old_says_so(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    status, page = sent(browser, Host="127.0.0.1", Accept="text/html")
    assert status == 403
    assert "open for so long" in page
    assert "SYNCHRO_" not in page
    assert caplog.records == []


@pytest.mark.parametrize(
    ("referer", "said"),
    [("", "no-referrer"), ("https://other.example/a", "SYNCHRO_TRUSTED_ORIGINS=https://other.example")],
)
def test_over_https_a_form_without_an_origin_says_what_is_missing(browser: Client, referer: str, said: str) -> None:
    headers = {"Host": "127.0.0.1", "Accept": "text/html"} | ({"Referer": referer} if referer else {})
    answer = browser.post("/accounts/sign-in/", {}, headers=headers, secure=True)
    assert answer.status_code == 403
    assert said in answer.content.decode()


def test_over_https_an_origin_is_enough(browser: Client) -> None:
    page = browser.get("/accounts/sign-in/", headers={"Host": "127.0.0.1"}, secure=True)
    fields = {"username": "a", "password": "b", "csrfmiddlewaretoken": str(page.context["csrf_token"])}
    headers = {"Host": "127.0.0.1", "Origin": "https://127.0.0.1"}  # and no Referer
    assert browser.post("/accounts/sign-in/", fields, headers=headers, secure=True).status_code == 200


def test_cookies_for_https_alone_on_a_page_that_came_by_http(db: None, settings: Settings) -> None:
    settings.CSRF_COOKIE_SECURE = True
    status, page = sent(Client(enforce_csrf_checks=True), Host="127.0.0.1", Accept="text/html")
    assert status == 403
    assert "X-Forwarded-Proto: https" in page


def test_a_name_that_is_not_the_sites_is_told_with_the_setting(
    db: None, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        answer = client.get("/", headers={"Host": "sound.example:8000"})
        assert answer.status_code == 400
        assert "SYNCHRO_HOSTS" in answer.content.decode()
        assert "sound.example" in answer.content.decode()
    assert len([record for record in caplog.records if "SYNCHRO_HOSTS" in record.getMessage()]) == 1
