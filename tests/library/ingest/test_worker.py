"""The worker against real files, a real database file, and SIGKILL."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from library.ingest import decode, encode, package, pipeline
from library.ingest.errors import InterruptedIngest
from library.ingest.fence import FencedProcess
from library.ingest.renditions import RENDITIONS
from library.jobs import orphans, queue, worker
from library.jobs.intake import add_path
from library.jobs.supervisor import Supervisor
from library.models import IngestJob, Track
from library.storage import names, store, workspace
from library.storage.leftovers import held_folder, sweep, sweep_files
from playback import clock
from tests.library.sounds import music, write_wav
from tests.serving import ROOT, Site
from tests.waiting import until

DEADLINE_S = 60


@pytest.fixture
def track(db: None, data_dir: Path, tmp_path: Path) -> Track:
    return add_path(write_wav(tmp_path / "A - B.wav", music(96_000)))[0]


def leftovers() -> list[Path]:
    return [p for folder in (workspace.scratch_dir(), workspace.incoming_dir()) for p in folder.rglob("*")]


def test_draining_makes_every_waiting_track_ready(track: Track) -> None:
    with worker.working() as one:
        assert one.drain() == 1
        assert one.drain() == 0
    track.refresh_from_db()
    assert (track.status, track.total_samples, track.progress) == (Track.Status.READY, 96_000, 1.0)
    assert store.read(names.package(track.package, package.SUMS_NAME))
    assert leftovers() == []


def test_ffmpeg_killed_from_outside_is_tried_again(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest, attempts = pipeline.ingest, []

    def killed_once(*arguments: object) -> pipeline.Ingested:
        attempts.append(1)
        if len(attempts) == 1:
            raise InterruptedIngest("ffmpeg was ended by SIGKILL")
        return ingest(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "ingest", killed_once)
    with worker.working() as one:
        assert one.drain() == 2
    track.refresh_from_db()
    assert track.status == Track.Status.READY


@pytest.mark.parametrize("role", ["decoder", "resampler", "encoder"])
def test_killing_ffmpeg_is_noticed_as_such(track: Track, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shot(FencedProcess):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            if role == ("encoder" if "takes_input" in named else "resampler" if "source" in named else "decoder"):
                os.kill(self.pid, signal.SIGKILL)

    monkeypatch.setattr(decode, "FencedProcess", Shot)
    monkeypatch.setattr(encode, "FencedProcess", Shot)
    with worker.working() as one:
        assert one.drain() == queue.MAX_ATTEMPTS
    track.refresh_from_db()
    assert (track.status, track.error_code) == (Track.Status.FAILED, "interrupted")
    assert leftovers() == []


def test_a_rendition_that_is_out_of_step_is_never_ready(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its encoder ends 74 ms before the others', as one did whose filter graph was built anew."""
    short = replace(RENDITIONS[-1], encoder=(*RENDITIONS[-1].encoder, "-t", f"{(96_000 - 3551) / 48_000:.6f}"))
    with worker.working() as one:
        monkeypatch.setattr(encode, "RENDITIONS", (*RENDITIONS[:-1], short))
        assert one.drain() == 1
    track.refresh_from_db()
    assert (track.status, track.error_code, track.package) == (Track.Status.FAILED, "out_of_step", "")
    assert list(store.listed(names.PACKAGES)) == []
    assert leftovers() == []


@pytest.mark.parametrize(
    ("error", "code"), [(OSError(28, "No space left on device"), "no_space"), (RuntimeError("a bug"), "internal")]
)
def test_what_nobody_foresaw_fails_the_track_and_not_the_worker(
    track: Track, error: Exception, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "ingest", broken)
    with worker.working() as one:
        assert one.drain() == 1
    track.refresh_from_db()
    assert (track.status, track.error_code) == (Track.Status.FAILED, code)


