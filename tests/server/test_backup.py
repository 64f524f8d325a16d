"""A site is backed up while people use it, destroyed, and put back on an empty machine by one command."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.library.sounds import music, write_wav
from tests.postgresql import cluster
from tests.serving import ROOT, Site
from tests.visitors import Visitor
from tests.waiting import until

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """In use: Bob has an account and is signed in, one of his two tracks was played, a room is paused in the other."""
    folder = tmp_path_factory.mktemp("used")
    with Site(folder, SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        sounds = [write_wav(folder / f"{n}.wav", music(480_000, seed=n)) for n in (1, 2)]
        site.manage("import_music", *map(str, sounds))
        site.sign_up("bob", PASSWORD)
        site.start()
        with site.api() as api:
            tracks = [track["id"] for track in api.get("tracks").raise_for_status().json()["items"]]
            api.post("rooms", json={"name": "Kitchen", "visibility": "public"}).raise_for_status()
            for track in tracks:
                api.post("rooms/kitchen/queue", json={"track_id": track}).raise_for_status()
            for action in ("play", "next", "pause"):
                of = {"entry": site.room("kitchen")["entry"]} if action == "next" else {}
                api.post("rooms/kitchen/transport", json={"action": action, **of}).raise_for_status()
        yield site


@pytest.fixture(scope="module")
def bobs_cookies(site: Site) -> httpx.Cookies:
    with Visitor(site) as bob:
        assert bob.log_in("bob", PASSWORD).status_code == 302
        return bob.http.cookies


@pytest.fixture(scope="module")
def backup(site: Site, bobs_cookies: httpx.Cookies, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Taken while the site runs."""
    folder = tmp_path_factory.mktemp("backup")
    site.manage("backup", str(folder))
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """Another machine: nothing is there."""
    (tmp_path / "anew").mkdir()
    with Site(tmp_path / "anew", SYNCHRO_INGEST="0") as site:
        yield site


def state(site: Site) -> dict[str, Any]:
    room = site.room("kitchen")
    return {name: room[name] for name in ("name", "status", "entry", "position_s", "revision", "queue")}


def files(site: Site) -> dict[str, bytes]:
    """What the library keeps."""
    return {
        path.relative_to(site.data).as_posix(): path.read_bytes()
        for kind in ("audio", "covers", "originals")
        for path in (site.data / kind).rglob("*")
        if path.is_file() and ".scratch" not in path.parts
    }


def refused(site: Site, *command: str) -> str:
    """What a failing command says."""
    done = site.run(*command)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr


def test_a_site_is_put_back_on_an_empty_machine(
    site: Site, backup: Path, empty: Site, bobs_cookies: httpx.Cookies
) -> None:
    empty.manage("restore", str(backup))
    empty.start()
    assert state(empty) == state(site)
    assert files(empty) == files(site)
    with httpx.Client(base_url=empty.url, cookies=bobs_cookies) as bob:
        assert "bob" in bob.get("/accounts/").text  # signed in by the cookie of before: the key is the same
    with Visitor(empty) as bob_elsewhere:
        assert bob_elsewhere.log_in("bob", PASSWORD).status_code == 302
    assert "This site is in use: it has 2 accounts, 1 rooms, 2 tracks" in refused(empty, "restore", str(backup))


def test_a_backup_goes_to_postgresql_and_back(site: Site, backup: Path, empty: Site, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with (
        cluster() as server,
        Site(tmp_path / "there", SYNCHRO_INGEST="0", DATABASE_URL=server.create("site")) as there,
    ):
        there.manage("restore", str(backup))
        there.start()
        assert state(there) == state(site)
        there.manage("backup", str(tmp_path / "of-postgresql"))
    empty.manage("restore", str(tmp_path / "of-postgresql"))
    empty.start()
    assert state(empty) == state(site)
    assert files(empty) == files(site)


def test_a_further_backup_copies_what_is_new(site: Site, backup: Path, tmp_path: Path) -> None:
    copy = tmp_path / "backup"
    shutil.copytree(backup, copy, copy_function=shutil.copy2)
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*.tar")}
    assert len(before) == 2
    said = site.manage("backup", str(copy), "--keep", "1")
    assert "0\xa0bytes new; 1 older removed" in said
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*.tar")} == before
    assert len(list((copy / "snapshots").iterdir())) == 1


def test_a_backup_that_is_killed_is_gone_on_with(site: Site, empty: Site, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "backup", str(folder)], cwd=ROOT, env=site.environment, stdout=subprocess.DEVNULL
    )
    until(lambda: list(folder.rglob("*.tar")), 30, "the first package")
    process.send_signal(signal.SIGKILL)
    process.wait()
    site.manage("backup", str(folder))
    assert [path.suffix for path in (folder / "snapshots").iterdir()] == [""]
    empty.manage("restore", str(folder))
    assert files(empty) == files(site)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\xff"), "is damaged"),
    ],
)
@pytest.mark.parametrize("which", ["*.tar", "database.sqlite3"])
def test_what_is_not_whole_is_not_put_back(
    backup: Path, empty: Site, tmp_path: Path, damage: Any, words: str, which: str
) -> None:
    copy = tmp_path / "backup"
    shutil.copytree(backup, copy)
    path = next(iter(copy.rglob(which)))
    damage(path)
    said = refused(empty, "restore", str(copy))
    assert words in said
    assert path.name in said
    assert files(empty) == {}
    empty.manage("restore", str(backup))  # nothing of the first attempt is in the way


def test_a_newer_version_is_refused(backup: Path, empty: Site, tmp_path: Path) -> None:
    copy = tmp_path / "backup"
    shutil.copytree(backup, copy)
    (manifest,) = copy.rglob("manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 2}))
    assert "newer version" in refused(empty, "restore", str(copy))


def test_there_is_nothing_to_put_back(empty: Site, tmp_path: Path) -> None:
    assert "no backup in" in refused(empty, "restore", str(tmp_path / "nowhere"))
    assert "no snapshot yesterday" in refused(empty, "restore", str(tmp_path), "--snapshot", "yesterday")


def test_a_backup_is_its_owners_alone(backup: Path) -> None:
    assert [path for path in (backup, *backup.iterdir()) if path.is_dir() and path.stat().st_mode & 0o077] == []
