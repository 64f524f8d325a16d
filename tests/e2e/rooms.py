"""A room of a browser test's own, and the ways of the people in it."""

from dataclasses import dataclass
from urllib.parse import urljoin

from playwright.sync_api import APIResponse, Locator, Page, expect

from tests.serving import Site

PAUSED_AT_S = 40
"""Where the room of the fixture `paused` stands."""


@dataclass(frozen=True)
class Room:
    site: Site
    slug: str

    @property
    def url(self) -> str:
        return f"{self.site.url}/rooms/{self.slug}/"


def post(page: Page, url: str, **fields: str) -> APIResponse:
    """Send a form as the person at `page`, past the page: for what a test needs and is not about."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(url)}
    if "csrftoken" not in cookies:
        page.request.get(urljoin(url, "/rooms/new"))  # any page with a form gives the cookie
        return post(page, url, **fields)
    form: dict[str, str | float | bool] = {"csrfmiddlewaretoken": cookies["csrftoken"], **fields}
    return page.request.post(url, form=form, headers={"Referer": url})


def open_room(
    page: Page, site: Site, name: str, tracks: int = 4, *, control: str = "everyone", visibility: str = "unlisted"
) -> Room:
    """A stopped room that the person at `page` hosts, with so many of the demo's tracks in its queue."""
    answer = post(page, f"{site.url}/rooms/new", name=name, control=control, visibility=visibility)
    room = Room(site, answer.url.rstrip("/").rsplit("/", 1)[1])
    add(page, room, *range(tracks))
    return room


def add(page: Page, room: Room, *numbers: int) -> None:
    """Put some of the demo's tracks, counted from 0, at the end of the queue."""
    demo = room.site.room("demo")["queue"]
    for number in numbers:
        assert post(page, f"{room.url}queue/", do=f"add {demo[number]['track_id']}").ok


def holds(page: Page, condition: str) -> None:
    """Wait until `condition` on the player's `status` holds. (A function, as the site's security policy lets Playwright
    evaluate an expression only once.)"""
    page.wait_for_function(f"() => {{ const status = window.synchro?.status(); return status && ({condition}); }}")


def visit(page: Page, room: Room) -> None:
    """Open the room's page and wait until it knows the room."""
    page.goto(room.url)
    holds(page, "status.revision > 0")


def enter_quietly(page: Page, room: Room, nickname: str) -> None:
    """Be in the room under a name, without sound on this device."""
    assert post(page, f"{room.url}join/", nickname=nickname).ok
    visit(page, room)


def listen(page: Page, nickname: str = "") -> None:
    """The one press. Returns once sound may come out."""
    page.locator("input[name=nickname]").fill(nickname)
    page.locator("#listen").click()
    expect(page.locator("#room")).to_have_attribute("data-sounding", "true")
    holds(page, "status.connection === 'open' && status.audio === 'running'")


def sign_up(page: Page, server: Site, username: str) -> None:
    """Open an account; the page then shows the rooms."""
    page.goto(f"{server.url}/accounts/sign-up/")
    page.get_by_label("Username").fill(username)
    for field in page.locator("input[type=password]").all():
        field.fill("correct horse battery")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url(f"{server.url}/")


def button(page: Page, command: str) -> Locator:
    """A button of the transport."""
    return page.locator(f"#transport [data-do={command}]")


def titles(page: Page) -> Locator:
    """The queue's titles, from the first to the last."""
    return page.locator("#queue .track-title")


def row(page: Page, title: str) -> Locator:
    """A queue entry."""
    return page.locator("#queue li", has_text=title)


def status_on(page: Page, status: str) -> None:
    """The room's, as the page shows it."""
    expect(button(page, "play")).to_have_attribute("data-status", status)


def now_plays(page: Page, title: str) -> None:
    """In the stage and in the queue."""
    expect(page.locator("#now-title")).to_have_text(title)
    expect(page.locator("#queue li[aria-current]")).to_contain_text(title)


def position_is(page: Page, position_s: int) -> None:
    expect(page.locator("#seek")).to_have_attribute("aria-valuenow", str(position_s))
