"""`manage.py move_database` between real databases: every row arrives, ids go on where they were, nothing goes
twice."""

import contextlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.postgresql import PASSWORD, Cluster, cluster
from tests.serving import ROOT, Site

FILL = """
from django.contrib.auth.models import Group, Permission
from playback import clock, protocol
from rooms.commands import carry_out
from rooms.identity import of_user
from rooms.models import RoomEvent
from tests.builders import guest, make_room, make_user, ready_track
alice = make_user("alice", is_staff=True)
alice.groups.add(Group.objects.create(name="librarians"))
alice.user_permissions.add(*Permission.objects.all()[:3])
tracks = [ready_track("曲 " * 100, loudness_lufs=-14.123456789012345) for _ in range(300)]
room = make_room(alice, "Kitchen 厨房")
make_room(guest("bob"), "Bob's").delete()
who = of_user(alice)
carry_out(room.pk, protocol.QueueAdd("add", [track.pk for track in tracks[:100]]), identity=who, now_us=clock.now_us())
carry_out(room.pk, protocol.TransportPlay("play"), identity=who, now_us=clock.now_us())
tracks[-1].delete()
RoomEvent.objects.filter(command_id="play").update(payload={"nul": "a\\0b", "wave": [0.1, 1e-300, None, True]})
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as server:
        yield server


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """On SQLite, not served."""
    with Site(tmp_path_factory.mktemp("full"), SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.manage("shell", "--verbosity", "0", "--command", FILL)
        yield site


@pytest.fixture(scope="module")
def migrated(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The server, with a database that has tables and no rows: to make them takes longer than anything else here."""
    with Site(tmp_path_factory.mktemp("migrated"), DATABASE_URL=server.create("migrated")) as site:
        site.prepare(demo=False)
    return server


def run(site: Site, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "move_database", *arguments], cwd=ROOT, capture_output=True, text=True,
        env=site.environment | environment,
    )  # fmt: skip


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def plain(value: object) -> object:
    """JSON as any other that means the same, and the NUL in it as what becomes of it."""
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(json.loads(value), sort_keys=True).replace("\\u0000", "\\ufffd")
    return value


def all_rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Of an SQLite file, and what it says that it gave away, without what `migrate` notes of its own doing."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = sorted(name for name in names if name != "django_migrations")
        found = {
            name: sorted((tuple(map(plain, row)) for row in database.execute(f'SELECT * FROM "{name}"')), key=repr)
            for name in kept
        }
    found["sqlite_sequence"] = [row for row in found["sqlite_sequence"] if row[0] != "django_migrations"]
    return found


def test_there_and_back_every_row_is_the_same_and_the_next_id_is_new(
    full: Site, server: Cluster, tmp_path: Path
) -> None:
    address = server.create("there")
    there = run(full, DATABASE_URL=address)
    assert there.returncode == 0, there.stderr
    assert "each the same as before" in there.stdout
    assert "In 1 rows a NUL" in there.stdout
    assert PASSWORD not in there.stdout + there.stderr
    back = tmp_path / "back.sqlite3"
    again = run(full, "--from", address, "--to", sqlite_url(back))
    assert again.returncode == 0, again.stderr
    before, after = all_rows(full.folder / "db.sqlite3"), all_rows(back)
    assert after == before
    assert any("\\ufffd" in str(row) for row in after["rooms_roomevent"])
    with psycopg.connect(address) as database:
        for table in ("library_track", "rooms_room"):
            (last,) = [seq for name, seq in before["sqlite_sequence"] if name == table]
            found = database.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table]).fetchone()
            assert found == (int(str(last)) + 1,)


def test_a_site_goes_on_where_it_was(full: Site, migrated: Cluster, tmp_path: Path) -> None:
    address = migrated.create("goes_on", like="migrated")
    moved = run(full, "--to", address)
    assert moved.returncode == 0, moved.stderr
    with Site(tmp_path, DATABASE_URL=address, SYNCHRO_INGEST="0") as site:
        site.start()
        room = site.room("kitchen")
        assert (room["status"], len(room["queue"])) == ("playing", 100)
        with site.api("alice") as script:
            assert script.post("rooms/kitchen/transport", json={"action": "pause"}).status_code == 200
            assert script.post("rooms", json={"name": "New"}).status_code == 201


def test_a_target_that_holds_rows_is_refused(full: Site, server: Cluster, migrated: Cluster) -> None:
    address = migrated.create("twice", like="migrated")
    assert run(full, "--to", address).returncode == 0
    before = server.query("SELECT count(*) FROM library_track", "twice")
    again = run(full, "--to", address)
    assert again.returncode == 1
    assert "holds rows already" in again.stderr
    assert "Traceback" not in again.stderr
    assert server.query("SELECT count(*) FROM library_track", "twice") == before


def test_a_site_that_runs_is_not_moved(full: Site, migrated: Cluster, tmp_path: Path) -> None:
    address = migrated.create("served", like="migrated")
    full.start()
    try:
        refused = run(full, "--to", address)
    finally:
        full.stop()
    assert refused.returncode == 1
    assert "Stop the site and its workers first" in refused.stderr
    assert run(full, "--to", address).returncode == 0  # what was refused left nothing behind
    with psycopg.connect(address):
        refused = run(full, "--from", address, "--to", sqlite_url(tmp_path / "a.sqlite3"))
    assert "1 others are connected" in refused.stderr


def test_a_move_that_is_broken_off_is_begun_again(full: Site, server: Cluster, migrated: Cluster) -> None:
    """What cannot be written stops it; nothing of it is there then."""
    address = migrated.create("broken", like="migrated")
    server.query("ALTER TABLE rooms_queueentry ADD CHECK (id < 50)", "broken")
    stopped = run(full, "--to", address)
    assert stopped.returncode == 1
    assert "A row of rooms_queueentry cannot be written" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert server.query("SELECT count(*) FROM auth_user", "broken") == "0"
    server.query("ALTER TABLE rooms_queueentry DROP CONSTRAINT rooms_queueentry_id_check", "broken")
    assert run(full, "--to", address).returncode == 0


def test_a_row_that_arrives_changed_is_noticed(full: Site, server: Cluster, migrated: Cluster) -> None:
    address = migrated.create("changed", like="migrated")
    server.query(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF NEW.id = 7 THEN NEW.album = 'x'; END IF; RETURN NEW; END $$;"
        " CREATE TRIGGER spoil BEFORE INSERT ON library_track FOR EACH ROW EXECUTE FUNCTION spoil()", "changed"
    )  # fmt: skip
    noticed = run(full, "--to", address)
    assert noticed.returncode == 1
    assert "library_track is not the same in both databases" in noticed.stderr
    assert server.query("SELECT count(*) FROM library_track", "changed") == "0"


def test_what_is_asked_wrongly_is_said_in_the_operators_language(full: Site, server: Cluster, tmp_path: Path) -> None:
    address = server.url("postgres")
    file = sqlite_url(full.folder / "db.sqlite3")
    cases = {
        "Say where to": run(full),
        "请说明": run(full, LANG="zh_CN.UTF-8", LC_ALL=""),
        "There is no file": run(full, "--from", sqlite_url(tmp_path / "none.sqlite3"), "--to", address),
        "the same database": run(full, "--from", file, "--to", file),
        "holds no site": run(full, "--from", address, "--to", sqlite_url(tmp_path / "new.sqlite3")),
        "--to must be": run(full, "--to", "mysql://h/n"),
    }
    assert {words: words in done.stderr for words, done in cases.items()} == dict.fromkeys(cases, True)
    assert {done.returncode for done in cases.values()} == {1}
