"""A first start: the site is there at once, and its demo room fills while the music is being made, whatever happens."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import titles
from tests.serving import Site
from tests.waiting import until

PIECE_DEADLINE_S = 180
"""Making a piece and preparing it takes half a minute on an idle core."""

PIECES = ["Morning Tide", "Neon Rain", "Paper Lanterns", "Night Train Home"]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    """A site as `make run` starts it the first time."""
    with Site(tmp_path) as site:
        site.manage("seed_demo", "--migrate", "--skip-checks")
        site.start()
        yield site


def queue(site: Site) -> list[str]:
    return [entry["title"] for entry in site.room("demo")["queue"]]


def making(site: Site, language: str = "en") -> str:
    return httpx.get(f"{site.url}/rooms/demo/", headers={"Accept-Language": language}).text


def test_a_fresh_site_answers_and_fills_by_itself_though_it_is_killed(fresh: Site, open_page: PageMaker) -> None:
    assert queue(fresh) == []
    assert "The demo music is being made: Morning Tide, 1 of 4." in making(fresh)
    assert "正在制作演示音乐：Morning Tide（第 1 首，共 4 首）。" in making(fresh, "zh-hans")
    page = open_page()
    page.goto(f"{fresh.url}/rooms/demo/")
    notice = page.locator("#making")
    expect(notice).to_contain_text("Morning Tide, 1 of 4")

    until(lambda: "Making the demo music: Morning Tide" in fresh.log.read_text(), PIECE_DEADLINE_S, "the first piece")
    fresh.kill()
    fresh.start()

    expect(titles(page)).to_have_text(["Morning Tide"], timeout=1000 * PIECE_DEADLINE_S)
    expect(notice).to_contain_text("Neon Rain, 2 of 4")
    expect(page.locator("#now-title")).to_have_text("Morning Tide")
    assert fresh.room("demo")["status"] == "playing"

    until(lambda: "Preparing Neon Rain" in fresh.log.read_text(), PIECE_DEADLINE_S, "the second piece")
    fresh.kill()
    fresh.start()

    expect(titles(page)).to_have_text(["Morning Tide", "Neon Rain"], timeout=1000 * PIECE_DEADLINE_S)
    assert queue(fresh) == ["Morning Tide", "Neon Rain"]
    with fresh.api() as api:
        made = [track["title"] for track in api.get("tracks").json()["items"]]
    assert sorted(made) == sorted(set(made))
    assert set(PIECES[:2]) <= set(made) <= set(PIECES)
    said = fresh.log.read_text()
    assert re.search(r"Morning Tide is ready \(1:37 long, took \d+ s\)", said)
    assert said.count("Making the demo music: Neon Rain") == 1


def test_what_is_said_at_the_start_is_for_a_person(tmp_path: Path) -> None:
    with Site(tmp_path, SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.start()
        assert httpx.get(f"{site.url}/no-such-page").status_code == 404
        said = site.log.read_text()
        assert f"On this computer     {site.url}/" in said
        link = re.search(r"First administrator +(\S+)", said)
        assert link
        assert 'value="' + link[1].partition("token=")[2] in httpx.get(link[1]).text
        assert [line for line in said.splitlines() if re.match(r"\d{4}-", line)] == []  # nothing in the log besides


def test_a_room_full_of_demo_music_says_nothing_of_its_making(server: Site, page: Page) -> None:
    page.goto(f"{server.url}/rooms/demo/")
    expect(titles(page)).to_have_text(PIECES)
    expect(page.locator("#making")).to_have_count(0)
    assert server.room("demo")["status"] == "playing"
