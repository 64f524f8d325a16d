"""Who may open an account, and how many of them, over the real server."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured

from synchro import environment
from synchro.accounts import sign_up
from tests.serving import Site
from tests.visitors import Visitor

PASSWORD = "a slow tide at noon"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """With the limits that a site has by default."""
    with Site(tmp_path, SYNCHRO_RATE_LIMIT_FACTOR="1", SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.start()
        yield site


def wish(site: Site, name: str, address: str = "127.0.0.1", password: str = PASSWORD) -> httpx.Response:
    with Visitor(site, address) as visitor:
        return visitor.fill_in("/accounts/sign-up/", username=name, password1=password, password2=password)


@pytest.mark.server
def test_ten_accounts_an_hour_from_one_address(site: Site) -> None:
    assert wish(site, "clumsy", password="123").status_code == 200  # no account, so it counts nothing
    answers = [wish(site, f"person-{number}") for number in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    said = answers[-1].text.replace("\xa0", " ")
    assert "Too many accounts were created from your network. Try again in 1 hour." in said
    assert "person-10" in said  # what was filled in is still there
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert wish(site, "elsewhere", "127.0.1.1").status_code == 302
    count = "from django.contrib.auth.models import User; print(User.objects.count())"
    assert site.manage("shell", "--verbosity", "0", "--command", count).strip() == "11"


@pytest.mark.server
def test_closed(tmp_path: Path) -> None:
    with Site(tmp_path, SYNCHRO_SIGN_UP="closed", SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.start()
        for path in ("/", "/accounts/sign-in/", "/library/"):
            assert "/accounts/sign-up/" not in httpx.get(site.url + path).text
        with Visitor(site) as visitor:
            assert visitor.http.get("/accounts/sign-in/").status_code == 200
            page = visitor.http.get("/accounts/sign-up/")
            assert page.status_code == 403
            assert "Accounts of this site are made by its administrators." in page.text
            sent = visitor.fill_in("/accounts/sign-up/", username="bob", password1=PASSWORD, password2=PASSWORD)
            assert sent.status_code == 403
        assert made_by_an_administrator(site, "bob")
        with Visitor(site) as bob:
            assert bob.log_in("bob", PASSWORD).status_code == 302


def made_by_an_administrator(site: Site, name: str) -> bool:
    """The first administrator comes by the token, and makes the account in the administration."""
    token = (site.data / "setup-token").read_text()
    with Visitor(site) as alice:
        first = alice.fill_in(
            "/accounts/first-administrator/", setup_token=token, username="alice", password1=PASSWORD,
            password2=PASSWORD,
        )  # fmt: skip
        assert first.status_code == 302
        form = {"username": name, "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
        return alice.fill_in("/admin/auth/user/add/", **form).status_code == 302


@pytest.mark.parametrize(("value", "said"), [("open", "open"), ("closed", "closed"), (None, "open")])
def test_the_setting_is_read(monkeypatch: pytest.MonkeyPatch, value: str | None, said: str) -> None:
    monkeypatch.delenv("SYNCHRO_SIGN_UP", raising=False)
    if value is not None:
        monkeypatch.setenv("SYNCHRO_SIGN_UP", value)
    assert environment.choice("SYNCHRO_SIGN_UP", "open", "closed") == said


@pytest.mark.parametrize("value", ["", "Open", "0", "close"])
def test_any_other_value_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SYNCHRO_SIGN_UP", value)
    with pytest.raises(ImproperlyConfigured, match="SYNCHRO_SIGN_UP must be open or closed"):
        environment.choice("SYNCHRO_SIGN_UP", "open", "closed")


def test_by_default_a_site_is_open() -> None:
    assert sign_up.is_open()
