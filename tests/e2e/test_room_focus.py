"""By keyboard in the queue: the focus is never lost, what was removed is put back by a key, and moves are told to those
who do not see them. And its menus stay within the window."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, add, listen, open_room, post, row, titles, visit
from tests.serving import Site

TIDE, RAIN, LANTERNS, TRAIN = "Morning Tide", "Neon Rain", "Paper Lanterns", "Night Train Home"


def menu_of(page: Page, title: str) -> Locator:
    return row(page, title).locator("summary")


def choose(page: Page, title: str, choice: str) -> None:
    """From a row's menu, by keys. Returns once the server has answered."""
    menu_of(page, title).focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
        if page.evaluate("() => document.activeElement.textContent") == choice:
            break
    with page.expect_response("**/queue/"):
        page.keyboard.press("Enter")


def said(page: Page) -> Locator:
    """What a screen reader hears besides the notices."""
    return page.locator("#announcer")


@pytest.mark.parametrize("width", [360, 1400])
def test_focus_goes_to_the_neighbour_of_what_is_removed(guest: Page, width: int) -> None:
    guest.set_viewport_size({"width": width, "height": 740})
    choose(guest, RAIN, "Remove")
    expect(titles(guest)).to_have_text([TIDE, LANTERNS, TRAIN])
    expect(menu_of(guest, LANTERNS)).to_be_focused()
    choose(guest, TRAIN, "Remove")
    expect(menu_of(guest, LANTERNS)).to_be_focused()
    choose(guest, LANTERNS, "Remove")
    expect(menu_of(guest, TIDE)).to_be_focused()
    choose(guest, TIDE, "Remove")
    expect(guest.locator("#queue")).to_contain_text("The queue is empty.")
    expect(guest.locator("#add-music > summary")).to_be_focused()
    for left in ([TIDE], [TIDE, LANTERNS], [TIDE, LANTERNS, TRAIN], [TIDE, RAIN, LANTERNS, TRAIN]):
        guest.keyboard.press("Control+z")
        expect(titles(guest)).to_have_text(left)
    expect(guest.get_by_role("button", name="Undo")).to_have_count(0)  # there is nothing left to put back


def test_focus_is_back_where_it_was_after_undo_in_a_notice(guest: Page) -> None:
    choose(guest, RAIN, "Remove")
    expect(menu_of(guest, LANTERNS)).to_be_focused()
    guest.get_by_role("button", name="Undo").focus()
    guest.keyboard.press("Enter")
    expect(titles(guest)).to_have_text([TIDE, RAIN, LANTERNS, TRAIN])
    expect(menu_of(guest, LANTERNS)).to_be_focused()


def test_notices_do_not_pile_up(guest: Page) -> None:
    guest.locator("#add-music > summary").click()
    for name in (f"Add {TRAIN} to the queue", f"Play {TRAIN} next", f"Add {TRAIN} to the queue"):
        with guest.expect_response("**/queue/"):
            guest.locator("#found").get_by_role("button", name=name).click()
    expect(guest.locator(".toast")).to_have_text(["Added to the queue."])
    for title in (LANTERNS, RAIN, TIDE):
        choose(guest, title, "Remove")
    expect(guest.locator(".toast").get_by_role("button", name="Undo")).to_have_count(2)


def test_what_was_cleared_is_put_back_by_the_key_after_its_notice_is_gone(guest: Page) -> None:
    guest.clock.install()
    guest.get_by_role("button", name="Clear the queue").press("Enter")
    expect(guest.locator("#queue")).to_contain_text("The queue is empty.")
    expect(guest.locator("#add-music > summary")).to_be_focused()
    expect(guest.locator(".toast").get_by_role("button", name="Undo")).to_have_count(1)  # the answer has come
    guest.clock.run_for(30_000)
    expect(guest.locator(".toast")).to_have_count(0)
    guest.locator("#add-music > summary").press("Enter")
    guest.locator("#q").fill("rain")
    guest.locator("#q").press("Control+z")  # the field's own
    expect(guest.locator("#q")).to_have_value("")
    expect(titles(guest)).to_have_count(0)
    guest.locator("h1").click()
    guest.keyboard.press("Control+z")
    expect(titles(guest)).to_have_count(4)
    guest.keyboard.press("Control+z")
    expect(titles(guest)).to_have_count(4)


