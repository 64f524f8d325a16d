"""What a newcomer does: find a room, give a name, press one button, and hear what everybody hears."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import PageMaker
from tests.serving import Site
from tests.waiting import until

DEADLINE_S = 20


def join(page: Page, server: Site, nickname: str) -> None:
    page.goto(f"{server.url}/rooms/demo/")
    page.fill("input[name=nickname]", nickname)
    page.click("#listen")
    until(lambda: status(page)["audio"] == "running", DEADLINE_S, "the page plays")


def status(page: Page) -> dict[str, Any]:
    """The page's own numbers. (Playwright's way to wait for a condition would evaluate text within the page, which its
    policy forbids.)"""
    found: dict[str, Any] = page.evaluate("window.synchro.status()")
    return found


@pytest.fixture
def bob(open_page: PageMaker, server: Site) -> Page:
    """Somebody else in the demo room, at another device."""
    page = open_page()
    join(page, server, "Bob")
    return page


def test_newcomer_hears_the_room(page: Page, server: Site) -> None:
    page.goto(server.url)
    page.get_by_role("link", name="Demo room").first.click()
    page.wait_for_url("**/rooms/demo/")
    page.fill("input[name=nickname]", "Alice")
    page.click("#listen")
    until(lambda: status(page)["error_ms"] is not None, DEADLINE_S, "the page knows where it sounds")
    expect(page.locator("#people")).to_contain_text("Alice")
    before = status(page)
    until(lambda: status(page)["position_s"] > before["position_s"] + 1, DEADLINE_S, "the music goes on")
    assert (before["status"], before["connection"], before["audio"]) == ("playing", "open", "running")
    assert before["offset_error_ms"] < before["rtt_ms"]


def test_a_press_before_the_page_has_come_whole_is_answered_when_it_has(page: Page, server: Site) -> None:
    held: list[Route] = []
    page.route("**/js/room.js", lambda route: held.append(route))
    with page.expect_response("**/library/calibration.json"):  # what is early has run
        page.goto(f"{server.url}/rooms/demo/", wait_until="commit")
    page.fill("input[name=nickname]", "Early Bird")
    page.click("#listen", no_wait_after=True)
    expect(page.locator("#listen")).to_have_attribute("aria-busy", "true")
    for route in held:
        route.continue_()
    expect(page.locator("#room")).to_have_attribute("data-sounding", "true")
    expect(page.locator("#people")).to_contain_text("Early Bird")
    until(lambda: status(page)["error_ms"] is not None, DEADLINE_S, "it sounds")


OUTPUT_WITHIN_REACH = """
    const Context = window.AudioContext;
    window.AudioContext = class extends Context {
        constructor(...given) { super(...given); window.output = this; }
    };
"""

NO_OUTPUT_YET = """
    const Context = window.AudioContext;
    window.AudioContext = class extends Context {
        constructor(...given) { super(...given); this.suspend(); }
        resume() { return new Promise((done) => { window.plugIn = () => super.resume().then(done); }); }
    };
"""


def test_sound_that_the_system_took_away_comes_back_with_a_press_anywhere(page: Page, server: Site) -> None:
    page.add_init_script(OUTPUT_WITHIN_REACH)
    join(page, server, "Alice")
    page.evaluate("window.output.suspend()")
    expect(page.locator("#sync-words")).to_have_text("Sound interrupted: press anywhere to go on")
    page.click("h1")
    until(lambda: status(page)["error_ms"] is not None, DEADLINE_S, "it sounds again")
    expect(page.locator("#sync-words")).to_contain_text("In sync")


def test_who_has_no_loudspeaker_is_told_so_and_hears_it_once_there_is_one(page: Page, server: Site) -> None:
    page.add_init_script(NO_OUTPUT_YET)
    page.goto(f"{server.url}/rooms/demo/")
    page.click("#listen")
    expect(page.locator("#sync-words")).to_have_text("Waiting for a sound output…")
    page.evaluate("window.plugIn()")
    until(lambda: status(page)["error_ms"] is not None, DEADLINE_S, "it sounds")
    expect(page.locator("#room")).to_have_attribute("data-sounding", "true")


def test_one_presses_and_both_follow(page: Page, bob: Page, server: Site) -> None:
    join(page, server, "Alice")
    play = bob.locator("#transport [data-do=play]")
    page.click("#transport [data-do=play]")
    expect(play).to_have_attribute("data-status", "paused")
    page.keyboard.press("Escape")
    page.locator("body").press("Space")
    expect(play).to_have_attribute("data-status", "playing")
    title = bob.locator("#now-title").inner_text()
    page.click("#transport [data-do=next]")
    expect(bob.locator("#now-title")).not_to_have_text(title)
    expect(page.locator("#now-title")).to_have_text(bob.locator("#now-title").inner_text())
    assert status(page)["entry"] == status(bob)["entry"] == server.room("demo")["entry"]


def test_who_leaves_is_gone_for_the_others(page: Page, bob: Page, server: Site) -> None:
    join(page, server, "Alice")
    expect(bob.locator("#people")).to_contain_text("Alice")
    page.click("#leave button")
    expect(bob.locator("#people")).not_to_contain_text("Alice")
    expect(page).to_have_url(f"{server.url}/")
