"""What the real server tells browsers to refuse: plain http after https, and whom a page may talk to."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.serving import Site

pytestmark = pytest.mark.server

BY_HTTPS = {"X-Forwarded-Proto": "https"}
"""As the proxy in front says it."""


@pytest.fixture(scope="module")
def https_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site behind a proxy that speaks https. Not migrated: what is asked of it here needs no database."""
    folder = tmp_path_factory.mktemp("https")
    with Site(folder, SYNCHRO_HTTPS="1", SYNCHRO_HOSTS="music.example.org,127.0.0.1", SYNCHRO_INGEST="0") as site:
        site.start()
        yield site


def connect_src(answer: httpx.Response) -> set[str]:
    """The sources of the policy's directive."""
    directives = (directive.split() for directive in answer.headers["Content-Security-Policy"].split(";"))
    return next({*sources} for name, *sources in directives if name == "connect-src")


def test_browsers_are_to_keep_to_https_for_a_year_and_their_neighbours_are_left_alone(https_site: Site) -> None:
    answer = httpx.get(f"{https_site.url}/healthz", headers=BY_HTTPS)
    assert answer.headers["Strict-Transport-Security"] == f"max-age={365 * 24 * 3600}"


def test_plain_http_says_nothing_of_https(https_site: Site, server: Site) -> None:
    assert "Strict-Transport-Security" not in httpx.get(f"{https_site.url}/healthz").headers
    # a site that nobody put behind https does not believe who says so
    assert "Strict-Transport-Security" not in httpx.get(f"{server.url}/healthz", headers=BY_HTTPS).headers


@pytest.mark.parametrize("host", ["music.example.org", "music.example.org:8443"])
def test_the_policy_names_the_socket_of_the_host_that_was_asked_for(https_site: Site, host: str) -> None:
    answer = httpx.get(f"{https_site.url}/healthz", headers={"Host": host, **BY_HTTPS})
    assert connect_src(answer) == {"'self'", f"wss://{host}"}


def test_the_policy_of_plain_http_names_a_plain_socket(server: Site) -> None:
    assert connect_src(httpx.get(f"{server.url}/rooms/demo/")) == {"'self'", server.ws_url}


def test_a_foreign_host_is_not_named(https_site: Site) -> None:
    answer = httpx.get(f"{https_site.url}/accounts/sign-in/", headers={"Host": "evil.example", **BY_HTTPS})
    assert answer.status_code == 400
    assert connect_src(answer) == {"'self'"}


def test_an_ipv6_address_has_no_name_in_a_policy(server: Site) -> None:
    answer = httpx.get(f"{server.url}/healthz", headers={"Host": f"[::1]:{server.port}"})
    assert connect_src(answer) == {"'self'"}


OPENED = """url => new Promise(told => {
    document.addEventListener('securitypolicyviolation', event => told(`refused: ${event.effectiveDirective}`));
    try {
        const socket = new WebSocket(url);
        socket.onopen = () => told('open');
        socket.onerror = () => setTimeout(told, 1000, 'failed');  // the violation may be told a little later
    } catch (error) { told(`refused: ${error.name}`); }
})"""


def test_a_page_may_open_the_sites_own_socket(page: Page, server: Site) -> None:
    page.goto(f"{server.url}/accounts/sign-in/")
    assert page.evaluate(OPENED, f"{server.ws_url}/ws/rooms/demo/") == "open"


def test_a_page_may_open_no_other_socket(chromium: Browser, server: Site, https_site: Site) -> None:
    context = chromium.new_context()  # not `page`, which fails a test for what a policy refuses
    try:
        page = context.new_page()
        page.goto(f"{server.url}/accounts/sign-in/")
        for other in (https_site.ws_url, server.ws_url.replace("127.0.0.1", "localhost")):
            assert page.evaluate(OPENED, f"{other}/ws/rooms/demo/") == "refused: connect-src"
    finally:
        context.close()
