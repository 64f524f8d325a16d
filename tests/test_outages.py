"""A database that cannot be written and a full disk, under the real server: who hears what, and that it passes."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from playback import clock
from synchro import outages, readiness
from synchro.outages import Outage
from synchro.readiness import MIN_FREE_BYTES, is_low
from tests.serving import Site
from tests.waiting import until

DEADLINE_S = 30
LONG_S = 60
"""Above the 20 s that a writer waits for a lock."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path / "site", SYNCHRO_INGEST="0") as site:
        site.folder.mkdir()
        site.prepare(demo=False)
        yield site


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process (this one) writes, and takes its time."""
    writer = sqlite3.connect(database, isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        yield
    finally:
        writer.close()


def readyz(site: Site) -> tuple[int, dict[str, Any]]:
    answer = httpx.get(f"{site.url}/readyz", timeout=LONG_S)
    return answer.status_code, answer.json()


def is_ready(site: Site) -> bool:
    return readyz(site) == (200, {"status": "ready"})


def code(site: Site) -> str:
    """Why it is not ready."""
    status, answer = readyz(site)
    return str(answer["code"]) if status == 503 else ""


@contextlib.contextmanager
def visitor(site: Site, language: str = "en", **more: str) -> Iterator[httpx.Client]:
    """A browser that has opened a page with a form."""
    headers = {"Accept": "text/html", "Accept-Language": language, **more}
    with httpx.Client(base_url=site.url, headers=headers, timeout=LONG_S) as browser:
        browser.get("/accounts/sign-up/")
        yield browser


def signing_up(browser: httpx.Client, name: str) -> httpx.Response:
    """It writes an account."""
    fields = {"username": name, "password1": "correct horse battery", "password2": "correct horse battery"}
    form = {**fields, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    return browser.post("/accounts/sign-up/", data=form)


def sign_up(site: Site, name: str, language: str = "en", **more: str) -> httpx.Response:
    with visitor(site, language, **more) as browser:
        return signing_up(browser, name)


def upload(browser: httpx.Client, size: int) -> httpx.Response:
    """As the library's page does it."""
    headers = {"Accept": "application/json", "X-CSRFToken": browser.cookies["csrftoken"]}
    return browser.post("/library/upload/", files={"file": ("Tide.mp3", bytes(size))}, headers=headers)


@pytest.mark.server
def test_a_locked_database_is_told_within_seconds_and_blocks_nobody_else(site: Site) -> None:
    site.start()
    assert is_ready(site)
    before = sorted(path for path in site.data.rglob("*"))
    with locked(site.folder / "db.sqlite3"), ThreadPoolExecutor(8) as pollers:
        until(lambda: code(site) == "database_locked", DEADLINE_S, "the lock is noticed")
        asked = [pollers.submit(readyz, site) for _ in range(8)]
        while not all(poll.done() for poll in asked):
            assert httpx.get(f"{site.url}/healthz").status_code == 200
        status, answer = asked[0].result()
        assert (status, answer["code"]) == (503, "database_locked")
        assert answer["message"] == "The database is busy with something else."
        assert httpx.get(f"{site.url}/").status_code == 200  # what is only read goes on
    until(lambda: is_ready(site), DEADLINE_S, "the site is ready again")
    assert sorted(path for path in site.data.rglob("*")) == before
    log = site.log.read_text()
    assert (log.count("database_locked"), log.count("Traceback"), log.count("/readyz")) == (1, 0, 0)


@pytest.mark.server
def test_what_a_locked_database_keeps_from_being_done_is_answered_in_words(site: Site) -> None:
    site.start()
    kitchen = {"name": "Kitchen"}
    with site.api() as script:
        with locked(site.folder / "db.sqlite3"), ThreadPoolExecutor(5) as people:
            asked = [
                people.submit(sign_up, site, "bob"),
                people.submit(sign_up, site, "ming", "zh-hans"),
                people.submit(sign_up, site, "carol", **{"HX-Request": "true"}),
                *(people.submit(script.post, "rooms", json=kitchen, timeout=LONG_S) for _ in range(2)),
            ]
            english, chinese, by_htmx, *called = answers = [one.result() for one in asked]
        # nothing was left that keeps the name
        assert [sign_up(site, "bob").status_code, script.post("rooms", json=kitchen).status_code] == [302, 201]

    busy = "The database is busy with something else."
    assert [answer.status_code for answer in answers] == [503] * 5
    assert {answer.headers["Retry-After"] for answer in answers} == {str(outages.RETRY_AFTER_S)}
    assert "That is not possible just now" in english.text
    assert busy in english.text
    assert "现在暂时做不到" in chinese.text
    assert "Content-Security-Policy" in english.headers
    assert json.loads(by_htmx.headers["HX-Trigger"]) == {"toast": {"text": busy, "kind": "error"}}
    for answer in called:
        assert answer.json() == {"code": "unavailable", "reason": "database_locked", "message": busy}
    log = site.log.read_text()
    assert (log.count("database_locked"), log.count("Traceback")) == (1, 0)