def test_a_track_deleted_while_it_is_made_leaves_no_package(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest = pipeline.ingest

    def deleted_meanwhile(*arguments: object) -> pipeline.Ingested:
        made = ingest(*arguments)  # type: ignore[arg-type]
        Track.objects.all().delete()
        return made

    monkeypatch.setattr(pipeline, "ingest", deleted_meanwhile)
    with worker.working() as one:
        one.drain()
    assert list(store.listed(names.PACKAGES)) == []


def test_progress_is_written_at_most_twice_a_second(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[float] = []
    now_us = 1_000_000
    monkeypatch.setattr(queue, "renew", lambda _job, done, _now_us: written.append(done))
    monkeypatch.setattr(clock, "now_us", lambda: now_us)
    report = worker.Worker(Path("x"))._reporter(queue.Job(1, track.pk, "x", 1, ""))
    for step in range(100):
        now_us += 50_000
        report(step / 100)
    assert len(written) == 10


def test_a_folder_is_swept_once_its_holder_is_gone(tmp_path: Path) -> None:
    with held_folder(tmp_path, "alive"):
        (tmp_path / "dead").mkdir()
        (tmp_path / "dead" / "file").write_bytes(b"half")
        assert sweep(tmp_path) == ["dead"]
        assert [p.name for p in tmp_path.iterdir()] == ["alive"]
    assert list(tmp_path.iterdir()) == []


def test_what_no_track_names_goes_after_a_day_and_the_rest_stays(track: Track, data_dir: Path) -> None:
    with worker.working() as one:
        one.drain()
    orphan, cover = data_dir / names.package("ab" * 32), data_dir / names.cover("cd" * 32, 256)
    orphan.mkdir(parents=True)
    cover.parent.mkdir(exist_ok=True)
    cover.write_bytes(b"old")
    made_us = orphan.stat().st_mtime_ns // 1000
    kept = {p for p in data_dir.rglob("*") if p.is_file() and p != cover}

    assert orphans.remove(made_us + orphans.KEEP_US - 60_000_000) == []
    assert len(orphans.remove(made_us + orphans.KEEP_US + 60_000_000)) == 2

    assert not orphan.exists()
    assert {p for p in data_dir.rglob("*") if p.is_file()} == kept


class Library:
    """A site of which only the library's worker runs, as a real process."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def query(self, sql: str) -> list[tuple[object, ...]]:
        database = sqlite3.connect(self.site.folder / "db.sqlite3", timeout=20)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def start_worker(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "ingest"], cwd=ROOT, env=self.site.environment, stderr=subprocess.DEVNULL
        )

    def files(self, folder: str) -> list[Path]:
        return [p for p in (self.site.data / folder).rglob("*") if p.is_file()]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Site(tmp_path / "site") as site:
        site.folder.mkdir()
        site.prepare(demo=False)
        yield Library(site)


def test_a_worker_killed_in_the_middle_loses_nothing(library: Library, tmp_path: Path) -> None:
    source = write_wav(tmp_path / "long.wav", music(60 * 48_000))
    library.site.manage("import_music", "--queue-only", str(source))
    process = library.start_worker()
    until(lambda: library.query("select 1 from library_track where progress > 0"), DEADLINE_S, "progress")
    until(lambda: library.files("audio/.scratch"), DEADLINE_S, "something to be in the middle of")
    process.kill()
    process.wait()
    assert library.query("select status from library_track") == [("processing",)]

    library.site.manage("ingest", "--drain")  # at once: nobody waits for a lease of the dead

    assert library.query("select status, total_samples from library_track") == [("ready", 60 * 48_000)]
    assert library.query("select count(*) from library_ingestjob") == [(0,)]
    assert library.files("audio/.scratch") == []
    assert len([p for p in library.files("audio") if p.name == package.SUMS_NAME]) == 1


def test_a_worker_asked_to_stop_gives_its_job_back(library: Library, tmp_path: Path) -> None:
    source = write_wav(tmp_path / "long.wav", music(60 * 48_000))
    library.site.manage("import_music", "--queue-only", str(source))
    process = library.start_worker()
    until(lambda: library.query("select 1 from library_track where progress > 0"), DEADLINE_S, "progress")
    process.terminate()
    process.wait()
    assert library.query("select status from library_track") == [("queued",)]
    assert library.query("select attempts, lease_until_us, worker from library_ingestjob") == [(0, 0, "")]
    assert library.files("audio/.scratch") == []


def test_the_supervisor_starts_a_crashed_worker_again_and_stops_it_at_the_end(settings: Settings) -> None:
    supervisor = Supervisor()
    first = until(lambda: supervisor.pid, DEADLINE_S, "the first worker")
    os.kill(first, signal.SIGKILL)
    second = until(lambda: pid if (pid := supervisor.pid) != first else None, DEADLINE_S, "the second worker")
    assert Path(f"/proc/{second}").exists()
    supervisor.stop()
    assert supervisor.pid is None
    assert not Path(f"/proc/{second}").exists()


def test_the_worker_ends_when_the_process_that_spawned_it_is_killed(library: Library) -> None:
    code = "from library.jobs.supervisor import spawn; import time\ns = spawn()\nwhile not s.pid: time.sleep(.01)\n"
    server = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command",
         code + "print(s.pid, flush=True); time.sleep(600)"],
        cwd=ROOT, env=library.site.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    server.kill()
    server.wait()
    server.stdout.close()
    until(lambda: not Path(f"/proc/{pid}").exists(), DEADLINE_S, "the end of the worker")


def test_running_until_told_to_stop_takes_up_what_comes_in(track: Track, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    finish = queue.finish

    def finish_and_stop(*arguments: object) -> None:
        finish(*arguments)  # type: ignore[arg-type]
        stop.set()

    monkeypatch.setattr(queue, "finish", finish_and_stop)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # it would close the test's own
    with worker.working() as one:
        one.run_until(stop)
    assert not IngestJob.objects.exists()


def test_an_upload_left_behind_goes_once_it_is_old_and_nobody_has_it_open(tmp_path: Path) -> None:
    for name in ("dead.upload", "held.upload", "young.upload"):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "dead.upload", tmp_path / "held.upload", tmp_path / "folder"):
        os.utime(path, (1000, 1000))
    with (tmp_path / "held.upload").open("rb"):
        assert [path.name for path in sweep_files(tmp_path, 1_000_000_001)] == ["dead.upload"]
        assert sweep_files(tmp_path, 1_000_000_001) == []
    assert [path.name for path in sweep_files(tmp_path, 1_000_000_000)] == []  # written to at this very instant
    assert [path.name for path in sweep_files(tmp_path, 1_000_000_001)] == ["held.upload"]
    assert {path.name for path in tmp_path.iterdir()} == {"young.upload", "folder"}


def test_what_others_have_open_is_seen_across_processes(tmp_path: Path) -> None:
    held = tmp_path / "held.upload"
    held.write_bytes(b"half")
    os.utime(held, (1000, 1000))
    with held.open("rb") as file:
        holder = subprocess.Popen(["sh", "-c", "read line"], stdin=subprocess.PIPE, stdout=file)
    assert sweep_files(tmp_path, 2_000_000_000) == []
    holder.communicate(b"\n")
    assert sweep_files(tmp_path, 2_000_000_000) == [held]


def test_the_worker_tidies_as_it_starts_and_every_hour_from_then(
    db: None, data_dir: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(data_dir / "incoming")
    workspace.uploads_dir().mkdir()
    started_us = clock.now_us()
    now_us = started_us
    monkeypatch.setattr(clock, "now_us", lambda: now_us)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # it would close the test's own

    def leave(name: str) -> Path:
        path = workspace.uploads_dir() / name
        path.write_bytes(b"half")
        os.utime(path, (1000, 1000))
        return path

    class Stop(threading.Event):
        """Stands for time that passes: each wait of an idle worker is a step."""

        steps = [worker.TIDY_EVERY_US - 1, 1]

        def wait(self, _timeout: float | None = None) -> bool:
            nonlocal now_us
            seen.append(second.exists())
            if not self.steps:
                self.set()
            else:
                now_us += self.steps.pop(0)
            return True

    first, seen = leave("first.upload"), []
    with worker.working() as one:
        assert not first.exists()
        second = leave("second.upload")
        one.run_until(Stop())
    assert seen == [True, True, False]
