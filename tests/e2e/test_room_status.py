"""The line that tells what is heard on this device: green only where it can be heard, else why not."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rooms import Room, button, listen, visit

IN_SYNC = re.compile(r"^In sync ±\d+\.\d ms$")


def line_says(page: Page, words: str | re.Pattern[str], tone: str) -> None:
    expect(page.locator("#sync-words")).to_have_text(words)
    expect(page.locator("#sync")).to_have_attribute("data-tone", tone)


def seen_by(page: Page, nickname: str, state: str) -> None:
    expect(page.locator("#people li", has_text=nickname)).to_contain_text(state)


@pytest.fixture
def listener(host: Page, guest: Page, room: Room) -> Page:
    """Bob, who hears the host's room in step."""
    button(host, "play").click()
    listen(guest, "Bob")
    line_says(guest, IN_SYNC, "good")
    return guest


def test_muted_wins_over_sync(listener: Page, host: Page) -> None:
    listener.locator("#mute").click()
    line_says(listener, "Muted here", "idle")
    seen_by(host, "Bob", "muted here")
    listener.locator("#own-volume").fill("0")
    line_says(listener, "Muted here", "idle")
    listener.locator("#mute").click()
    line_says(listener, "My volume is at 0", "idle")
    seen_by(host, "Bob", "muted here")
    listener.locator("#own-volume").fill("1")
    line_says(listener, IN_SYNC, "good")
    seen_by(host, "Bob", "hears it")


def test_everybodys_volume_at_0_is_told_to_everybody(listener: Page, host: Page) -> None:
    host.locator("#room-volume").fill("0")
    line_says(listener, "Everybody's volume is at 0", "idle")
    line_says(host, "Playing in the room", "idle")
    seen_by(host, "Bob", "muted here")
    host.locator("#room-volume").fill("40")
    line_says(listener, IN_SYNC, "good")
    seen_by(host, "Bob", "hears it")


def test_clicks_are_no_music(listener: Page) -> None:
    listener.locator(".device summary").click()
    listener.get_by_role("button", name="Click track").click()
    line_says(listener, "Clicks in place of the music", "idle")
    listener.get_by_role("button", name="Click track").click()
    line_says(listener, IN_SYNC, "good")


def test_paused_is_no_matter_of_this_device(listener: Page, host: Page) -> None:
    listener.locator("#mute").click()
    button(host, "play").click()
    line_says(listener, "Paused", "idle")
    seen_by(host, "Bob", "is ready")
    button(host, "play").click()
    line_says(listener, "Muted here", "idle")


NOTES_THE_LINE = """
    window.said = [];
    new MutationObserver(() => {
        const line = document.getElementById('sync-words');
        if (line && line.textContent !== window.said.at(-1)) window.said.push(line.textContent);
    }).observe(document, { subtree: true, childList: true, characterData: true });
"""


def test_page_that_does_not_know_the_room_yet_does_not_say_that_it_stopped(host: Page, room: Room, page: Page) -> None:
    button(host, "play").click()
    line_says(host, "Playing in the room", "idle")
    page.add_init_script(NOTES_THE_LINE)
    visit(page, room)
    line_says(page, "Playing in the room", "idle")
    said = set(page.evaluate("() => window.said"))
    assert said <= {"Playing in the room", "Connecting…"}, said


def test_keys_of_a_device_that_does_not_sound_do_nothing(host: Page, guest: Page, room: Room) -> None:
    button(host, "play").click()
    line_says(guest, "Playing in the room", "idle")
    guest.keyboard.press("m")
    for _ in range(20):
        guest.keyboard.press("ArrowDown")
    listen(guest, "Bob")
    line_says(guest, IN_SYNC, "good")
    expect(guest.locator("#mute")).to_have_attribute("aria-pressed", "false")
    expect(guest.locator("#own-volume")).to_have_value("100")


def test_who_presses_listen_wants_to_hear(listener: Page, room: Room) -> None:
    listener.locator("#mute").click()
    listener.locator(".device summary").click()
    listener.get_by_role("button", name="Sound off here").click()
    line_says(listener, "Playing in the room", "idle")
    listener.locator("#listen").click()
    line_says(listener, IN_SYNC, "good")
    expect(listener.locator("#mute")).to_have_attribute("aria-pressed", "false")
    visit(listener, room)
    line_says(listener, "Playing in the room", "idle")
