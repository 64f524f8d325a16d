"""What the browser tests share: a room for each test, its host, and a guest."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import PageMaker
from tests.e2e.rooms import Room, enter_quietly, open_room, visit
from tests.serving import Site

expect.set_options(timeout=15_000)  # the machine may be busy


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
def guest(open_page: PageMaker, room: Room) -> Page:
    """Bob is in the room too, with another browser, and has no sound on."""
    page = open_page()
    enter_quietly(page, room, "Bob")
    return page
