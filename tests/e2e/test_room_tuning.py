"""Each output of a device is tuned by ear: by buttons, by typing, by clicks; and the browser remembers it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Scheme
from tests.conftest import PageMaker
from tests.e2e.rooms import Room, button, holds, listen, open_room, visit
from tests.e2e.test_accessibility import AXE, PHONE_PX, RULES
from tests.serving import Site

IN_STEP = "status.audio === 'running' && Math.abs(status.error_ms ?? Infinity) < 5"

SPEAKERS, HEADPHONES = "Built-in speakers", "Headphones_of_a_maker_whose_names_are_long (2c:41:a1:0b:7e:55)"

NAMES_OUTPUTS = f"""
    let label = "{SPEAKERS}";
    const outputs = async () => [{{ kind: "audiooutput", deviceId: "x", groupId: "y", label }}];
    navigator.mediaDevices.enumerateDevices = outputs;
    globalThis.plug = (other) => {{
        label = other;
        navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    }};
"""
"""A browser that names its outputs, as they do once a page may use the microphone."""


@pytest.fixture
def listener(host: Page, room: Room) -> Page:
    """The host hears music, with the panel of this device unfolded."""
    button(host, "play").click()
    listen(host, "Alice")
    host.locator(".device summary").click()
    return host


def test_trim_is_set_and_found_again(listener: Page, room: Room) -> None:
    trim = listener.get_by_role("spinbutton", name="Fine tuning")
    for name in ("10 milliseconds earlier", "1 millisecond earlier", "10 milliseconds later", "1 millisecond earlier"):
        listener.get_by_role("button", name=name).click()
    expect(trim).to_have_value("-2")
    trim.fill("-1234")
    trim.press("Enter")
    holds(listener, f"status.trim_ms === -1234 && {IN_STEP}")
    visit(listener, room)
    holds(listener, "status.trim_ms === -1234")
    listen(listener, "Alice")
    listener.locator(".device summary").click()
    expect(trim).to_have_value("-1234")
    for typed, value, better in (("99999", "2000", "1999"), ("-2000.1", "-2000", "-7"), ("", "-7", "2000")):
        trim.fill(typed)
        trim.press("Tab")
        expect(trim).to_have_value(value)
        expect(listener.locator("#trim-said")).to_have_text("Fine tuning is a number from −2000 to 2000 ms.")
        trim.fill(better)
        trim.press("Tab")
        expect(listener.locator("#trim-said")).to_be_empty()
    listener.get_by_role("button", name="Set to 0").press("Enter")
    expect(trim).to_have_value("0")
    expect(listener.get_by_role("button", name="Set to 0")).to_be_hidden()
    expect(listener.get_by_role("button", name="10 milliseconds later")).to_be_focused()
    holds(listener, f"status.trim_ms === 0 && {IN_STEP}")


def test_each_output_has_its_own_trim(open_page: PageMaker, server: Site) -> None:
    page = open_page(viewport={"width": PHONE_PX, "height": 740})
    page.add_init_script(NAMES_OUTPUTS)
    room = open_room(page, server, "Balcony")
    visit(page, room)
    button(page, "play").click()
    listen(page, "Alice")
    page.locator(".device summary").click()
    expect(page.locator("#output-name")).to_have_text(SPEAKERS)
    page.get_by_role("button", name="10 milliseconds later").click()
    for name, trim in ((HEADPHONES, "0"), (SPEAKERS, "10"), (HEADPHONES, "-7")):
        page.evaluate("name => plug(name)", name)
        expect(page.locator("#output-name")).to_have_text(name)
        expect(page.locator("#trim")).to_have_value(trim)
        holds(page, IN_STEP)
        if name == HEADPHONES:
            page.locator("#trim").fill("-7")
            page.locator("#trim").press("Enter")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_PX


def test_click_track_is_toggled_and_the_player_stays_in_step(listener: Page) -> None:
    clicks = listener.get_by_role("button", name="Click track")
    holds(listener, IN_STEP)
    clicks.press("Enter")
    expect(clicks).to_have_attribute("aria-pressed", "true")
    expect(listener.locator("#people li", has_text="Alice")).to_contain_text("muted here")
    holds(listener, f"{IN_STEP} && status.resyncs === 0")
    clicks.press("Enter")
    expect(clicks).to_have_attribute("aria-pressed", "false")
    expect(listener.locator("#people li", has_text="Alice")).to_contain_text("hears it")
    clicks.click()
    listener.get_by_role("button", name="Sound off here").click()
    expect(listener.locator("#clicks")).to_have_attribute("aria-pressed", "false")  # hidden now: of no role


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, PHONE_PX])
def test_panel_is_fit_for_everybody(listener: Page, results: Path, scheme: Scheme, width: int) -> None:
    listener.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    listener.set_viewport_size({"width": width, "height": 800})
    listener.locator("#trim").fill("-1234.5")
    listener.locator("#trim").press("Enter")
    listener.locator("#clicks").click()
    expect(listener.locator("#clicks")).to_have_attribute("aria-pressed", "true")
    holds(listener, IN_STEP)
    assert listener.evaluate("document.documentElement.scrollWidth") <= width
    listener.locator(".device").scroll_into_view_if_needed()
    picture = results / f"device-{scheme}-{width}.png"
    listener.screenshot(path=picture, caret="initial", animations="allow", full_page=True)
    listener.evaluate(AXE.read_text())
    found = listener.evaluate("rules => axe.run('.device', { runOnly: rules })", RULES)
    assert [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]] == []
