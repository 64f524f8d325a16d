"""The sync monitor in a real browser, with a page that really listens."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rooms.monitor.verdicts import HEARD_APART_MS
from tests.conftest import PageMaker
from tests.serving import Site
from tests.waiting import until

REPORT_DEADLINE_MS = 40_000
WIDTHS = "[document.documentElement.scrollWidth, document.querySelector('.uplot').offsetWidth]"
PLOTS = 8

COLOURS = """plot => {
    const canvas = plot.querySelector('canvas');
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    const colours = new Set();
    for (let at = 0; at < pixels.length; at += 4) {
        if (pixels[at + 3] > 250) colours.add(pixels.slice(at, at + 3).join());
    }
    return [...colours];
}"""
"""The opaque colours on a plot, as "r,g,b"."""


def rgb(page: Page, token: str) -> str:
    """A colour of the page's theme, as "r,g,b"."""
    written = page.evaluate("token => getComputedStyle(document.documentElement).getPropertyValue(token)", token)
    return ",".join(str(int(written.strip()[at : at + 2], 16)) for at in (1, 3, 5))


@pytest.fixture
def listening(open_page: PageMaker, server: Site) -> Page:
    """Alice, who hears the demo room."""
    page = open_page()
    page.goto(f"{server.url}/rooms/demo/")
    page.locator("input[name=nickname]").fill("Alice")
    page.locator("#listen").click()
    expect(page.locator("#people")).to_contain_text("Alice")
    if server.room("demo")["status"] != "playing":
        page.locator("#transport [data-do=play]").click()
    return page


def test_a_listening_page_appears_with_numbers_and_plots(
    page: Page, listening: Page, server: Site, results: Path
) -> None:
    page.goto(f"{server.url}/rooms/demo/")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Sync monitor").click()
    monitor = popup.value
    monitor.set_viewport_size({"width": 1280, "height": 900})
    row = monitor.locator("#sync-table tbody tr", has_text="Alice")
    expect(row.locator("[data-code]")).to_contain_text("In sync ±", timeout=REPORT_DEADLINE_MS)
    assert abs(float(row.locator("td").nth(1).inner_text().replace("−", "-"))) < HEARD_APART_MS

    player = monitor.locator(".player", has_text="Alice")
    expect(player.locator("summary")).to_contain_text("In sync ±")
    expect(player.locator(".plot")).to_have_count(PLOTS)
    buffer = player.locator("figure", has_text="Buffer")
    expect(buffer.locator(".plot-value").first).to_contain_text(re.compile(r"[1-9].* s"))
    accent = rgb(monitor, "--accent")
    until(lambda: accent in buffer.locator(".plot").evaluate(COLOURS), 15, "a line in the buffer's plot")
    monitor.screenshot(path=results / "sync-monitor-1280.png", full_page=True)

    monitor.locator("#theme").select_option("dark")
    dark = rgb(monitor, "--accent")
    assert dark != accent
    until(lambda: dark in buffer.locator(".plot").evaluate(COLOURS), 15, "the line in the other theme's colour")

    monitor.set_viewport_size({"width": 360, "height": 740})
    until(lambda: max(monitor.evaluate(WIDTHS)) <= 360, 15, "the page and its plots as narrow as the screen")
    monitor.screenshot(path=results / "sync-monitor-360.png", full_page=True)

    with monitor.expect_download() as download:
        monitor.get_by_role("link", name="Download a diagnostic").click()
    held = json.loads(Path(download.value.path()).read_text())
    (alice,) = [listener for listener in held["listeners"] if listener["name"] == "Alice"]
    assert alice["readings"]["rendition"][-1]

    listening.locator(".device summary").click()
    listening.get_by_role("button", name="Sound off here").click()
    expect(row.locator("[data-code]")).to_contain_text("Not listening")
    figures = row.locator("td").all_inner_texts()[1:]
    assert set(figures[:-2]) == {"–"}, figures  # the counters stay

    listening.close()
    expect(row).to_have_count(0)
    expect(player).to_have_count(0)


def test_it_asks_for_nothing_while_it_is_held(page: Page, server: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/sync/readings" in request.url else None)
    page.clock.install()
    page.goto(f"{server.url}/rooms/demo/sync/")
    until(lambda: asked, 15, "the first question")
    page.get_by_role("button", name="Hold").press("Enter")
    held = len(asked)
    page.clock.run_for(60_000)
    assert len(asked) == held
    with page.expect_request("**/sync/readings*"):
        page.get_by_role("button", name="Hold").press("Enter")
