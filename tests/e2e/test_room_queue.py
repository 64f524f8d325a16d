"""The queue in everybody's hands: added, ordered, taken out, put back; and what was played."""

from playwright.sync_api import Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, button, enter_quietly, holds, now_plays, open_room, post, row, titles, visit
from tests.serving import Site

DEMO = ["Morning Tide", "Neon Rain", "Paper Lanterns", "Night Train Home"]
TIDE, RAIN, LANTERNS, TRAIN = DEMO


def test_add_by_search(open_page: PageMaker, server: Site) -> None:
    host, guest = open_page(), open_page()
    room = open_room(host, server, "Empty", tracks=0)
    visit(host, room)
    enter_quietly(guest, room, "Bob")
    expect(host.locator("#queue")).to_contain_text("The queue is empty.")
    search = guest.get_by_role("searchbox", name="Search the library")
    search.press_sequentially("ensemble lant")
    found = guest.locator("#found")
    expect(found.locator("li")).to_have_count(1)
    found.get_by_role("button", name=f"Add {LANTERNS} to the queue").click()
    expect(guest.locator(".toast")).to_have_text("Added to the queue.")
    for page in (host, guest):
        expect(titles(page)).to_have_text([LANTERNS])
    expect(host.locator("#queue")).to_contain_text("from Bob")
    search.fill("no such song")
    expect(found).to_contain_text("Nothing in the library matches “no such song”.")


def test_play_next_and_play_now(host: Page, guest: Page) -> None:
    button(host, "play").click()
    guest.locator("#add-music > summary").click()
    found = guest.locator("#found")
    found.get_by_role("button", name=f"Play {TRAIN} next").click()
    expect(titles(host)).to_have_text([TIDE, TRAIN, RAIN, LANTERNS, TRAIN])
    expect(host.locator("#now-title")).to_have_text(TIDE)
    found.get_by_role("button", name=f"Play {LANTERNS} now").click()
    expect(titles(host)).to_have_text([TIDE, LANTERNS, TRAIN, RAIN, LANTERNS, TRAIN])
    expect(host.locator("#now-title")).to_have_text(LANTERNS)


def test_removed_entry_comes_back_where_it_was(host: Page, guest: Page) -> None:
    row(guest, RAIN).locator("summary").click()
    row(guest, RAIN).get_by_role("button", name="Remove").click()
    expect(titles(host)).to_have_text([TIDE, LANTERNS, TRAIN])
    guest.locator(".toast").get_by_role("button", name="Undo").click()
    expect(titles(host)).to_have_text(DEMO)


def test_cleared_queue_keeps_what_plays_and_comes_back(host: Page, guest: Page) -> None:
    guest.get_by_role("button", name=f"Play now: {RAIN}").first.click()
    expect(host.locator("#now-title")).to_have_text(RAIN)
    guest.get_by_role("button", name="Clear the queue").click()
    expect(titles(host)).to_have_text([RAIN])
    guest.get_by_role("button", name="Undo").click()
    expect(titles(host)).to_have_text(DEMO)


def test_order_by_key_keeps_the_focus_on_the_row(host: Page, guest: Page) -> None:
    row(guest, TIDE).get_by_role("button").first.focus()
    guest.keyboard.press("Alt+ArrowDown")
    expect(titles(host)).to_have_text([RAIN, TIDE, LANTERNS, TRAIN])
    expect(titles(guest)).to_have_text([RAIN, TIDE, LANTERNS, TRAIN])
    expect(row(guest, TIDE).get_by_role("button").first).to_be_focused()
    guest.keyboard.press("Alt+ArrowUp")
    expect(titles(host)).to_have_text(DEMO)
    expect(row(guest, TIDE).get_by_role("button").first).to_be_focused()


def test_order_by_menu(host: Page, guest: Page) -> None:
    row(guest, TRAIN).locator("summary").click()
    row(guest, TRAIN).get_by_role("button", name="Move up").click()
    expect(titles(host)).to_have_text([TIDE, RAIN, TRAIN, LANTERNS])
    row(guest, TIDE).locator("summary").click()
    guest.keyboard.press("Escape")
    expect(row(guest, TIDE).get_by_role("button", name="Move down")).to_be_hidden()
    expect(row(guest, TIDE).locator("summary")).to_be_focused()


def test_order_by_drag(host: Page, guest: Page) -> None:
    grip, goal = row(guest, TIDE).locator(".grip").bounding_box(), row(guest, LANTERNS).bounding_box()
    assert grip is not None
    assert goal is not None
    guest.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    guest.mouse.down()
    guest.mouse.move(grip["x"], goal["y"] + goal["height"] * 0.75, steps=8)
    expect(row(guest, TIDE)).to_have_attribute("data-dragging", "")
    expect(titles(guest)).to_have_text([RAIN, LANTERNS, TIDE, TRAIN])  # under the hand at once
    guest.mouse.up()
    expect(titles(host)).to_have_text([RAIN, LANTERNS, TIDE, TRAIN])
    host.reload()
    expect(titles(host)).to_have_text([RAIN, LANTERNS, TIDE, TRAIN])


def test_history_tells_what_was_played_and_by_whom(host: Page, guest: Page, room: Room, chime: int) -> None:
    expect(host.locator("#history")).to_contain_text("Nothing was played yet.")
    guest.get_by_role("button", name=f"Play now: {LANTERNS}").first.click()
    holds(host, "status.position_s > 0")
    assert post(guest, f"{room.url}queue/", do=f"now {chime}").ok
    newest = host.locator("#history li").first
    expect(newest).to_contain_text("Chime")
    expect(newest).to_contain_text("from Bob")
    now_plays(host, TRAIN)
    expect(host.locator("#history .track-title")).to_have_text(["Chime"])  # not what was skipped, nor what plays
    newest.get_by_role("button", name="Add Chime to the queue").click()
    expect(titles(guest)).to_have_text([TIDE, RAIN, LANTERNS, "Chime", TRAIN, "Chime"])
