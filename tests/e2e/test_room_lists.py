"""Lists that follow the room step by step: a queue longer than a page shows, focus that stays where it is, and lists
that are fetched where steps were missed."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, enter_quietly, open_room, post, titles, visit
from tests.serving import Site

LONG = 450
SHOWN = 200


@pytest.fixture
def long_room(page: Page, server: Site) -> Room:
    """A room of LONG entries, called by their numbers."""
    room = open_room(page, server, "Long", tracks=0)
    server.manage("shell", "--verbosity", "0", "--command", f"""
from library.models import Track
from rooms.models import QueueEntry, Room
room, track = Room.objects.get(slug={room.slug!r}), Track.objects.get(title="Neon Rain")
QueueEntry.objects.bulk_create(
    QueueEntry(room=room, track=track, rank=n << 20, shuffled_rank=n << 20, added_by=f"number {{n}}")
    for n in range({LONG})
)
Room.objects.filter(pk=room.pk).update(revision=2, part_revisions={{"queue": 2}})
""")  # fmt: skip
    return room


def entries(page: Page) -> list[int]:
    found = page.locator("#queue li").evaluate_all("rows => rows.map((row) => Number(row.dataset.entry))")
    return [int(entry) for entry in found]


def queue_of(room: Room) -> list[int]:
    return [entry["entry"] for entry in room.site.room(room.slug)["queue"]]


def test_a_long_queue_shows_a_stretch_and_the_rest_when_asked(page: Page, long_room: Room) -> None:
    visit(page, long_room)
    queue = queue_of(long_room)
    assert entries(page) == queue[:SHOWN]
    page.get_by_role("link", name="250 more").click()
    expect(titles(page)).to_have_count(2 * SHOWN)
    assert entries(page) == queue[: 2 * SHOWN]
    page.get_by_role("link", name="50 more").click()
    expect(titles(page)).to_have_count(LONG)
    expect(page.locator("[data-later]")).to_have_count(0)


def test_changes_within_and_beyond_the_stretch(page: Page, long_room: Room) -> None:
    visit(page, long_room)
    queue = queue_of(long_room)
    beyond, shown, first = queue[300], queue[5], queue[0]
    for do in (f"move {beyond} {shown}", f"move {first} {queue[400]}", f"remove {queue[10]}", f"remove {queue[350]}"):
        assert post(page, f"{long_room.url}queue/", do=do).ok
    expect(page.locator(f"#queue li[data-entry='{queue[10]}']")).to_have_count(0)
    now = queue_of(long_room)
    held = entries(page)
    assert held == [entry for entry in now if entry in held]
    assert beyond in held
    assert first not in held


def test_focus_stays_on_a_row_that_others_move(open_page: PageMaker, server: Site) -> None:
    host, guest = open_page(), open_page()
    room = open_room(host, server, "Focus")
    visit(host, room)
    enter_quietly(guest, room, "Bob")
    queue = entries(host)
    menu = host.locator(f"#queue li[data-entry='{queue[1]}'] summary")
    menu.focus()
    assert post(guest, f"{room.url}queue/", do=f"move {queue[1]} end").ok
    expect(host.locator("#queue li").last).to_have_attribute("data-entry", str(queue[1]))
    expect(menu).to_be_focused()


def test_a_shuffle_of_a_long_queue_is_fetched(page: Page, long_room: Room) -> None:
    visit(page, long_room)
    before = entries(page)
    assert post(page, f"{long_room.url}transport/", do="shuffle on").ok
    page.wait_for_function("first => document.querySelector('#queue li')?.dataset.entry !== first", arg=str(before[0]))
    assert entries(page) == queue_of(long_room)[:SHOWN]


def test_without_a_script_the_rest_is_a_page(open_page: PageMaker, long_room: Room, page: Page) -> None:
    plain = open_page(java_script_enabled=False)
    plain.goto(long_room.url)
    plain.get_by_role("link", name="250 more").click()
    expect(plain.locator("li[data-entry]")).to_have_count(SHOWN)
    plain.get_by_role("link", name="Back to the room").click()
    expect(plain).to_have_url(long_room.url)


def test_a_room_made_unlisted_moves_with_those_in_it(open_page: PageMaker, server: Site) -> None:
    host, guest = open_page(), open_page()
    room = open_room(host, server, "Going dark", visibility="public")
    visit(host, room)
    enter_quietly(guest, room, "Bob")
    settings = {"name": "Going dark", "visibility": "unlisted", "control": "everyone"}
    assert post(host, f"{room.url}settings/", **settings).ok
    guest.wait_for_function("before => location.href !== before", arg=room.url)
    assert open_page().goto(room.url).status == 404  # type: ignore[union-attr]
    queue = entries(guest)
    moved = Room(server, guest.url.rstrip("/").rsplit("/", 1)[1])
    assert len(moved.slug) == 18
    guest.locator(f"#queue li[data-entry='{queue[1]}'] summary").click()
    guest.locator(f"#queue li[data-entry='{queue[1]}']").get_by_role("button", name="Remove").click()
    expect(guest.locator("#queue li")).to_have_count(len(queue) - 1)  # its buttons lead to the new address
