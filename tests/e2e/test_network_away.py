"""A server that is away for a while: what fails is told, and is fetched again by itself once the server answers."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, holds, listen, now_plays, open_room, row, visit
from tests.serving import Site
from tests.waiting import until

AWAY = "The server does not answer."


@pytest.fixture
def site(server: Site, tmp_path: Path) -> Iterator[Site]:
    """A copy of the shared site, to be killed."""
    copy = Site(tmp_path)
    shutil.copytree(server.data, copy.data, copy_function=os.link)
    with sqlite3.connect(server.folder / "db.sqlite3") as source, sqlite3.connect(tmp_path / "db.sqlite3") as target:
        source.backup(target)
    with copy:
        copy.start()
        yield copy


@pytest.fixture
def kitchen(page: Page, site: Site) -> Room:
    """A room of that site, open before its host."""
    room = open_room(page, site, "Kitchen")
    visit(page, room)
    return room


NO_COVER = re.compile(r"no-cover\.svg$")


def is_shown(image: Locator) -> None:
    """The image itself: neither the sign that there is none, nor the browser's of a broken one."""
    expect(image).not_to_have_attribute("src", NO_COVER)
    expect(image).not_to_have_js_property("naturalWidth", 0)


def tall_bars(page: Page) -> int:
    """Opaque points in the upper quarter of the waveform: there are none while its peaks are not known."""
    count: int = page.evaluate("""() => {
        const canvas = document.querySelector('#seek canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height / 4);
        return data.filter((value, at) => at % 4 === 3 && value > 0).length;
    }""")
    return count


def test_cover_and_waveform_of_a_track_that_began_meanwhile_come_afterwards(page: Page, kitchen: Room) -> None:
    row(page, "Morning Tide").get_by_role("button").first.click()
    now_plays(page, "Morning Tide")
    listen(page, "Alice")
    expect(page.locator("#seek")).to_have_attribute("aria-disabled", "false")
    page.locator("#seek").press("End")  # 5 s before it
    holds(page, "status.position_s > 90 && status.buffered_s > 10")
    assert tall_bars(page) > 0
    is_shown(page.locator("#cover"))
    kitchen.site.kill()
    now_plays(page, "Neon Rain")
    expect(page.locator("#cover")).to_have_attribute("src", NO_COVER)
    assert tall_bars(page) == 0
    kitchen.site.start()
    is_shown(page.locator("#cover"))
    until(lambda: tall_bars(page), 15, "the waveform")


def test_images_that_failed_as_the_page_came_are_fetched_when_the_network_is_back(page: Page, site: Site) -> None:
    page.route("**/covers/**", lambda route: route.abort())
    page.goto(f"{site.url}/library/")
    images = page.locator("#tracks img")
    expect(images).to_have_count(4)
    for image in images.all():
        expect(image).to_have_attribute("src", NO_COVER)
    page.unroute("**/covers/**")
    for offline in (True, False):
        page.context.set_offline(offline)
    for image in images.all():
        is_shown(image)


def test_search_that_does_not_get_through_is_told_where_its_results_would_be(page: Page, kitchen: Room) -> None:
    page.locator("#add-music > summary").click()
    found = page.locator("#found")
    expect(found.locator("li")).to_have_count(4)
    kitchen.site.kill()
    page.locator("#q").press_sequentially("neon")
    expect(found.get_by_role("alert")).to_have_text(AWAY)
    expect(found.locator("li")).to_have_count(0)  # they would pass for the answer
    found.get_by_role("button", name="Try again").click()
    expect(found.get_by_role("alert")).to_have_text(AWAY)
    kitchen.site.start()
    expect(found.locator("li")).to_have_count(1)
    expect(found).to_contain_text("Neon Rain")
    expect(found.get_by_role("alert")).to_have_count(0)


def test_search_of_the_library_tells_the_same(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/library/")
    expect(page.locator("#tracks li")).to_have_count(4)
    site.kill()
    page.locator("#library-query").press_sequentially("neon")
    tracks = page.locator("#tracks")
    expect(tracks.get_by_role("alert")).to_have_text(AWAY)
    site.start()
    tracks.get_by_role("button", name="Try again").click()
    expect(tracks.locator("li")).to_have_count(1)
    expect(tracks).to_contain_text("Neon Rain")


def test_settings_that_do_not_come_are_told_in_their_dialog(page: Page, kitchen: Room) -> None:
    kitchen.site.kill()
    page.get_by_role("link", name="Settings").click()
    dialog = page.get_by_role("dialog", name="Settings")
    expect(dialog.get_by_role("alert")).to_have_text(AWAY)
    kitchen.site.start()
    expect(dialog.get_by_label("Name")).to_have_value("Kitchen")
    kitchen.site.kill()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text(AWAY)).to_be_visible()  # a dialog covers what lies behind it


def test_what_refreshes_by_itself_says_nothing(open_page: PageMaker, site: Site) -> None:
    page = open_page()
    page.clock.install()
    page.goto(site.url)
    cards = page.locator("#cards li")
    expect(cards.first).to_be_visible()
    site.kill()
    with page.expect_event("requestfailed"):
        page.clock.run_for(11_000)
    expect(page.locator(".toast")).to_have_count(0)
    expect(cards.first).to_be_visible()
