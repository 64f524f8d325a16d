"""What every test may use: a served site, and a browser that looks at it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.browsers import EMPTY_PAGE, QUIET_CHROMIUM, close, launch
from tests.serving import Site

# The machine may be busy, and a slow example is no failure: tests assert behaviour, not times.
hypothesis.settings.register_profile("synchro", deadline=None)
hypothesis.settings.load_profile("synchro")

PageMaker = Callable[..., Page]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the demo music and the demo room, as a first `make run` makes it. Shared by the whole run: a test
    that stops it, or changes what others rely on, makes a Site of its own."""
    with Site(tmp_path_factory.mktemp("site")) as site:
        site.prepare(demo=True)
        site.start()
        yield site


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without a window. Of a module's length, because Playwright keeps an event loop running in this
    thread, in which no asynchronous test can run."""
    with sync_playwright() as playwright:
        browser = launch(playwright, QUIET_CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[PageMaker]:
    """Opens pages, each in a profile of its own: `open_page(viewport=…)`, with any option of a Playwright context.
    An uncaught error, or anything that a security policy kept a page from, fails the test: a page that has a fallback
    hides such a thing well."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def opened(**options: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        # what a test puts into pages may not suit the empty one
        page.on("pageerror", lambda error: None if page.url == EMPTY_PAGE else problems.append(f"uncaught: {error}"))
        page.on("requestfailed", lambda request: problems.extend(_blocked(request)))
        page.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield opened
    for context in contexts:
        close(context)
    assert not problems, problems


@pytest.fixture
def page(open_page: PageMaker) -> Page:
    """One such page."""
    return open_page()


def _blocked(request: Request) -> list[str]:
    return [f"{request.url}: {request.failure}"] if "BLOCKED" in (request.failure or "") else []


@pytest.fixture(scope="session")
def results() -> Path:
    """Where a test leaves what a person may want to look at: screenshots, recordings. Ignored by git."""
    folder = Path(__file__).resolve().parent.parent / "test-results"
    folder.mkdir(exist_ok=True)
    return folder
