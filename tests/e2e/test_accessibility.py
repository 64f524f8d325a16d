"""WCAG 2.2 AA as far as a program can tell (axe), and nothing wider than a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browsers import Scheme
from tests.serving import ROOT, Site

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE_PX = 360

PAGES = [
    "/", "/rooms/new", "/rooms/demo/", "/rooms/demo/sync/", "/library/",
    "/accounts/sign-in/", "/accounts/sign-up/", "/accounts/first-administrator/",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(page: Page, server: Site, path: str, scheme: Scheme) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(server.url + path)
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    assert [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]] == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_phone(page: Page, server: Site, results: Path, path: str) -> None:
    page.set_viewport_size({"width": PHONE_PX, "height": 740})
    page.goto(server.url + path)
    page.screenshot(path=results / f"phone{path.rstrip('/').replace('/', '-') or '-home'}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_PX
