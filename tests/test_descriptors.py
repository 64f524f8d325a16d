"""What the real server holds open after many requests: no more than after few."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.serving import Site
from tests.waiting import until

pytestmark = pytest.mark.server

AT_ONCE = 20
REQUESTS = 1000
SLACK = 3
"""A connection or two that is being closed while it is counted."""

PATH = "/api/v1/tracks"
"""It reads the database."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path / "site", SYNCHRO_INGEST="0") as site:
        site.folder.mkdir()
        site.prepare(demo=False)
        site.start()
        yield site


def descriptors(site: Site) -> int:
    return len(os.listdir(f"/proc/{site.process.pid}/fd"))


def ask(site: Site, times: int) -> None:
    with httpx.Client(base_url=site.url, timeout=60) as client:
        assert {client.get(PATH).status_code for _ in range(times)} == {200}


def at_once(what: Callable[[Site, int], None], site: Site, times: int) -> None:
    with ThreadPoolExecutor(AT_ONCE) as people:
        for done in [people.submit(what, site, times // AT_ONCE) for _ in range(AT_ONCE)]:
            done.result()


def hang_up(site: Site) -> None:
    """Ask and go, before the answer has come."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())


def hang_up_and_ask(site: Site, times: int) -> None:
    for _ in range(times):
        hang_up(site)
        ask(site, 1)  # so that no more than two for each of AT_ONCE are at work


def test_requests_leave_no_descriptor_behind(site: Site) -> None:
    ask(site, 1)
    idle = descriptors(site)

    ask(site, REQUESTS)
    until(lambda: descriptors(site) <= idle + SLACK, 10, f"{idle} descriptors after {REQUESTS} in a row")
    # SQLite keeps the descriptors of closed connections to use again: as many as were ever open at once
    at_once(hang_up_and_ask, site, REQUESTS // 4)
    at_once(ask, site, REQUESTS)
    bound = idle + 2 * AT_ONCE + SLACK
    until(lambda: descriptors(site) <= bound, 10, f"{bound} descriptors after {REQUESTS} at once, and some who hung up")


def test_the_write_ahead_log_outlives_a_request(site: Site) -> None:
    log = site.folder / "db.sqlite3-wal"
    before = log.stat().st_ino
    ask(site, 10)
    assert log.stat().st_ino == before
