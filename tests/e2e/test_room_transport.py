"""The buttons, keys and sliders of a room: one presses, the others see it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, button, enter_quietly, listen, open_room, post, titles, visit
from tests.serving import Site

PAUSED_AT_S = 40
KEYS = [("ArrowLeft", 35), ("ArrowUp", 40), ("PageUp", 70), ("PageDown", 40), ("Home", 0), ("End", 92)]
"""From there, on the seek bar of a track of 97 s."""


def status_on(page: Page, status: str) -> None:
    expect(button(page, "play")).to_have_attribute("data-status", status)


def now_plays(page: Page, title: str) -> None:
    """In the stage and in the queue."""
    expect(page.locator("#now-title")).to_have_text(title)
    expect(page.locator("#queue li[aria-current]")).to_contain_text(title)


def position_is(page: Page, position_s: int) -> None:
    expect(page.locator("#seek")).to_have_attribute("aria-valuenow", str(position_s))


@pytest.fixture
def paused(host: Page, guest: Page, room: Room) -> Page:
    """The host's page; the room is paused at 40 s of its first track, and Bob is there."""
    button(host, "play").click()
    status_on(host, "playing")
    button(host, "play").click()
    status_on(host, "paused")
    bar = host.locator("#seek")
    expect(bar).to_have_attribute("aria-disabled", "false")
    for key in ("Home", "PageUp", "ArrowRight", "ArrowRight"):  # each counts from where the one before it led
        bar.press(key)
    position_is(guest, PAUSED_AT_S)
    return host


def test_play_pause_and_stop(host: Page, guest: Page) -> None:
    button(host, "play").click()
    for page in (host, guest):
        status_on(page, "playing")
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        now_plays(page, "Morning Tide")
    button(guest, "play").click()
    for page in (host, guest):
        status_on(page, "paused")
        expect(page.locator("#sync-words")).to_have_text("Paused")
    button(guest, "stop").click()
    for page in (host, guest):
        status_on(page, "stopped")
        expect(page.locator("#sync-words")).to_have_text("Stopped")


def test_second_press_counts_before_the_first_is_answered(host: Page, guest: Page) -> None:
    button(guest, "play").dblclick()
    for page in (host, guest):
        status_on(page, "paused")
        now_plays(page, "Morning Tide")


def test_next_previous_and_jump(host: Page, guest: Page) -> None:
    button(host, "play").click()
    now_plays(guest, "Morning Tide")
    button(guest, "next").click()
    now_plays(host, "Neon Rain")
    now_plays(guest, "Neon Rain")
    button(host, "previous").click()
    now_plays(guest, "Morning Tide")
    guest.get_by_role("button", name="Play now: Night Train Home").first.click()
    now_plays(host, "Night Train Home")
    expect(host).to_have_title("Night Train Home – Synchro Demo Ensemble · Kitchen · Synchro")


def test_repeat_and_shuffle(host: Page, guest: Page) -> None:
    for label in ("Repeat: the queue", "Repeat: this track", "Repeat: off"):
        button(host, "repeat").click()
        expect(guest.get_by_role("button", name=label)).to_be_visible()
    button(guest, "shuffle").click()
    expect(button(host, "shuffle")).to_have_attribute("aria-pressed", "true")
    button(host, "shuffle").click()
    expect(button(guest, "shuffle")).to_have_attribute("aria-pressed", "false")
    expect(titles(guest)).to_have_text(["Morning Tide", "Neon Rain", "Paper Lanterns", "Night Train Home"])


def test_seek_bar_by_key_and_by_pointer(paused: Page, guest: Page) -> None:
    bar = guest.locator("#seek")
    for key, position_s in KEYS:
        bar.press(key)
        position_is(paused, position_s)
    expect(paused.locator("#seek")).to_have_attribute("aria-valuetext", "1:31 of 1:37")
    box = bar.bounding_box()
    assert box is not None
    bar.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    position_is(paused, 24)  # a quarter of 97 s


