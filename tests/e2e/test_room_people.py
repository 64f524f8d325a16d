"""People come into a room, are seen there, and leave; rooms are made, renamed and destroyed."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, button, holds, listen, visit
from tests.serving import Site

IN_STEP_MS = 5
"""By the player's own reckoning; what really sounds is measured by ear (test_two_windows_sound_together)."""


def person(page: Page, nickname: str) -> Locator:
    return page.locator("#people li", has_text=nickname)


def test_guest_joins_by_link_with_only_a_nickname_and_hears_it(host: Page, room: Room, open_page: PageMaker) -> None:
    button(host, "play").click()
    guest = open_page()
    guest.goto(host.locator("#invite-address").input_value())
    expect(guest.locator("#sync-words")).to_have_text("Playing in the room")
    listen(guest, "Bob")
    holds(guest, f"Math.abs(status.error_ms ?? Infinity) < {IN_STEP_MS}")
    expect(guest.locator("#sync-words")).to_have_text(re.compile(r"^In sync ±\d+\.\d ms$"))
    expect(person(host, "Bob")).to_contain_text("hears it")
    guest.locator("#mute").click()
    expect(person(host, "Bob")).to_contain_text("muted here")
    guest.locator(".device summary").click()
    guest.get_by_role("button", name="Sound off here").click()
    expect(guest.get_by_role("button", name="Press to hear", exact=True)).to_be_visible()
    expect(person(host, "Bob")).to_contain_text("looks on")
    guest.locator("#listen").click()
    expect(person(host, "Bob")).to_contain_text("hears it")


def test_press_without_a_name_finds_one(host: Page, room: Room) -> None:
    listen(host, "")
    name = host.locator("#nickname").input_value()
    assert name in (host.locator("#nickname").get_attribute("data-friendly-names") or "").split(",")
    expect(person(host, name)).to_contain_text("host")
    expect(person(host, name)).to_contain_text("is ready")
    host.reload()
    expect(host.locator("#nickname")).to_have_value(name)


def test_everybody_sees_who_is_there(host: Page, guest: Page) -> None:
    for page in (host, guest):
        expect(person(page, "Bob")).to_contain_text("looks on")
        expect(page.locator("#people-count")).to_have_text("2")
    guest.close()
    expect(person(host, "Bob")).to_have_count(0)
    expect(host.locator("#people-count")).to_have_text("1")


def test_guest_leaves(host: Page, guest: Page, room: Room) -> None:
    guest.get_by_role("button", name="Leave the room").click()
    guest.wait_for_url(f"{room.site.url}/")
    expect(person(host, "Bob")).to_have_count(0)
    visit(guest, room)
    expect(guest.get_by_role("button", name="Leave the room")).to_be_hidden()


def test_room_is_made_on_the_page(page: Page, server: Site) -> None:
    page.goto(server.url)
    page.get_by_role("link", name="New room").click()
    page.get_by_label("Name").fill("   ")
    page.get_by_role("button", name="Create the room").click()
    expect(page.locator(".errorlist")).to_be_visible()
    page.get_by_label("Name").fill("Friday night")
    page.get_by_role("button", name="Create the room").click()
    page.wait_for_url("**/rooms/friday-night/")
    expect(page.locator("#add-music")).to_have_attribute("open", "")  # an empty room asks for music
    page.goto(server.url)
    expect(page.locator("#room-friday-night")).to_contain_text("You are a host")
    page.goto(f"{server.url}/rooms/friday-night/destroy/")  # where a room's page goes when no script runs
    page.get_by_role("button", name="Destroy the room").click()
    page.wait_for_url(f"{server.url}/")
    expect(page.locator("#room-friday-night")).to_have_count(0)


def test_unlisted_room_is_only_on_its_hosts_home(host: Page, room: Room, open_page: PageMaker) -> None:
    host.goto(room.site.url)
    expect(host.locator(f"#room-{room.slug}")).to_contain_text("Kitchen")
    stranger = open_page()
    stranger.goto(room.site.url)
    expect(stranger.locator("#room-demo")).to_be_visible()
    expect(stranger.locator(f"#room-{room.slug}")).to_have_count(0)


def test_new_name_is_seen_by_all(host: Page, guest: Page) -> None:
    host.get_by_role("link", name="Settings").click()
    settings = host.get_by_role("dialog", name="Settings")
    for nothing in ("", " "):
        settings.get_by_label("Name").fill(nothing)
        with host.expect_response("**/settings/"):
            settings.get_by_role("button", name="Save").click()
        expect(settings.locator(".errorlist")).to_be_visible()
    settings.get_by_label("Name").fill("Balcony")
    settings.get_by_role("button", name="Save").click()
    expect(settings).to_be_hidden()
    for page in (host, guest):
        expect(page.get_by_role("heading", name="Balcony")).to_be_visible()
        expect(page).to_have_title("Balcony · Synchro")
    button(guest, "play").click()
    for page in (host, guest):
        expect(page).to_have_title("Morning Tide – Synchro Demo Ensemble · Balcony · Synchro")
    host.get_by_role("link", name="Settings").click()
    host.get_by_role("link", name="Destroy the room").click()
    expect(host.get_by_role("dialog", name="Destroy Balcony?")).to_be_visible()


def test_settings_opened_again_and_again_are_those_of_the_room(host: Page, room: Room) -> None:
    settings = host.get_by_role("dialog", name="Settings")
    everyone, hosts_only = (settings.get_by_role("radio", name=name) for name in ("Everyone in the room", "Hosts only"))
    for wanted, other in ((hosts_only, everyone), (everyone, hosts_only), (hosts_only, everyone)):
        host.get_by_role("link", name="Settings").click()
        expect(other).to_be_checked()
        wanted.check()
        settings.get_by_label("Name").fill(" ")
        settings.get_by_role("button", name="Save").click()
        expect(settings.locator(".errorlist")).to_be_visible()
        expect(wanted).to_be_checked()
        settings.get_by_label("Name").fill("Kitchen")
        settings.get_by_role("button", name="Save").click()
        expect(settings).to_be_hidden()
    host.get_by_role("link", name="Settings").click()
    everyone.check()
    host.keyboard.press("Escape")  # thought better of it
    host.get_by_role("link", name="Settings").click()
    expect(hosts_only).to_be_checked()


def test_destroyed_room_sends_everybody_away(host: Page, guest: Page, room: Room) -> None:
    host.get_by_role("link", name="Settings").click()
    host.get_by_role("link", name="Destroy the room").click()
    sure = host.get_by_role("dialog", name="Destroy Kitchen?")
    sure.get_by_role("button", name="Keep it").click()
    expect(sure).to_be_hidden()
    host.get_by_role("link", name="Destroy the room").click()
    sure.get_by_role("button", name="Destroy the room").click()
    host.wait_for_url(f"{room.site.url}/")
    closed = guest.get_by_role("alert")
    expect(closed).to_contain_text("This room is closed.")
    expect(button(guest, "play")).to_be_hidden()
    closed.get_by_role("link", name="Back to the rooms").click()
    guest.wait_for_url(f"{room.site.url}/")
    assert guest.request.get(room.url).status == 404
