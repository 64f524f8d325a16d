"""Real servers: one with the limits as they are, and one that loses its patience ten times as soon."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.watch import Watch
from tests.serving import Site

ROOM = "hall"
HASTY_MAX_UPLOAD_MB = 96
UPLOAD_BYTES = 300 * 1024 * 1024
PASSWORD = "correct horse battery"

ENTRIES = 200
"""With long names, so that what is told of the next four is nearly as large as a frame may be."""

_FILL = f"""
from django.contrib.auth.models import User
from playback import clock
from rooms.identity import of_user
from tests.acting import queue_add
from tests.builders import ready_track
tracks = [ready_track(f'第{{n}}首' + '乐' * 250, seconds=600, album='集' * 280).pk for n in range({ENTRIES})]
queue_add({ROOM!r}, identity=of_user(User.objects.get(username='alice')), track_ids=tracks, now_us=clock.now_us())
"""


class HastySite(Site):
    """With the limits of tests/server/hasty.py, and threads that can be kept busy (tests/server/busy.py)."""

    application = "tests.server.busy:application"

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "tests.server.hasty",
            "--endpoint", f"tcp:port={self.port}:interface=127.0.0.1", "--verbosity", "0", self.application,
        ]  # fmt: skip


class StreamingSite(HastySite):
    application = "tests.server.streaming:application"


def _served(site: Site) -> Iterator[Site]:
    with site:
        site.prepare(demo=False)
        site.start()
        yield site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from _served(Site(tmp_path_factory.mktemp("site"), SYNCHRO_INGEST="0"))


@pytest.fixture(scope="session")
def hasty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("hasty")
    yield from _served(HastySite(folder, SYNCHRO_INGEST="0", SYNCHRO_MAX_UPLOAD_MB=str(HASTY_MAX_UPLOAD_MB)))


@pytest.fixture(scope="session")
def streaming_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with StreamingSite(tmp_path_factory.mktemp("streaming")) as site:
        site.start()
        yield site


@pytest.fixture
def hold(hasty_site: Site) -> Iterator[Callable[[str], None]]:
    """`hold("disk")`, `hold("database")`: keep those threads busy until the end of the test, or `hold("")`."""

    def hold(what: str) -> None:
        httpx.get(f"{hasty_site.url}/hold/{what}" if what else f"{hasty_site.url}/free").raise_for_status()

    yield hold
    hold("")


@pytest.fixture(scope="session")
def hall(site: Site) -> str:
    """A room of ENTRIES entries."""
    return _fill_room(site)


@pytest.fixture(scope="session")
def hasty_hall(hasty_site: Site) -> str:
    return _fill_room(hasty_site)


def _fill_room(site: Site) -> str:
    with site.api() as api:
        api.post("rooms", json={"name": ROOM}).raise_for_status()
    site.manage("shell", "--verbosity", "0", "--command", _FILL)
    return ROOM


@pytest.fixture(scope="session")
def big_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of UPLOAD_BYTES, no block like another."""
    path = tmp_path_factory.mktemp("big") / "long.wav"
    with path.open("wb") as file:
        for number in range(UPLOAD_BYTES >> 20):
            file.write(number.to_bytes(8) * (1 << 17))
    return path


@pytest.fixture(scope="session")
def script(site: Site) -> Iterator[httpx.Client]:
    """With Alice's token."""
    with site.api() as api:
        yield api


@pytest.fixture(scope="session")
def browser(site: Site) -> Iterator[httpx.Client]:
    """In which Bob has signed in."""
    site.sign_up("bob", PASSWORD)
    with httpx.Client(base_url=site.url, timeout=60, headers={"Accept": "text/html"}) as browser:
        browser.get("/accounts/sign-in/")
        form = {"username": "bob", "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        assert browser.post("/accounts/sign-in/", data=form).status_code == 302
        yield browser


@pytest.fixture
def watch(site: Site, script: httpx.Client) -> Watch:
    """Begun once the site has done each kind of thing before."""
    script.post("tracks", files={"file": ("small.wav", os.urandom(3_000_000))}).raise_for_status()
    for _ in range(20):
        httpx.get(f"{site.url}/healthz").raise_for_status()
    return Watch(site)