def test_keys_that_work_anywhere(paused: Page, guest: Page) -> None:
    paused.locator("h1").click()
    paused.keyboard.press("ArrowRight")
    position_is(guest, PAUSED_AT_S + 5)
    paused.keyboard.press("n")
    now_plays(guest, "Neon Rain")
    paused.keyboard.press("p")
    now_plays(guest, "Morning Tide")
    paused.keyboard.press("Space")
    status_on(guest, "playing")
    paused.keyboard.press("ArrowDown")
    expect(paused.locator("#own-volume")).to_have_value("95")
    paused.keyboard.press("?")
    expect(paused.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    paused.keyboard.press("Space")  # belongs to the dialog now
    paused.keyboard.press("Escape")
    status_on(guest, "playing")


def test_keys_are_letters_where_somebody_types(host: Page, guest: Page) -> None:
    button(guest, "play").click()
    now_plays(host, "Morning Tide")
    host.locator("#add-music > summary").click()
    host.locator("#q").press_sequentially("neon p m ?")
    expect(host.locator("#q")).to_have_value("neon p m ?")
    expect(host.locator("#found")).to_contain_text("Nothing in the library matches")
    now_plays(guest, "Morning Tide")
    status_on(guest, "playing")


def test_own_volume_stays_on_this_device(host: Page, guest: Page, room: Room) -> None:
    listen(host, "Alice")
    slider(host, "#own-volume", 40)
    host.locator("#mute").click()
    expect(host.locator("#mute")).to_have_attribute("aria-pressed", "true")
    visit(host, room)
    expect(host.locator("#own-volume")).to_have_value("40")
    expect(guest.locator("#own-volume")).to_have_value("100")


def test_volume_of_everybody_is_the_hosts(host: Page, guest: Page, room: Room) -> None:
    second_window = host.context.new_page()
    visit(second_window, room)
    slider(host, "#room-volume", 30)
    expect(second_window.locator("#room-volume")).to_have_value("30")
    assert room.site.room(room.slug)["volume"] == pytest.approx(0.3)
    expect(guest.locator("#room-volume")).to_be_hidden()


def test_only_hosts_choose_where_the_room_says_so(host: Page, guest: Page, room: Room) -> None:
    host.get_by_role("link", name="Settings").click()
    host.get_by_role("radio", name="Hosts only").check()
    host.get_by_role("button", name="Save").click()
    expect(guest.get_by_text("In this room, the hosts choose the music.")).to_be_visible()
    for offered in hosts_only(guest):
        expect(offered).to_be_hidden()
    for offered in hosts_only(host):
        expect(offered).to_be_visible()
    host.get_by_role("link", name="Settings").click()
    host.get_by_role("radio", name="Everyone in the room").check()
    host.get_by_role("button", name="Save").click()
    for offered in hosts_only(guest):
        expect(offered).to_be_visible()


def hosts_only(page: Page) -> list[Locator]:
    first = page.locator("#queue li").first
    return [button(page, "play"), first.locator(".grip"), first.locator(".menu"), page.locator("#add-music > summary")]


def test_guest_who_tampers_with_the_page_is_refused(open_page: PageMaker, server: Site) -> None:
    host, mallory = open_page(), open_page()
    room = open_room(host, server, "Quiet", control="hosts")
    enter_quietly(mallory, room, "Mallory")
    mallory.evaluate("document.getElementById('room').dataset.mayControl = 'true'")
    button(mallory, "play").click()
    expect(mallory.locator(".toast.error")).to_contain_text("hosts")
    status_on(mallory, "stopped")
    mallory.get_by_role("button", name="Clear the queue").click()
    expect(mallory.locator(".toast.error")).to_contain_text("hosts")
    assert "hosts" in post(mallory, f"{room.url}queue/", do="clear").text()
    assert (room.site.room(room.slug)["status"], len(room.site.room(room.slug)["queue"])) == ("stopped", 4)


def slider(page: Page, selector: str, value: int) -> None:
    page.locator(selector).fill(str(value))
