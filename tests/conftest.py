"""What every test may use: a served site, and a browser that looks at it."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from synchro.limits import rates
from tests.browsers import EMPTY_PAGE, QUIET_CHROMIUM, close, launch
from tests.serving import Site

# The machine may be busy, and a slow example is no failure: tests assert behaviour, not times.
hypothesis.settings.register_profile("synchro", deadline=None)
hypothesis.settings.load_profile("synchro")
DEADLINE_MS = 30_000
"""For what takes a second where nothing else runs: a disk that every process flushes at once stands still for 15 s."""

expect.set_options(timeout=DEADLINE_MS)

pytest_plugins = ["tests.lanes"]

PageMaker = Callable[..., Page]


@pytest.fixture(autouse=True)
def counters_begin_anew() -> None:
    """What one test did is no reason to refuse the next one. (A served site counts for itself.)"""
    rates.forget_all()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the demo music and the demo room, as a first `make run` makes it. Shared by all tests of a worker: a
    test that stops it, or changes what others rely on, makes a Site of its own."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(_full_site(tmp_path_factory), folder, dirs_exist_ok=True)
    with Site(folder) as site:
        site.start()
        yield site


def _full_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that nobody serves, made once for all workers of a run: the music takes a minute or two."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all workers
    made = folder / "full-site"
    with (folder / "full-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "complete").exists():
            made.mkdir()
            Site(made).prepare(demo=True)
            (made / "complete").touch()
    return made


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
        context.set_default_timeout(DEADLINE_MS)
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
