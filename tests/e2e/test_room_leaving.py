"""Going elsewhere from a room that sounds: one is asked, may open a tab beside it, and finds back with one press."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rooms import Room, button, holds, listen, visit

HEARS_IT = "status.heard === 'in_step'"


@pytest.fixture(params=[(360, 740), (1400, 900)], ids=["phone", "wide"])
def listener(request: pytest.FixtureRequest, host: Page, room: Room) -> Page:
    """The host, who hears the music."""
    width, height = request.param
    host.set_viewport_size({"width": width, "height": height})
    button(host, "play").click()
    listen(host, "Alice")
    holds(host, HEARS_IT)
    return host


def goes_on(page: Page) -> None:
    before = page.evaluate("() => window.synchro.status().position_s")
    holds(page, f"{HEARS_IT} && status.position_s > {before}")
    expect(page.locator("#room")).to_have_attribute("data-sounding", "true")


def test_link_asks_before_the_music_stops(listener: Page, room: Room) -> None:
    dialog = listener.get_by_role("dialog", name="Leave and stop the music here?")
    library = listener.get_by_role("link", name="Library")
    library.press("Enter")
    expect(dialog.get_by_role("button", name="Stay")).to_be_focused()
    listener.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(library).to_be_focused()
    goes_on(listener)

    library.click()
    with listener.expect_popup() as popup:
        dialog.get_by_role("link", name="Open in a new tab").click()
    expect(popup.value.get_by_role("heading", name="Library")).to_be_visible()
    expect(dialog).to_be_hidden()
    goes_on(listener)

    library.click()
    dialog.get_by_role("link", name="Leave").click()
    listener.wait_for_url("**/library/")
    listener.go_back()
    expect(listener.get_by_text("You were listening here. One press, and the music goes on.")).to_be_visible()
    expect(listener.get_by_role("button", name="Press to hear")).to_be_focused()
    holds(listener, "status.revision > 0")
    listener.keyboard.press("Enter")
    goes_on(listener)


def test_another_language_costs_one_press(listener: Page) -> None:
    with listener.expect_navigation():
        listener.locator("#language").select_option("zh-hans")
    expect(listener.get_by_text("你刚才在这里收听")).to_be_visible()
    expect(listener.locator("#listen")).to_be_focused()
    holds(listener, "status.revision > 0")
    listener.keyboard.press("Space")
    goes_on(listener)
    expect(listener.locator("#sync-words")).to_have_text(re.compile("已同步"))


@pytest.mark.parametrize("state", ["paused", "muted", "silenced", "only looking on"])
def test_nobody_is_asked_who_hears_nothing(host: Page, room: Room, state: str) -> None:
    button(host, "play").click()
    if state != "only looking on":
        listen(host, "Alice")
        holds(host, HEARS_IT)
    match state:
        case "paused":
            button(host, "play").click()
            holds(host, "status.heard === 'paused'")
        case "muted":
            host.locator("#mute").click()
        case "silenced":
            host.locator(".device summary").click()
            host.get_by_role("button", name="Sound off here").click()
    host.get_by_role("link", name="Library").click()
    host.wait_for_url("**/library/")
    host.go_back()
    came_from_sound = state in {"paused", "muted"}
    expect(host.locator("#resume-note")).to_be_visible(visible=came_from_sound)


def test_links_that_leave_the_page_alone_do_not_ask(listener: Page) -> None:
    dialog = listener.locator("#leaving-dialog")
    with listener.context.expect_page() as opened:
        listener.get_by_role("link", name="Library").click(modifiers=["Control"])
    opened.value.close()
    listener.locator(".skip").press("Enter")
    with listener.expect_popup() as popup:
        listener.get_by_role("link", name="Sync monitor").click()
    popup.value.close()
    expect(dialog).to_be_hidden()
    listener.get_by_role("link", name="Settings").click()
    expect(listener.get_by_role("dialog", name="Settings")).to_be_visible()
    goes_on(listener)


def test_who_leaves_the_room_is_neither_asked_nor_called_back(listener: Page, room: Room) -> None:
    listener.get_by_role("button", name="Leave the room").click()
    listener.wait_for_url(f"{room.site.url}/")
    visit(listener, room)
    expect(listener.locator("#resume-note")).to_be_hidden()
