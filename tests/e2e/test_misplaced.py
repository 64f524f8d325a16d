"""A page whose address the site does not take for its own: it says so instead of trying for ever."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PageMaker
from tests.nginx import SOCKETS, Nginx, certificate, free_ports
from tests.serving import Site


@dataclass(frozen=True)
class Fronts:
    no_port: str
    """Drops the port from the host, and the site trusts no other."""

    no_referrer: str
    """Adds `Referrer-Policy: no-referrer`, under which browsers send forms with the origin `null`."""

    slug: str


@pytest.fixture(scope="module")
def fronts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fronts]:
    folder = tmp_path_factory.mktemp("misplaced")
    no_port, no_referrer = free_ports(2)
    made, key = certificate(folder)
    with Site(folder / "site", SYNCHRO_INGEST="0", SYNCHRO_BEHIND_PROXY="1") as site:
        to_site = f"proxy_pass http://127.0.0.1:{site.port}; {SOCKETS}"
        servers = f"""
            server {{ listen 127.0.0.1:{no_port}; location / {{ {to_site} proxy_set_header Host $host; }} }}
            server {{ listen 127.0.0.1:{no_referrer} ssl; ssl_certificate {made}; ssl_certificate_key {key};
                add_header Referrer-Policy no-referrer always; location / {{ {to_site}
                proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }} }}
        """
        site.folder.mkdir()
        site.prepare(demo=False)
        site.start()
        with site.api() as api:
            slug = str(api.post("rooms", json={"name": "Hall"}).raise_for_status().json()["slug"])
        with Nginx(folder / "nginx", servers):
            yield Fronts(f"http://127.0.0.1:{no_port}", f"https://127.0.0.1:{no_referrer}", slug)


def test_a_room_says_which_address_and_which_setting_and_gives_up(page: Page, fronts: Fronts) -> None:
    opened: list[str] = []
    page.on("websocket", lambda socket: opened.append(socket.url))
    page.goto(f"{fronts.no_port}/rooms/{fronts.slug}/")
    said = page.locator("#unopened")
    expect(said).to_contain_text(f"SYNCHRO_TRUSTED_ORIGINS={fronts.no_port}")
    expect(page.locator("#sync-words")).to_have_text("Not connected")
    page.locator("#listen").click()
    expect(page.locator(".toast.error")).to_contain_text(f"SYNCHRO_TRUSTED_ORIGINS={fronts.no_port}")
    expect(page.locator("#room")).to_have_attribute("data-sounding", "false")
    assert len(opened) == 1


def test_it_says_so_in_chinese(open_page: PageMaker, fronts: Fronts) -> None:
    page = open_page(locale="zh-CN")
    page.goto(f"{fronts.no_port}/rooms/{fronts.slug}/")
    expect(page.locator("#unopened")).to_contain_text("这个页面的地址是")


def test_a_form_says_it_too(page: Page, fronts: Fronts) -> None:
    page.goto(f"{fronts.no_port}/rooms/new")
    page.get_by_label("Name").fill("Garden")
    page.get_by_role("button", name="Create the room").click()
    expect(page.locator("main")).to_contain_text(f"SYNCHRO_TRUSTED_ORIGINS={fronts.no_port}")


def test_under_no_referrer_forms_and_sockets_work(open_page: PageMaker, fronts: Fronts) -> None:
    page = open_page(ignore_https_errors=True)
    page.goto(f"{fronts.no_referrer}/rooms/new")
    page.get_by_label("Name").fill("Garden")
    with page.expect_request(lambda asked: asked.method == "POST") as posted:
        page.get_by_role("button", name="Create the room").click()
    page.wait_for_url(f"{fronts.no_referrer}/rooms/*/")
    assert posted.value.all_headers()["origin"] == fronts.no_referrer
    expect(page.locator("#sync-words")).to_have_text("Stopped")
    page.goto(f"{fronts.no_referrer}/admin/login/")
    with page.expect_request(lambda asked: asked.method == "POST") as posted:
        page.locator("#id_username").fill("nobody")
        page.locator("#id_password").fill("nothing at all")
        page.locator("[type=submit]").click()
    assert posted.value.all_headers()["origin"] == fronts.no_referrer
