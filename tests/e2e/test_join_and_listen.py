"""What a newcomer does: find a room, give a name, press one button, and hear what everybody hears."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import PageMaker
from tests.serving import Site
from tests.waiting import until

DEADLINE_S = 20
SLOW_DEADLINE_S = 60


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


SLOW = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s and 300 ms, as DevTools names them: the whole page takes some eight seconds."""


def test_press_as_soon_as_the_button_is_there_is_answered_when_the_page_can(page: Page, server: Site) -> None:
    held: list[Route] = []
    page.route(re.compile(r"\.js$"), lambda route: held.append(route))
    page.route("**/early_press.js", lambda route: route.continue_())
    page.goto(f"{server.url}/rooms/demo/", wait_until="commit")
    page.fill("input[name=nickname]", "Early Bird")
    page.click("#listen", no_wait_after=True)
    expect(page.locator("#listen")).to_have_attribute("aria-busy", "true")
    page.route(re.compile(r"\.js$"), lambda route: route.continue_())
    for route in held:
        route.continue_()
    expect(page.locator("#room")).to_have_attribute("data-sounding", "true")
    expect(page.locator("#people")).to_contain_text("Early Bird")
    until(lambda: status(page)["error_ms"] is not None, DEADLINE_S, "it sounds")


def test_first_press_counts_on_a_slow_network(page: Page, server: Site) -> None:
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
    arrivals: list[str] = []
    page.on("framenavigated", lambda frame: arrivals.append(frame.url))
    page.goto(f"{server.url}/rooms/demo/", wait_until="commit")
    page.click("#listen", no_wait_after=True)
    page.wait_for_selector("#room[data-sounding=true]", timeout=SLOW_DEADLINE_S * 1000)
    assert arrivals == [f"{server.url}/rooms/demo/"]


def test_press_on_a_page_whose_scripts_never_come_is_sent_and_asks_for_another(page: Page, server: Site) -> None:
    gone = "**/js/page/room.js"
    page.route(gone, lambda route: route.abort())
    page.goto(f"{server.url}/rooms/demo/", wait_until="commit")
    page.fill("input[name=nickname]", "Unlucky")
    page.click("#listen", no_wait_after=True)
    expect(page.locator("#toasts")).to_contain_text("You are in. Press once more to hear.")
    page.unroute(gone)
    page.reload()
    expect(page.locator("#nickname")).to_have_value("Unlucky")
    page.click("#listen")
    expect(page.locator("#room")).to_have_attribute("data-sounding", "true")


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
    page.locator("#cover").click()
    page.keyboard.press("Space")
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


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"


@pytest.mark.parametrize(("options", "curve"), [({}, "pulseaudio"), ({"user_agent": WINDOWS}, None)])
def test_only_the_platform_of_an_audio_server_loads_what_is_known_of_it(
    open_page: PageMaker, server: Site, options: dict[str, str], curve: str | None
) -> None:
    page = open_page(**options)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    join(page, server, "Alice")
    until(lambda: status(page)["error_ms"] is not None, DEADLINE_S, "it sounds")
    assert any(url.endswith("/js/output/pulseaudio.js") for url in asked) is bool(curve)
    assert status(page)["output_curve"] == curve
    assert status(page)["output_strategy"] != "unknown"
