"""The pictures of README.md and docs/. Every run takes them into test-results/screenshots/, where a person may look at
what changed; with SYNCHRO_UPDATE_SCREENSHOTS=1 they replace those in docs/images/."""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, ViewportSize, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import add, enter_quietly, holds, listen, open_room, post, row, sign_up, visit
from tests.serving import ROOT, Site
from tests.waiting import until

LAPTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
IN_STEP_MS = 1

MAX_BYTES = 300_000  # README.md shows them to people on a phone's connection

DESK, METAL, BLACK = "#e9e6de", "#cfc9ba", "#1c1a15"
GAP_PX = 48
SMOOTH = 4
"""Round corners are drawn so many times larger and scaled down."""


class Keep:
    """Where pictures go."""

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, picture: Image.Image, name: str) -> None:
        content = io.BytesIO()
        picture.convert("RGB").save(content, "PNG", optimize=True)
        assert content.tell() <= MAX_BYTES, f"{name}: {content.tell()} bytes"
        for folder in self._folders:
            (folder / name).write_bytes(content.getvalue())


@pytest.fixture
def keep(results: Path) -> Keep:
    folders = [results / "screenshots"]
    if os.environ.get("SYNCHRO_UPDATE_SCREENSHOTS") == "1":
        folders.append(ROOT / "docs" / "images")
    return Keep(folders)


@dataclass(frozen=True)
class Evening:
    """A room in which three people hear the same music: on the host's laptop, a phone, and one more. There are two
    other rooms."""

    laptop: Page
    phone: Page


@pytest.fixture
def evening(open_page: PageMaker, server: Site) -> Iterator[Evening]:
    laptop = open_page(viewport=LAPTOP, reduced_motion="reduce")  # no colour is half way to another
    phone = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    third, host = open_page(), open_page()
    room = open_room(laptop, server, "Friday kitchen", tracks=0, visibility="public")
    for page, nickname in ((laptop, "Alice"), (phone, "Bob"), (third, "小明")):
        visit(page, room)
        listen(page, nickname)
    for page, tracks in ((laptop, (0, 1)), (third, (2,)), (phone, (3, 0))):
        add(page, room, *tracks)
    for title in ("Morning Tide", "Neon Rain", "Paper Lanterns"):
        row(laptop, title).get_by_role("button").first.click()
        expect(phone.locator("#now-title")).to_have_text(title)
    laptop.locator("#seek").press("PageUp")
    expect(laptop.locator("#people [data-state=playing]")).to_have_count(3)
    laptop.locator("#seek").blur()
    laptop.mouse.move(0, 0)
    others = [open_room(host, server, "Studio", tracks=2, visibility="public")]
    others.append(open_room(host, server, "Book club", tracks=0, visibility="public"))
    enter_quietly(host, others[0], "Carol")
    row(host, "Neon Rain").get_by_role("button").first.click()
    expect(host.locator("#now-title")).to_have_text("Neon Rain")
    yield Evening(laptop, phone)
    post(laptop, f"{room.url}destroy/")
    for other in others:
        post(host, f"{other.url}destroy/")


def in_step(page: Page) -> None:
    holds(page, f"Math.abs(status.error_ms ?? Infinity) < {IN_STEP_MS}")
    expect(page.locator("#sync")).to_have_attribute("data-tone", "good")


def taken(page: Page) -> Image.Image:
    """What the page shows, without what a fresh site tells whoever sets it up."""
    page.evaluate("document.querySelector('.banner')?.remove()")
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("Promise.all([...document.images].map((image) => Object.assign(image, {loading: 'eager'}).decode()))")
    # caret and animations as they are: to change them, Playwright adds a style that the site's policy would refuse
    return Image.open(io.BytesIO(page.screenshot(caret="initial", animations="allow")))


def at_the_same_second(first: Page, second: Page) -> list[Image.Image] | None:
    before = first.locator("#seek-now").inner_text()
    pictures = [taken(first), taken(second)]
    return pictures if before == second.locator("#seek-now").inner_text() else None


def beside(laptop: Image.Image, phone: Image.Image) -> Image.Image:
    """A laptop's page and a phone's in one picture."""
    width = laptop.width + phone.width + 3 * GAP_PX
    picture = Image.new("RGB", (width, laptop.height + 2 * GAP_PX), DESK)
    put(picture, laptop, x=GAP_PX, frame=METAL, frame_px=1, round_px=12)
    put(picture, phone, x=laptop.width + 2 * GAP_PX, frame=BLACK, frame_px=9, round_px=34)
    return picture


def put(picture: Image.Image, screen: Image.Image, *, x: int, frame: str, frame_px: int, round_px: int) -> None:
    """A screen with round corners and a frame around them, half way up the picture."""
    y = (picture.height - screen.height) // 2
    outer = rounded(screen.width + 2 * frame_px, screen.height + 2 * frame_px, round_px + frame_px)
    picture.paste(frame, (x - frame_px, y - frame_px), outer)
    picture.paste(screen, (x, y), rounded(*screen.size, round_px))


def rounded(width: int, height: int, round_px: int) -> Image.Image:
    mask = Image.new("L", (width * SMOOTH, height * SMOOTH))
    box = (0, 0, mask.width - 1, mask.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, round_px * SMOOTH, fill=255)
    return mask.resize((width, height), Image.Resampling.LANCZOS)


def test_pictures_of_rooms(evening: Evening, open_page: PageMaker, server: Site, keep: Keep) -> None:
    laptop, phone = evening.laptop, evening.phone
    in_step(laptop)
    in_step(phone)
    keep(beside(*until(lambda: at_the_same_second(laptop, phone), 15, "two pictures in one second")), "room.png")

    laptop.locator("#theme").select_option("dark")
    in_step(laptop)
    keep(taken(laptop), "room-dark.png")

    laptop.locator("#theme").select_option("light")
    with laptop.expect_navigation():
        laptop.locator("#language").select_option("zh-hans")
    listen(laptop, "Alice")
    in_step(laptop)
    expect(laptop.locator("#people [data-state=playing]")).to_have_count(3)
    keep(taken(laptop), "room-zh.png")

    stranger = open_page(viewport=LAPTOP)
    stranger.goto(server.url)
    keep(taken(stranger), "home.png")


def test_picture_of_the_library(page: Page, server: Site, keep: Keep) -> None:
    page.set_viewport_size(LAPTOP)
    sign_up(page, server, "alice")
    page.goto(f"{server.url}/library/")
    keep(taken(page), "library.png")
