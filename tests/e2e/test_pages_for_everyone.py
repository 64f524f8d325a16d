"""By keyboard alone, in Chinese, in the dark, on a narrow phone, and with what axe finds in pages in use."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browsers import Scheme
from tests.conftest import PageMaker
from tests.e2e.rooms import Room, enter_quietly, holds, listen, post, row, sign_up, titles, visit
from tests.serving import ROOT, Site

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE: ViewportSize = {"width": 360, "height": 740}
MOST_TABS = 80
LONG = "Donaudampfschifffahrtsgesellschaftskapitän"
"""A name that breaks nowhere."""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; it has to be seen there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            ring = page.evaluate("""() => [document.activeElement, document.activeElement.closest('.card')].some(
                (place) => place && getComputedStyle(place).outlineStyle !== 'none')""")
            assert ring, f"no focus ring on {selector}"
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_whole_evening_by_keyboard(page: Page, server: Site) -> None:
    page.goto(server.url)
    tab_to(page, ".skip")
    page.keyboard.press("Enter")
    tab_to(page, "a[href='/rooms/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rooms/new")
    tab_to(page, "input[name=name]")
    page.keyboard.type("Keys only")
    tab_to(page, "input[name=visibility]")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Unlisted")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keys only")).to_be_visible()
    holds(page, "status.revision > 0")

    tab_to(page, "#nickname")
    page.keyboard.press("Control+A")
    page.keyboard.type("Alice")
    page.keyboard.press("Enter")
    expect(page.locator("#transport .play")).to_be_focused()

    tab_to(page, "#q")
    page.keyboard.type("lanterns")
    expect(page.locator("#found li")).to_have_count(1)
    tab_to(page, "#found button[value^=add]")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Paper Lanterns"])
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_count(2)

    tab_to(page, "#found button[value^=now]")
    page.keyboard.press("Enter")
    expect(page.locator("#now-title")).to_have_text("Paper Lanterns")
    tab_to(page, "#transport .play")
    page.keyboard.press("Space")
    expect(page.locator("#sync-words")).to_have_text("Paused")

    tab_to(page, "#queue summary")
    page.keyboard.press("Enter")
    tab_to(page, "#queue button[value^=remove]")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_count(2)
    tab_to(page, ".toast button")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_count(3)


def test_chinese_is_chosen_once(page: Page, room: Room, host: Page) -> None:
    page.goto(room.site.url)
    page.locator("#language").select_option("zh-hans")
    expect(page.get_by_role("heading", name="房间", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    enter_quietly(page, room, "小明")
    expect(page.locator("#sync-words")).to_have_text("已停止")  # the script's words
    post(page, f"{room.url}queue/", do="clear")
    expect(page.locator("#queue")).to_contain_text("队列是空的")  # a fragment over the socket
    expect(host.locator("#queue")).to_contain_text("The queue is empty.")
    expect(host.locator("#people")).to_contain_text("小明")


def test_dates_are_in_the_readers_zone_and_language(open_page: PageMaker, server: Site) -> None:
    (track, *_) = httpx.get(f"{server.url}/api/v1/tracks").json()["items"]
    added = datetime.fromisoformat(track["added_at"])
    address = f"{server.url}/library/tracks/{track['id']}/"
    shanghai = added.astimezone(ZoneInfo("Asia/Shanghai"))
    reader = open_page(locale="zh-CN", timezone_id="Asia/Shanghai")
    reader.goto(address)
    shown = f"{shanghai.year}年{shanghai.month}月{shanghai.day}日 {shanghai:%H:%M}"
    expect(reader.locator("time")).to_have_text(shown)
    expect(reader.locator("time")).to_have_attribute("title", re.compile("GMT"))
    plain = open_page(locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=False)
    plain.goto(address)
    expect(plain.locator("time")).to_contain_text("UTC")


def test_colours_are_chosen_once(page: Page, server: Site) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(server.url)
    assert paper(page) == "rgb(247, 245, 240)"
    page.locator("#theme").select_option("dark")
    assert paper(page) == "rgb(20, 19, 17)"
    page.goto(f"{server.url}/library/")
    assert paper(page) == "rgb(20, 19, 17)"
    page.locator("#theme").select_option("system")
    assert paper(page) == "rgb(247, 245, 240)"
    page.emulate_media(color_scheme="dark")
    assert paper(page) == "rgb(20, 19, 17)"


def paper(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_room_in_use_fits_a_phone(open_page: PageMaker, host: Page, room: Room) -> None:
    phone = open_page(viewport=PHONE, has_touch=True)
    visit(phone, room)
    listen(phone, LONG[:40])
    expect(host.locator("#people")).to_contain_text(LONG[:40])
    expect(phone.locator("#transport .play")).to_be_in_viewport()  # nobody has to scroll for it
    phone.locator(".device summary").click()
    for page in (phone, host):
        page.set_viewport_size(PHONE)
        page.locator("#add-music > summary").click()
        row(page, "Night Train Home").locator("summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_pages_in_use(
    open_page: PageMaker, server: Site, room: Room, host: Page, chime: int, scheme: Scheme
) -> None:
    """Besides pages as one first opens them (test_accessibility)."""
    host.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    visitor = open_page(color_scheme=scheme, reduced_motion="reduce")
    visit(visitor, room)
    assert violations(visitor) == []

    listen(host, "Alice")
    assert post(host, f"{room.url}queue/", do=f"now {chime}").ok
    expect(host.locator("#history li")).to_have_count(1)
    host.locator("#add-music > summary").click()
    host.locator(".device summary").click()
    row(host, "Neon Rain").locator("summary").click()
    assert violations(host) == []
    row(host, "Neon Rain").get_by_role("button", name="Remove").click()
    expect(host.get_by_role("button", name="Undo")).to_be_visible()
    host.get_by_role("link", name="Settings").click()
    expect(host.get_by_role("radio", name="Hosts only")).to_be_visible()
    assert violations(host) == []
    host.keyboard.press("Escape")
    host.goto(server.url)  # with a room of one's own
    assert violations(host) == []

    sign_up(visitor, server, f"carol-{scheme}")
    visitor.goto(f"{server.url}/accounts/")
    visitor.locator("input[name=name]").fill("Phone")
    visitor.get_by_role("button", name="Create a token").click()
    expect(visitor.get_by_text("Your new token.")).to_be_visible()
    assert violations(visitor) == []
    visitor.goto(f"{server.url}/library/")
    assert violations(visitor) == []


def violations(page: Page) -> Iterable[str]:
    """What axe objects to, every rule of it, and one that it does not ask by itself: what a button is called begins
    with what stands on it, for who speaks to the page."""
    page.evaluate(AXE.read_text())
    rules = {"label-content-name-mismatch": {"enabled": True}}
    found = page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], rules})", rules)
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]
