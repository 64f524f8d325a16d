"""What the browser tests share: a room for each test, its host, and a guest."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import PAUSED_AT_S, Room, button, enter_quietly, open_room, position_is, status_on, visit
from tests.serving import Site


@pytest.fixture
def host(open_page: PageMaker) -> Page:
    """The browser of whoever opened the room."""
    return open_page()


@pytest.fixture
def room(host: Page, server: Site) -> Room:
    """A stopped room with the demo's four tracks in its queue, open before its host."""
    room = open_room(host, server, "Kitchen")
    visit(host, room)
    return room


@pytest.fixture
def chime(server: Site, tmp_path: Path) -> Iterator[int]:
    """A track of 2 s, which is heard and over soon. Its id."""
    sound = ["-f", "lavfi", "-i", "sine=880:duration=2", "-metadata", "title=Chime"]
    subprocess.run(["ffmpeg", "-v", "error", *sound, str(tmp_path / "chime.flac")], check=True)
    server.manage("import_music", str(tmp_path / "chime.flac"))
    (track,) = httpx.get(f"{server.url}/api/v1/tracks", params={"query": "Chime"}).json()["items"]
    yield track["id"]
    server.manage("shell", "-c", f"from library.models import Track; Track.objects.filter(pk={track['id']}).delete()")


@pytest.fixture
def guest(open_page: PageMaker, room: Room) -> Page:
    """Bob is in the room too, with another browser, and has no sound on."""
    page = open_page()
    enter_quietly(page, room, "Bob")
    return page


@pytest.fixture
def paused(host: Page, guest: Page, room: Room) -> Page:
    """The host's page; the room is paused at 40 s of its first track, and Bob is there."""
    button(host, "play").click()
    status_on(host, "playing")
    button(host, "play").click()
    status_on(host, "paused")
    bar = host.locator("#seek")
    expect(bar).to_have_attribute("aria-disabled", "false")
    for key in ("Home", "PageUp", "ArrowRight", "ArrowRight"):  # each counts from where the one before it led
        bar.press(key)
    position_is(guest, PAUSED_AT_S)
    return host
