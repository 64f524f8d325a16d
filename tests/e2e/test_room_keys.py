"""Keys of a room's page: none takes scrolling away, none acts on everybody from where it is not expected, and single
letters can be switched off."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rooms import PAUSED_AT_S, Room, button, listen, now_plays, position_is, row, status_on, visit

WINDOWS = [{"width": 1400, "height": 500}, {"width": 360, "height": 640}]


def scrolled(page: Page) -> float:
    place: float = page.evaluate("() => scrollY")
    return place


def focus_on(page: Page, selector: str) -> None:
    expect(page.locator(selector)).to_be_focused()


@pytest.mark.parametrize("window", WINDOWS, ids=["wide", "phone"])
def test_arrows_and_space_scroll_where_nothing_has_the_focus(paused: Page, guest: Page, window: dict[str, int]) -> None:
    listen(paused, "Alice")
    paused.set_viewport_size(window)  # type: ignore[arg-type]
    for focused in ("document.activeElement.blur()", "document.getElementById('main').focus()"):
        paused.evaluate(f"() => {{ {focused}; scrollTo(0, 0); }}")
        for key in ("ArrowDown", "Space"):
            before = scrolled(paused)
            paused.keyboard.press(key)
            paused.wait_for_function("before => scrollY > before", arg=before)
        paused.keyboard.press("ArrowRight")
    expect(paused.locator("#own-volume")).to_have_value("100")
    status_on(guest, "paused")
    position_is(guest, PAUSED_AT_S)


def test_arrows_belong_to_the_slider_that_has_the_focus(paused: Page, guest: Page) -> None:
    listen(paused, "Alice")
    paused.locator("#seek").focus()
    paused.keyboard.press("ArrowRight")
    position_is(guest, PAUSED_AT_S + 5)
    paused.locator("#own-volume").focus()
    paused.keyboard.press("ArrowDown")
    paused.keyboard.press("ArrowLeft")
    expect(paused.locator("#own-volume")).to_have_value("98")
    position_is(guest, PAUSED_AT_S + 5)


def test_space_plays_and_pauses_from_anywhere_in_the_player(paused: Page, guest: Page) -> None:
    listen(paused, "Alice")
    for place in ("#seek", "#own-volume"):
        paused.locator(place).focus()
        paused.keyboard.press("Space")
        status_on(guest, "playing")
        paused.keyboard.press("Space")
        status_on(guest, "paused")
    paused.locator("#cover").click()
    paused.keyboard.press("Space")
    status_on(guest, "playing")
    paused.locator("#mute").focus()
    paused.keyboard.press("Space")  # a button's own
    expect(paused.locator("#mute")).to_have_attribute("aria-pressed", "true")
    status_on(guest, "playing")


def test_space_of_one_who_may_not_play_scrolls(host: Page, guest: Page) -> None:
    host.get_by_role("link", name="Settings").click()
    host.get_by_role("radio", name="Hosts only").check()
    host.get_by_role("button", name="Save").click()
    expect(button(guest, "play")).to_be_hidden()
    guest.set_viewport_size({"width": 1400, "height": 400})
    guest.locator("#cover").click()
    guest.keyboard.press("Space")
    guest.wait_for_function("() => scrollY > 0")


def test_letters_work_anywhere_and_a_key_held_down_counts_once(paused: Page, guest: Page) -> None:
    listen(paused, "Alice")
    paused.locator("h1").click()
    for _ in range(3):
        paused.keyboard.down("n")
    paused.keyboard.up("n")
    now_plays(guest, "Neon Rain")
    paused.keyboard.press("p")
    now_plays(guest, "Morning Tide")
    paused.keyboard.press("m")
    expect(paused.locator("#mute")).to_have_attribute("aria-pressed", "true")


def test_letters_can_be_switched_off_for_good(paused: Page, guest: Page, room: Room) -> None:
    listen(paused, "Alice")
    paused.locator("h1").click()
    paused.keyboard.press("?")
    help_dialog = paused.get_by_role("dialog", name="Keyboard shortcuts")
    paused.keyboard.press("n")  # the dialog's now
    help_dialog.get_by_role("checkbox", name="Single keys").uncheck()
    paused.keyboard.press("Escape")
    for _ in range(2):
        paused.locator("h1").click()
        for key in ("n", "m", "?"):
            paused.keyboard.press(key)
        expect(help_dialog).to_be_hidden()
        expect(paused.locator("#mute")).to_have_attribute("aria-pressed", "false")
        visit(paused, room)
        listen(paused, "Alice")
    paused.get_by_role("button", name="Keyboard shortcuts").click()
    help_dialog.get_by_role("checkbox", name="Single keys").check()
    paused.keyboard.press("Escape")
    now_plays(guest, "Morning Tide")
    paused.keyboard.press("n")
    now_plays(guest, "Neon Rain")


def test_letters_are_letters_where_somebody_types(host: Page, guest: Page) -> None:
    button(guest, "play").click()
    now_plays(host, "Morning Tide")
    host.locator("#add-music > summary").click()
    host.locator("#q").press_sequentially("neon p m ?")
    expect(host.locator("#q")).to_have_value("neon p m ?")
    expect(host.locator("#found")).to_contain_text("Nothing in the library matches")
    now_plays(guest, "Morning Tide")
    status_on(guest, "playing")


@pytest.mark.parametrize("width", [360, 1400])
def test_keys_in_an_open_menu_move_in_it(paused: Page, guest: Page, width: int) -> None:
    host = paused
    listen(host, "Alice")
    host.set_viewport_size({"width": width, "height": 800})
    rain = row(host, "Neon Rain")
    rain.locator("summary").focus()
    host.keyboard.press("Enter")
    before = scrolled(host)
    choices = ["Play now", "Move up", "Move down", "Remove"]
    for key, name in [
        ("ArrowDown", "Play now"), ("ArrowDown", "Move up"), ("End", "Remove"), ("ArrowDown", "Play now"),
        ("ArrowUp", "Remove"), ("n", "Remove"), ("m", "Remove"), ("Home", "Play now"),
    ]:  # fmt: skip
        host.keyboard.press(key)
        expect(rain.locator(".menu-list button").nth(choices.index(name))).to_be_focused()
    assert scrolled(host) == before
    expect(host.locator("#own-volume")).to_have_value("100")
    expect(host.locator("#mute")).to_have_attribute("aria-pressed", "false")
    expect(host.locator("#now-title")).to_have_text("Morning Tide")
    host.keyboard.press("Escape")
    expect(rain.locator("summary")).to_be_focused()
    expect(rain.locator(".menu-list")).to_be_hidden()
    host.keyboard.press("Enter")
    expect(rain.locator(".menu-list")).to_be_visible()
    for _ in range(5):
        host.keyboard.press("Tab")  # past its last choice
    expect(rain.locator(".menu-list")).to_be_hidden()
    row(host, "Paper Lanterns").locator("summary").focus()
    host.keyboard.press("Enter")
    host.keyboard.press("ArrowUp")
    host.keyboard.press("ArrowUp")
    host.keyboard.press("Enter")
    expect(guest.locator("#queue .track-title")).to_have_text(
        ["Morning Tide", "Neon Rain", "Night Train Home", "Paper Lanterns"]
    )