class SmallDisk(Site):
    """A site whose folder is a disk of its own, which only its processes see. It migrates as it starts."""

    megabytes = 80

    def command(self) -> list[str]:
        mount = f'mount -t tmpfs -o size={self.megabytes}m tmpfs "$1"'
        script = f'{mount} && "$PYTHON" manage.py migrate --verbosity 0 && exec deploy/serve'
        return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(self.folder)]

    @property
    def disk(self) -> Path:
        return Path(f"/proc/{self.process.pid}/root{self.folder}")

    def fill(self, leave_bytes: int = 0) -> None:
        """Until so much is free, and if that is nothing, to the last byte."""
        with contextlib.suppress(OSError), (self.disk / "filling").open("ab", buffering=0) as file:
            while not leave_bytes or (self.free_bytes() > leave_bytes):
                file.write(bytes(64 * 1024))

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.disk).free

    def empty(self) -> None:
        (self.disk / "filling").unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with SmallDisk(tmp_path / "disk", SYNCHRO_INGEST="0") as site:
        site.folder.mkdir()
        site.log = tmp_path / "server.log"  # not on the disk
        site.start()
        yield site


@pytest.mark.server
def test_a_disk_that_fills_up_is_told_before_it_is_full_and_in_words_when_it_is(small_disk: SmallDisk) -> None:
    assert is_ready(small_disk)
    small_disk.fill(leave_bytes=MIN_FREE_BYTES - 1024 * 1024)
    until(lambda: code(small_disk) == "low_space", DEADLINE_S, "little room is noticed")
    with visitor(small_disk) as alice:
        assert signing_up(alice, "alice").status_code == 302  # there is room for that yet
        small_disk.fill()
        until(lambda: code(small_disk) == "disk_full", DEADLINE_S, "no room is noticed")
        for size in (100_000, 5_000_000):  # Django keeps the smaller one in memory until it is stored
            refused = upload(alice, size)
            assert (refused.status_code, refused.json()["reason"]) == (503, "disk_full")
    # SQLite's log is appended to until it has been copied into the database, and needs room soon
    pages = (sign_up(small_disk, f"bob{number}") for number in range(30))
    refused = next(page for page in pages if page.status_code != 302)
    assert refused.status_code == 503
    assert "The disk is full." in refused.text

    small_disk.empty()
    until(lambda: is_ready(small_disk), DEADLINE_S, "the site is ready again")
    assert sign_up(small_disk, "carol").status_code == 302
    log = small_disk.log.read_text()
    assert all(word in log for word in ("low_space", "disk_full"))
    assert "Traceback" not in log


@pytest.mark.server
def test_a_data_folder_that_is_gone_is_told(site: Site) -> None:
    site.start()
    moved = site.data.rename(site.folder / "elsewhere")
    until(lambda: code(site) == "data_unwritable", DEADLINE_S, "it is noticed")
    moved.rename(site.data)
    until(lambda: is_ready(site), DEADLINE_S, "the site is ready again")


@pytest.mark.server
def test_a_site_without_its_tables_is_not_ready_until_they_are_there(tmp_path: Path) -> None:
    with Site(tmp_path, SYNCHRO_INGEST="0") as site:
        site.start()
        assert code(site) == "database_unusable"
        site.prepare(demo=False)
        until(lambda: is_ready(site), DEADLINE_S, "the site is ready")
        # what a start does with its database is done then
        until(lambda: "/accounts/first-administrator/" in site.log.read_text(), DEADLINE_S, "the link in the log")
    log = site.log.read_text()
    assert "(run: manage.py migrate)" in log
    assert "Traceback" not in log


@pytest.mark.parametrize(("free_bytes", "low"), [(MIN_FREE_BYTES - 1, True), (MIN_FREE_BYTES, False)])
def test_how_much_room_is_enough(free_bytes: int, low: bool) -> None:
    assert is_low(free_bytes) is low


def test_a_look_a_second_serves_all_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    now_us = 5_000_000
    monkeypatch.setattr(clock, "now_us", lambda: now_us)
    monkeypatch.setattr(readiness, "_outage", lambda: looks.append(now_us))
    asked = readiness.Readiness()
    for step_us in (0, readiness.CHECK_EVERY_US - 1, 1, 1):
        now_us += step_us
        asked.outage()
    assert looks == [5_000_000, 6_000_000]


def test_errors_of_the_program_are_no_outage(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "db.sqlite3")
    with contextlib.closing(database), pytest.raises(sqlite3.OperationalError) as missing:
        database.execute("SELECT 1 FROM nowhere")
    assert outages.outage_of(missing.value) is None
    assert outages.outage_of(RuntimeError()) is None
    assert outages.outage_of(FileNotFoundError(2, "No such file")) is None
    assert outages.outage_of(None) is None


def test_what_sqlite_really_says_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("PRAGMA max_page_count = 3")
        with pytest.raises(sqlite3.OperationalError) as full:
            database.execute("INSERT INTO t VALUES (zeroblob(100000))")
    with (
        contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database,
        pytest.raises(sqlite3.OperationalError) as read_only,
    ):
        database.execute("INSERT INTO t VALUES (1)")
    assert outages.outage_of(full.value) == Outage.DISK_FULL
    assert outages.outage_of(read_only.value) == Outage.DATABASE_READ_ONLY
    assert outages.outage_of(OSError(28, "No space left on device")) == Outage.DISK_FULL
    assert outages.outage_of(OSError(30, "Read-only file system")) == Outage.DATA_UNWRITABLE


def test_the_log_is_told_once_a_minute_and_how_often_it_was(caplog: pytest.LogCaptureFixture) -> None:
    reports = outages.Reports()
    for at_us in (0, 1, outages.LOG_EVERY_US - 1, outages.LOG_EVERY_US):
        reports.add(Outage.DISK_FULL, "full", at_us)
    reports.add(Outage.LOW_SPACE, "low", outages.LOG_EVERY_US)
    told = [record.getMessage() for record in caplog.records]
    assert [line.partition(":")[0] for line in told] == ["disk_full", "disk_full", "low_space"]
    assert ["2 more" in line for line in told] == [False, True, False]