def test_moves_are_told(guest: Page) -> None:
    row(guest, TIDE).get_by_role("button").first.focus()
    guest.keyboard.press("Alt+ArrowUp")
    expect(said(guest)).to_have_text("It is the first already.")
    guest.keyboard.press("Alt+ArrowDown")
    expect(said(guest)).to_have_text(f"{TIDE}: place 2 of 4")
    choose(guest, TIDE, "Move down")
    expect(said(guest)).to_have_text(f"{TIDE}: place 3 of 4")
    expect(menu_of(guest, TIDE)).to_be_focused()


def test_moves_of_others_are_not_told_and_leave_menu_and_focus_alone(host: Page, guest: Page, room: Room) -> None:
    menu_of(guest, LANTERNS).focus()
    guest.keyboard.press("Enter")
    guest.keyboard.press("End")
    remove = row(guest, LANTERNS).get_by_role("button", name="Remove")
    expect(remove).to_be_focused()
    before = said(guest).inner_text()
    choose(host, LANTERNS, "Move up")
    expect(titles(guest)).to_have_text([TIDE, LANTERNS, RAIN, TRAIN])
    add(host, room, 0)
    expect(titles(guest)).to_have_text([TIDE, LANTERNS, RAIN, TRAIN, TIDE])
    expect(remove).to_be_visible()
    expect(remove).to_be_focused()
    assert said(guest).inner_text() == before
    guest.keyboard.press("Enter")
    expect(titles(host)).to_have_text([TIDE, RAIN, TRAIN, TIDE])


def test_focus_in_the_history_stays_on_its_track(host: Page, guest: Page, room: Room, chime: int) -> None:
    rows = guest.locator("#history li")
    assert post(host, f"{room.url}queue/", do=f"now {chime}").ok
    again = rows.get_by_role("button", name="Add Chime to the queue")
    again.focus()
    assert post(host, f"{room.url}queue/", do=f"now {chime}").ok
    expect(rows).to_have_count(2)
    expect(again.last).to_be_focused()


@pytest.mark.parametrize("name", ["Keyboard shortcuts", "Settings"])
def test_focus_comes_back_from_a_dialog(host: Page, room: Room, name: str) -> None:
    opener = host.locator("#help" if name == "Keyboard shortcuts" else "#settings")
    for key in ("Escape", "Enter"):
        if name == "Keyboard shortcuts":
            host.evaluate("() => document.activeElement.blur()")
            host.keyboard.press("?")  # nothing has the focus
        else:
            opener.press("Enter")
        dialog = host.get_by_role("dialog", name=name)
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("button", name="Close")).to_be_focused()
        host.keyboard.press(key)
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()


@pytest.mark.parametrize("window", [(360, 740), (1400, 900), (1400, 320)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_menu_unfolds_within_the_window(open_page: PageMaker, server: Site, window: tuple[int, int]) -> None:
    width, height = window
    page = open_page(viewport={"width": width, "height": height})
    room = open_room(page, server, "Long")
    add(page, room, 0, 1, 2, 3, 0, 1, 2)
    visit(page, room)
    for at in range(11):
        summary = page.locator("#queue li").nth(at).locator("summary")
        for block in ("start", "center", "end"):
            summary.evaluate("(element, block) => element.scrollIntoView({ block })", block)
            summary.press("Enter")
            menu = page.locator("#queue li").nth(at).locator(".menu-list")
            expect(menu.locator("..")).to_have_attribute("data-place", re.compile("above|below"))
            box = menu.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] >= 0, (at, block, box)
            assert box["y"] + box["height"] <= height, (at, block, box)
            page.keyboard.press("Escape")
            expect(menu.locator("..")).not_to_have_attribute("data-place", re.compile("."))


@pytest.mark.parametrize("width", [320, 360, 768, 1400])
def test_round_buttons_are_round_and_labels_stand_apart(host: Page, room: Room, width: int) -> None:
    host.set_viewport_size({"width": width, "height": 900})
    listen(host, "Alice")
    for round_button in host.locator("#transport .bare, #mute").all():
        box = round_button.bounding_box()
        assert box
        assert box["width"] == pytest.approx(box["height"], abs=0.5)
        assert box["width"] >= (44 if width >= 360 else 24)
    for icon, label, field in (("#mute", "own-volume", "#own-volume"), (".level-icon", "room-volume", "#room-volume")):
        boxes = [host.locator(place).bounding_box() for place in (icon, f"label[for={label}]", field)]
        for left, right in pairwise(boxes):
            assert left
            assert right
            assert right["x"] - left["x"] - left["width"] >= 8
    assert host.evaluate("() => document.documentElement.scrollWidth") <= width
