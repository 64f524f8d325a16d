"""Asking others in: on this computer, by https or by plain http on a home network, where a page has no clipboard."""

import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browsers import HOME_NAME, Scheme
from tests.conftest import PageMaker
from tests.e2e.rooms import Room, holds, visit
from tests.e2e.test_accessibility import AXE, RULES
from tests.serving import Site


@pytest.fixture(params=[(360, 740), (1400, 900)], ids=["phone", "wide"])
def phone(request: pytest.FixtureRequest, open_page: PageMaker, server: Site) -> Page:
    """The demo room on plain http, its invitation open."""
    width, height = request.param
    page = open_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.goto(f"http://{HOME_NAME}:{server.port}/rooms/demo/")
    holds(page, "status.revision > 0")
    page.get_by_role("button", name="Invite").click()
    return page


def address(page: Page) -> str:
    return page.get_by_label("Address of this room").input_value()


def read_code(page: Page) -> str:
    """As a phone's camera does: from what is on the screen."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot(caret="initial", animations="allow"))))
    return str(found.text)


def pasted(page: Page) -> str:
    """What is on the clipboard."""
    page.keyboard.press("Escape")
    page.locator("#nickname").fill("")
    page.keyboard.press("Control+v")
    return page.locator("#nickname").input_value()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_is_read_by_a_camera_in_any_colours(phone: Page, scheme: Scheme, results: Path) -> None:
    phone.emulate_media(color_scheme=scheme)
    assert urlsplit(address(phone)).hostname == HOME_NAME
    assert read_code(phone) == address(phone)
    width = phone.viewport_size["width"] if phone.viewport_size else 0
    phone.screenshot(path=results / f"invite-{scheme}-{width}.png", caret="initial", animations="allow")
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= width
    phone.evaluate(AXE.read_text())
    found = phone.evaluate("rules => axe.run('#invite-dialog', { runOnly: rules })", RULES)
    assert [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]] == []


def test_address_is_copied_on_plain_http(phone: Page) -> None:
    assert phone.evaluate("() => isSecureContext") is False
    invited = address(phone)
    copy = phone.get_by_role("button", name="Copy")
    copy.press("Enter")
    expect(phone.get_by_role("dialog").locator(".toast")).to_have_text("Link copied.")
    expect(copy).to_be_focused()
    expect(phone.locator("#invite-share")).to_be_hidden()  # a browser has no share sheet there
    assert pasted(phone) == invited[:40]  # as long as a nickname may be


def test_where_a_page_may_not_copy_the_address_is_ready_to_be(phone: Page) -> None:
    phone.evaluate("() => { document.execCommand = () => false; }")
    phone.get_by_role("button", name="Copy").click()
    expect(phone.locator(".toast")).to_contain_text("copy it by hand")
    assert phone.evaluate("() => getSelection().toString()") == address(phone)


def test_on_this_computer_it_says_that_nobody_else_gets_in(host: Page, room: Room) -> None:
    host.get_by_role("button", name="Invite").click()
    dialog = host.get_by_role("dialog", name="Invite")
    expect(dialog).to_contain_text("Only this computer reaches this address.")
    expect(dialog).to_contain_text("make run HOST=0.0.0.0")
    expect(dialog.get_by_role("img", name="QR code")).to_have_count(0)
    expect(dialog).to_contain_text("Only who has this address finds the room.")
    assert address(host) == room.url
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.locator(".toast")).to_have_text("Link copied.")


def test_share_sheet_of_the_system_is_offered_where_there_is_one(host: Page, room: Room) -> None:
    host.add_init_script("navigator.share = async (what) => { window.shared = what; };")
    visit(host, room)
    host.get_by_role("button", name="Invite").click()
    host.get_by_role("button", name="Send it another way").click()
    assert host.evaluate("() => window.shared") == {"title": "Kitchen", "url": room.url}
