"""Where a system forces its colours (Windows' contrast themes), backgrounds, gradients and shadows are gone: what tells
a state is still seen."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browsers import Scheme
from tests.conftest import PageMaker
from tests.e2e.rooms import Room, button, listen, status_on, visit

WINDOW = {"width": 1400, "height": 900}


@pytest.fixture(params=["light", "dark"])
def contrast(open_page: PageMaker, room: Room, request: pytest.FixtureRequest) -> Page:
    scheme: Scheme = request.param
    page = open_page(viewport=WINDOW, color_scheme=scheme, forced_colors="active", reduced_motion="reduce")
    visit(page, room)
    listen(page, "Carol")
    return page


def picture(element: Locator) -> bytes:
    return element.screenshot(animations="disabled")


def colours(element: Locator) -> int:
    """How many of different lightness it shows."""
    return len(set(Image.open(io.BytesIO(picture(element))).convert("L").tobytes()))


def test_what_tells_a_state_is_seen(contrast: Page) -> None:
    row = contrast.locator("#queue li").first
    for element in (
        row.locator(".grip"),
        row.locator("summary"),
        contrast.locator("#sync .dot"),
        contrast.locator("#people .dot").first,
    ):
        assert colours(element) > 1
    for command in ("shuffle", "repeat"):
        pressed = button(contrast, command)
        before = picture(pressed)
        pressed.click()
        expect(pressed).to_have_attribute("aria-pressed", "true")
        contrast.mouse.move(0, 0)
        pressed.evaluate("(one) => one.blur()")
        assert picture(pressed) != before
    button(contrast, "play").click()
    status_on(contrast, "playing")
    current = contrast.locator("#queue li[aria-current]")
    expect(current).to_have_count(1)  # any of them: the room shuffles
    outlines = [
        one.evaluate("(one) => getComputedStyle(one).outlineStyle") for one in contrast.locator("#queue li").all()
    ]
    assert sorted(outlines) == ["none", "none", "none", "solid"]
    assert current.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
