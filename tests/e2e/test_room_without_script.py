"""A phone of 360 px on which no script runs: one joins, and has the queue and the transport in hand."""

from playwright.sync_api import Page, ViewportSize, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, row, titles

PHONE: ViewportSize = {"width": 360, "height": 740}
WINDOW: ViewportSize = {"width": 1280, "height": 900}


def test_join_queue_and_transport_without_a_script(open_page: PageMaker, host: Page, room: Room) -> None:
    phone = open_page(java_script_enabled=False, viewport=PHONE)
    phone.goto(room.url)
    for offered in ("#own-volume", "#theme", "#invite", "#seek"):  # they would do nothing
        expect(phone.locator(offered)).to_be_hidden()
    expect(phone.get_by_role("button", name="Play", exact=True)).to_be_hidden()
    phone.get_by_label("Your name in this room").fill("Bob")
    expect(phone.get_by_role("button", name="Listen")).to_have_count(0)
    phone.get_by_role("button", name="Join").click()
    expect(phone.locator("noscript .join-note")).to_be_visible()
    for offered in ("#listen", "#nickname", "#people-count"):  # one is in the room already, and counts as nobody's page
        expect(phone.locator(offered)).to_be_hidden()
    expect(phone.get_by_text("You are here as Bob.")).to_be_visible()
    expect(host.get_by_text("You are here as")).to_be_hidden()  # the list says it where a script runs
    expect(phone.get_by_text("You are in.")).to_be_visible()
    expect(phone.get_by_text("Press once more to hear.")).to_be_hidden()  # it would not help

    phone.locator("#add-music > summary").click()
    phone.get_by_role("searchbox").fill("lanterns")
    phone.locator(".search button").click()
    expect(phone.get_by_role("heading", name="Add music to Kitchen")).to_be_visible()
    phone.set_viewport_size(WINDOW)
    form, found = phone.locator(".search").bounding_box(), phone.locator(".found").bounding_box()
    assert form is not None
    assert found is not None
    assert found["y"] >= form["y"] + form["height"]
    phone.set_viewport_size(PHONE)
    phone.get_by_role("button", name="Play Paper Lanterns next").click()
    expect(phone.get_by_text("Plays next.")).to_be_visible()
    expect(titles(phone).first).to_have_text("Paper Lanterns")
    expect(titles(phone)).to_have_count(5)
    phone.set_viewport_size(WINDOW)
    lefts = phone.locator("#queue .track-time").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().left)"
    )
    assert max(lefts) - min(lefts) < 8  # px: one below the other, and not each at its title
    phone.set_viewport_size(PHONE)

    row(phone, "Neon Rain").locator("summary").click()
    row(phone, "Neon Rain").get_by_role("button", name="Remove").click()
    expect(titles(host)).not_to_contain_text(["Neon Rain"])
    expect(phone.get_by_text("Removed from the queue.")).to_have_count(1)
    phone.get_by_role("button", name="Undo").click()
    expect(row(host, "Neon Rain")).to_be_visible()

    phone.get_by_role("button", name="Play", exact=True).click()
    expect(phone.locator("#now-title")).to_have_text("Paper Lanterns")
    expect(phone.locator("#queue li[aria-current]")).to_contain_text("Paper Lanterns")
    expect(phone.locator("#queue li[aria-current]")).to_have_count(1)
    phone.get_by_role("button", name="Next track").click()
    expect(host.locator("#now-title")).to_have_text(phone.locator("#now-title").inner_text())
    phone.get_by_role("button", name="Pause").click()
    expect(phone.locator("#sync-words")).to_have_text("Paused")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    phone.get_by_role("button", name="Leave the room").click()
    expect(phone.get_by_role("button", name="Leave the room")).to_be_hidden()
