"""A phone of 360 px on which no script runs: one joins, and has the queue and the transport in hand."""

from playwright.sync_api import Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, row, titles

PHONE = {"width": 360, "height": 740}


def test_join_queue_and_transport_without_a_script(open_page: PageMaker, host: Page, room: Room) -> None:
    phone = open_page(java_script_enabled=False, viewport=PHONE)
    phone.goto(room.url)
    for offered in ("#own-volume", "#theme", "#share", "#seek"):  # they would do nothing
        expect(phone.locator(offered)).to_be_hidden()
    expect(phone.get_by_role("button", name="Play", exact=True)).to_be_hidden()
    phone.get_by_label("Your name in this room").fill("Bob")
    phone.get_by_role("button", name="Listen").click()
    expect(phone.locator(".join-note")).to_be_visible()

    phone.locator("#add-music > summary").click()
    phone.get_by_role("searchbox").fill("lanterns")
    phone.locator(".search button").click()
    expect(phone.get_by_role("heading", name="Add music to Kitchen")).to_be_visible()
    phone.get_by_role("button", name="Play Paper Lanterns next").click()
    expect(phone.get_by_text("Plays next.")).to_be_visible()
    expect(titles(phone)).to_have_count(5)

    row(phone, "Neon Rain").locator("summary").click()
    row(phone, "Neon Rain").get_by_role("button", name="Remove").click()
    expect(titles(host)).not_to_contain_text(["Neon Rain"])
    phone.get_by_role("button", name="Undo").click()
    expect(row(host, "Neon Rain")).to_be_visible()

    phone.get_by_role("button", name="Play", exact=True).click()
    expect(phone.locator("#now-title")).to_have_text("Morning Tide")
    phone.get_by_role("button", name="Next track").click()
    expect(host.locator("#now-title")).to_have_text(phone.locator("#now-title").inner_text())
    phone.get_by_role("button", name="Pause").click()
    expect(phone.locator("#sync-words")).to_have_text("Paused")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    phone.get_by_role("button", name="Leave the room").click()
    expect(phone.get_by_role("button", name="Leave the room")).to_be_hidden()
