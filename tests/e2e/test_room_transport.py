"""The buttons, keys and sliders of a room: one presses, the others see it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import (
    Room,
    button,
    enter_quietly,
    listen,
    now_plays,
    open_room,
    position_is,
    post,
    status_on,
    titles,
    visit,
)
from tests.serving import Site

KEYS = [("ArrowLeft", 35), ("ArrowUp", 40), ("PageUp", 70), ("PageDown", 40), ("Home", 0), ("End", 92)]
"""On the seek bar of a track of 97 s, from where the room is paused."""


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


def test_queue_that_ran_out_looks_as_if_it_was_stopped(host: Page, guest: Page) -> None:
    guest.get_by_role("button", name="Play now: Night Train Home").first.click()
    bar = guest.locator("#seek")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^0:0[1-9] of 1:49$"))
    bar.press("End")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^1:4\d of"))
    for page in (host, guest):
        expect(page.locator("#sync-words")).to_have_text("Stopped")
        expect(page.locator("#seek")).to_have_attribute("aria-valuetext", "0:00 of 1:49")
        expect(page.locator("#seek-now")).to_have_text("0:00")


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


@pytest.mark.parametrize("width", [360, 1400])
def test_who_loses_and_gains_the_choice_is_told_and_keeps_the_focus(host: Page, guest: Page, width: int) -> None:
    guest.set_viewport_size({"width": width, "height": 800})
    button(guest, "next").focus()
    said = guest.get_by_role("status").locator(".toast")
    for radio, words in (
        ("Hosts only", "Only the hosts choose the music now."),
        ("Everyone in the room", "You may choose the music now."),
    ):
        host.get_by_role("link", name="Settings").click()
        host.get_by_role("radio", name=radio).check()
        host.get_by_role("button", name="Save").click()
        expect(said.last).to_have_text(words)
        expect(guest.locator(".stage")).to_be_focused()  # the button that had it is gone
    expect(host.get_by_text("choose the music now")).to_have_count(0)


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
