"""The browser's console stays empty: what stands there a developer takes for a fault, and reports."""

import re

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browsers import HOME_NAME
from tests.e2e.rooms import holds, listen
from tests.serving import Site


@pytest.fixture
def said(page: Page) -> list[str]:
    """Warnings and errors of the page, as they come."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in {"warning", "error"} else None)
    return found


@pytest.mark.parametrize("host", ["127.0.0.1", HOME_NAME])
def test_nothing_is_said_while_a_room_is_used(page: Page, server: Site, said: list[str], host: str) -> None:
    page.goto(f"http://{host}:{server.port}/rooms/new")
    page.get_by_label("Name").fill("")
    page.get_by_role("button", name="Create the room").click()
    expect(page.locator(".errorlist")).to_be_visible()
    assert [text for text in said if "422" not in text] == []  # the browser tells of such an answer itself
    said.clear()
    page.get_by_label("Name").fill("Console")
    page.get_by_role("radio", name="Unlisted").check()
    page.get_by_role("button", name="Create the room").click()
    holds(page, "status.revision > 0")
    listen(page, "Alice")
    held: list[Route] = []
    search, asks = page.locator("#q"), re.compile(r"/search/\?")
    page.route(asks, lambda route: held.append(route))
    with page.expect_request(asks):
        search.fill("n")
    search.fill("neon")  # while the answer is on its way
    search.press("Enter")
    page.route(asks, lambda route: route.continue_())
    for route in held:
        route.continue_()
    expect(page.locator("#found li")).to_have_count(1)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("dialog", name="Settings").get_by_label("Name")).to_have_value("Console")
    assert page.evaluate("() => crossOriginIsolated") is (host != HOME_NAME)
    assert said == []


@pytest.mark.parametrize("host", ["[bad", "kitchen.local:x", ""])
def test_malformed_host_is_a_bad_request(server: Site, host: str) -> None:
    assert httpx.get(f"{server.url}/", headers={"Host": host}).status_code == 400
