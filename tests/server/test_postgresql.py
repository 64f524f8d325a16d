"""A site on a real PostgreSQL: what people do on it, and what they hear while it is away, busy or read-only."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from synchro import outages
from synchro.outages import Outage
from tests.access.stage import answer, next_frame
from tests.library.sounds import music, write_wav
from tests.postgresql import PASSWORD, Cluster, cluster
from tests.serving import ROOT, Site
from tests.waiting import until

DEADLINE_S = 30
LONG_S = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """With a database `migrated`, to be copied: to make tables takes longer than anything else here. What was said to
    be done survives its being killed."""
    with cluster(synchronous_commit="on") as server:
        Site(tmp_path_factory.mktemp("migrated"), DATABASE_URL=server.create("migrated")).prepare(demo=False)
        yield server


@pytest.fixture(scope="module")
def site(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Its database has another name than the user, and its ingest worker runs."""
    with Site(tmp_path_factory.mktemp("site"), DATABASE_URL=server.create("music", like="migrated")) as site:
        site.start()
        yield site


@pytest.fixture(scope="module")
def script(site: Site) -> Iterator[httpx.Client]:
    with site.api() as api:
        yield api


def readyz(site: Site) -> str:
    """`ready`, or the code of what is out of order."""
    answer = httpx.get(f"{site.url}/readyz", timeout=LONG_S).json()
    return str(answer.get("code", answer["status"]))


def turns(site: Site, wanted: str) -> None:
    until(lambda: readyz(site) == wanted, LONG_S, wanted)


def put_music(script: httpx.Client, folder: Path, name: str, seed: int) -> int:
    file = write_wav(folder / name, music(96_000, seed=seed))
    added = script.post("tracks", files={"file": (name, file.read_bytes())})
    assert added.status_code == 201, added.text
    track: int = added.json()["id"]
    until(lambda: script.get(f"tracks/{track}").json()["status"] == "ready", LONG_S, f"{name} is ready")
    return track


def test_music_is_uploaded_queued_and_played_and_a_restart_changes_nothing(
    site: Site, script: httpx.Client, tmp_path: Path
) -> None:
    tracks = [put_music(script, tmp_path, f"{n}.wav", n) for n in range(2)]
    assert script.get("tracks", params={"query": "0"}).json()["count"] == 1
    room = script.post("rooms", json={"name": "客厅 Kitchen"}).json()["slug"]
    for track in tracks:
        assert script.post(f"rooms/{room}/queue", json={"track_id": track}).status_code == 201
    assert script.post(f"rooms/{room}/transport", json={"action": "play"}).status_code == 200
    before = site.room(room)
    assert before["status"] == "playing"
    site.restart()
    turns(site, "ready")
    after = site.room(room)
    told = ("name", "revision", "queue", "repeat", "visibility")
    assert {name: after[name] for name in told} == {name: before[name] for name in told}
    assert not (site.folder / "db.sqlite3").exists()


def test_a_guest_joins_by_a_socket_and_hears_what_others_do(site: Site, script: httpx.Client) -> None:
    room = script.post("rooms", json={"name": "Hall"}).json()["slug"]
    page = httpx.get(f"{site.url}/rooms/{room}/")
    cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    address = f"{site.ws_url}/ws/rooms/{room}/"
    with connect(address, additional_headers={"Cookie": cookies}, origin=Origin(site.url)) as socket:
        assert answer(socket, json.dumps({"type": "room.join", "id": "join", "nickname": "Bob"})) == "yes"
        order = {"action": "repeat", "mode": "all"}
        revision = script.post(f"rooms/{room}/transport", json=order).json()["revision"]
        assert next_frame(socket, "room.update")["revision"] == revision
        socket.send(json.dumps({"type": "room.join", "id": "nul", "nickname": "B\0b"}))
        next_frame(socket, "error")


@pytest.mark.parametrize("where", ["/api/v1/rooms/a%00b", "/library/?q=%00", "/api/v1/tracks?query=a%00"])
def test_a_nul_finds_nothing_and_breaks_nothing(site: Site, where: str) -> None:
    assert httpx.get(f"{site.url}{where}").status_code in (200, 404)


def sign_up(site: Site, name: str, language: str = "en") -> httpx.Response:
    headers = {"Accept": "text/html", "Accept-Language": language}
    with httpx.Client(base_url=site.url, headers=headers, timeout=LONG_S) as browser:
        browser.get("/accounts/sign-up/")
        fields = {"username": name, "password1": "correct horse battery", "password2": "correct horse battery"}
        return browser.post("/accounts/sign-up/", data={**fields, "csrfmiddlewaretoken": browser.cookies["csrftoken"]})


def test_a_database_that_is_killed_and_comes_back_needs_no_hand(
    server: Cluster, site: Site, script: httpx.Client, tmp_path: Path
) -> None:
    room = script.post("rooms", json={"name": "Attic"}).json()["slug"]
    turns(site, "ready")
    server.stop("immediate")
    turns(site, "database_unusable")
    assert httpx.get(f"{site.url}/healthz").status_code == 200
    called = script.post(f"rooms/{room}/transport", json={"action": "repeat", "mode": "one"}, timeout=LONG_S)
    said = {"code": "unavailable", "reason": "database_unusable", "message": "The database cannot be used."}
    assert (called.status_code, called.json()) == (503, said)
    assert called.headers["Retry-After"] == str(outages.RETRY_AFTER_S)
    page = httpx.get(f"{site.url}/rooms/{room}/", headers={"Accept": "text/html"}, timeout=LONG_S)
    assert page.status_code == 503
    assert "The database cannot be used." in page.text
    server.start()
    turns(site, "ready")
    assert script.post(f"rooms/{room}/transport", json={"action": "repeat", "mode": "one"}).status_code == 200
    put_music(script, tmp_path, "afterwards.wav", 7)  # the worker is there again, too
    log = site.log.read_text()
    assert log.count("database_unusable: ") <= 2, log
    assert (log.count("Traceback"), log.count(PASSWORD)) == (0, 0), log


def test_a_database_that_may_only_be_read_is_told_as_such(server: Cluster, site: Site) -> None:
    leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'music'"
    server.query("ALTER DATABASE music SET default_transaction_read_only = on")
    server.query(leave)
    turns(site, "database_read_only")
    refused = sign_up(site, "bob")
    assert refused.status_code == 503
    assert "The database may only be read." in refused.text
    server.query("ALTER DATABASE music RESET default_transaction_read_only")
    server.query(leave)
    turns(site, "ready")
    assert sign_up(site, "bob").status_code == 302


def test_a_row_that_somebody_holds_is_told_as_busy_and_the_rest_goes_on(
    server: Cluster, site: Site, script: httpx.Client
) -> None:
    held, free = (script.post("rooms", json={"name": name}).json()["slug"] for name in ("Held", "Free"))
    order = {"action": "repeat", "mode": "one"}
    with psycopg.connect(server.url("music")) as other:
        other.execute("SELECT 1 FROM rooms_room WHERE slug = %s FOR UPDATE", [held])
        assert script.post(f"rooms/{free}/transport", json=order).status_code == 200
        assert readyz(site) == "ready"
        refused = script.post(f"rooms/{held}/transport", json=order, timeout=LONG_S)
        assert (refused.status_code, refused.json()["reason"]) == (503, "database_locked")
    assert script.post(f"rooms/{held}/transport", json=order).status_code == 200
    with psycopg.connect(server.url("music")) as other:
        other.execute("LOCK TABLE django_migrations")
        turns(site, "database_locked")
    turns(site, "ready")


def test_a_site_whose_database_comes_later_begins_by_itself(server: Cluster, tmp_path: Path) -> None:
    """The token of the first administrator waits for it."""
    address = server.url("later")
    with Site(tmp_path / "site", DATABASE_URL=address) as site:
        site.folder.mkdir()
        site.start()
        assert readyz(site) == "database_unusable"
        assert "/accounts/first-administrator/" not in site.log.read_text()
        server.create("later", like="migrated")
        turns(site, "ready")
        until(lambda: "/accounts/first-administrator/" in site.log.read_text(), DEADLINE_S, "the link in the log")
        with site.api() as script:
            put_music(script, tmp_path, "later.wav", 3)
        assert "Traceback" not in site.log.read_text()
        assert PASSWORD not in site.log.read_text()


def test_a_worker_outlives_its_database_and_blames_no_file(server: Cluster, tmp_path: Path) -> None:
    """It is there before the database, and loses it in the middle of a file."""
    with Site(tmp_path / "site", DATABASE_URL=server.create("worked_on", like="migrated")) as site:
        site.folder.mkdir()
        source = write_wav(tmp_path / "long.wav", music(60 * 48_000))
        site.manage("import_music", "--queue-only", str(source))
        server.stop("immediate")
        with (tmp_path / "log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "manage.py", "ingest"], cwd=ROOT, env=site.environment, stdout=log, stderr=log
            )
        try:
            until(lambda: "waited for" in (tmp_path / "log").read_text(), LONG_S, "the worker waits")
            server.start()

            def track(column: str) -> str:
                return server.query(f"SELECT {column} FROM library_track", "worked_on")

            until(lambda: track("progress > 0") == "t", LONG_S, "it is at work")
            server.stop("immediate")
            until(lambda: "tried again" in (tmp_path / "log").read_text(), LONG_S, "it notices")
            server.start()
            until(lambda: track("status") == "ready", LONG_S, "the track is ready")
            assert worker.poll() is None
        finally:
            worker.kill()
            worker.wait()
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_database_that_cannot_hold_every_script_is_refused(server: Cluster, tmp_path: Path) -> None:
    server.query("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    site = Site(tmp_path, DATABASE_URL=server.url("latin"))
    with pytest.raises(AssertionError, match="encoded in LATIN1"):
        site.prepare(demo=False)
    assert server.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", "latin") == "0"


def test_more_at_once_than_there_are_connections_wait_their_turn(server: Cluster, tmp_path: Path) -> None:
    address = server.create("narrow", like="migrated")
    with Site(tmp_path / "site", DATABASE_URL=address, SYNCHRO_DATABASE_CONNECTIONS="2", SYNCHRO_INGEST="0") as site:
        site.folder.mkdir()
        site.start()
        with site.api() as script:
            slugs = [script.post("rooms", json={"name": "Room"}).json()["slug"] for _ in range(3)]
            assert len(set(slugs)) == 3
        with httpx.Client(base_url=site.url, timeout=LONG_S) as browser:
            assert {browser.get("/").status_code for _ in range(30)} == {200}
        most = int(server.query("SELECT count(*) FROM pg_stat_activity WHERE datname = 'narrow'"))
        assert 1 <= most <= 2


@pytest.mark.parametrize(
    ("sqlstate", "outage"),
    [
        ("25006", Outage.DATABASE_READ_ONLY), ("40001", Outage.DATABASE_LOCKED), ("40P01", Outage.DATABASE_LOCKED),
        ("53100", Outage.DISK_FULL), ("53200", Outage.DATABASE_UNUSABLE), ("53300", Outage.DATABASE_LOCKED),
        ("55P03", Outage.DATABASE_LOCKED), ("57014", Outage.DATABASE_LOCKED), ("57P01", Outage.DATABASE_UNUSABLE),
        ("58030", Outage.DATABASE_UNUSABLE), ("XX001", Outage.DATABASE_UNUSABLE), ("42P01", None), ("22001", None),
        ("23505", None),
    ],
)  # fmt: skip
def test_what_postgresql_says_is_understood(server: Cluster, sqlstate: str, outage: Outage | None) -> None:
    with psycopg.connect(server.url("postgres")) as database, pytest.raises(psycopg.Error) as said:
        database.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$")
    assert outages.outage_of(said.value) == outage


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"dbname": "nowhere"}, {"port": 1}])
def test_why_there_is_no_connection_is_understood(server: Cluster, change: dict[str, Any]) -> None:
    with pytest.raises(psycopg.Error) as said:
        psycopg.connect(server.url("postgres"), **change)
    assert outages.outage_of(said.value) == Outage.DATABASE_UNUSABLE
