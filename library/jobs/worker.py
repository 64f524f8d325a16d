"""The ingest worker: takes one job at a time from the queue and runs the pipeline on it.

It lives in its own process (`manage.py ingest`), outside every request and socket loop. A worker that is killed at any
moment leaves a job with a lease and a folder; its lock goes with it, and the next worker cleans up and tries again.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from library.durations import as_duration
from library.ingest import pipeline
from library.ingest.errors import ErrorCode, IngestError, InterruptedIngest, english
from library.jobs import calibration, orphans, queue, resumable
from library.models import IngestJob, Track
from library.storage import names, store, workspace
from library.storage.leftovers import held_folder, sweep, sweep_files
from library.storage.names import StoredName
from playback import clock
from playback.segments import SAMPLE_RATE_HZ

log = logging.getLogger(__name__)

PROGRESS_EVERY_US = 500_000
"""Two writes a second are as lively as a bar needs to be, and nothing to a database."""

IDLE_S = 1.0
"""Between two looks at an empty queue. One indexed query a second; an upload takes longer than that anyway."""

TIDY_EVERY_US = 3600 * 1_000_000
"""A server that is killed leaves an upload of up to 2 GB each time, and a worker may well run for months."""

OUT_OF_REACH = (OperationalError, InterfaceError)
"""A database that is away, locked or full. Anything else is a fault of the program's."""

UPLOAD_LEFT_US = 3600 * 1_000_000
"""An uploaded file is written and taken in at the disk's pace: nobody leaves it alone for an hour. Where it can be told
whether somebody has it open, that is asked too."""


class Worker:
    """`folder` is this worker's own, locked as long as it lives; its name is the worker's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self._served = queue.NOBODY
        self._tidied_us = clock.now_us()  # by `working`
        self._at: queue.Job | None = None
        """What it is at; of a database that went away meanwhile, what it was at."""

    def run_next(self) -> bool:
        """Works on one job to its end, whatever that is. False if the queue has none."""
        job = queue.claim(self.name, clock.now_us(), self._served)
        if job is None:
            return False
        self._served = job.person
        self._at = job
        with held_folder(self.folder) as scratch:
            self._run(job, scratch)
        self._at = None
        return True

    def drain(self) -> int:
        """Works until nothing is waiting. Returns how many jobs that were."""
        done = 0
        while self.run_next():
            done += 1
        return done

    def run_until(self, stop: threading.Event, meanwhile: Callable[[], bool] = lambda: False) -> None:
        """Works until it is told to stop between two jobs, or from within by an exception like SystemExit. `meanwhile`
        is done while the queue is empty, and says whether there was something to do."""
        away = False
        while not stop.is_set():
            close_old_connections()
            try:
                busy = self._look_once(meanwhile)
                away = False
            except OUT_OF_REACH as error:
                if not away:
                    log.warning("The database is out of reach, and tried again: %s", error)
                away, busy = True, False
            if not busy:
                stop.wait(IDLE_S)

    def _look_once(self, meanwhile: Callable[[], bool]) -> bool:
        if self._at:  # the database went away meanwhile, which is not the file's fault
            queue.release(self._at)
            self._at = None
        if clock.now_us() - self._tidied_us >= TIDY_EVERY_US:
            self._tidied_us = clock.now_us()
            tidy()
        return self.run_next() or meanwhile()

    def _run(self, job: queue.Job, scratch: Path) -> None:
        began_us = clock.now_us()
        log.info("Preparing %s", job.title)
        try:
            with store.local(StoredName(job.original)) as source:
                made = pipeline.ingest(source, scratch, self._reporter(job))
            try:
                title = queue.finish(job, made)
            except queue.LeaseLost:
                _discard(made.package.name)
                raise
            took_s = (clock.now_us() - began_us) // 1_000_000
            length = as_duration(made.total_samples / SAMPLE_RATE_HZ)
            log.info("%s is ready (%s long, took %d s)", title, length, took_s)
        except queue.LeaseLost:
            log.info("%s is not prepared any further: it was deleted, or another worker does it", job.title)
        except IngestError as error:
            log.warning("%s could not be prepared: %s (%s)", job.title, english(error.code), error)
            queue.fail(job, error.code)
        except InterruptedIngest as error:
            log.warning("%s was cut off, and is tried again: %s", job.title, error)
            queue.retry(job)
        except OSError as error:
            log.exception("%s could not be prepared", job.title)
            queue.fail(job, ErrorCode.NO_SPACE if error.errno == 28 else ErrorCode.INTERNAL)
        except OUT_OF_REACH:
            raise
        except Exception:
            log.exception("%s could not be prepared", job.title)
            queue.fail(job, ErrorCode.INTERNAL)
        except BaseException:  # asked to stop: SystemExit from SIGTERM, KeyboardInterrupt
            queue.release(job)
            raise

    def _reporter(self, job: queue.Job) -> Callable[[float], None]:
        last_us = clock.now_us()

        def report(done: float) -> None:
            nonlocal last_us
            now_us = clock.now_us()
            if now_us - last_us >= PROGRESS_EVERY_US:
                last_us = now_us
                queue.renew(job, done, now_us)

        return report


def _discard(package: str) -> None:
    """The track was deleted while its package was being made. Another track may have the same one."""
    if not Track.objects.filter(package=package).exists() and not IngestJob.objects.exists():
        store.remove(names.package(package))


def wait_for_database() -> None:
    """Until it answers and has its tables."""
    told = False
    while True:
        close_old_connections()
        try:
            IngestJob.objects.exists()
            return
        except (DatabaseError, InterfaceError) as error:
            if not told:
                log.warning("The database is out of reach, and waited for: %s", error)
            told = True
            threading.Event().wait(IDLE_S)


@contextmanager
def working() -> Iterator[Worker]:
    """A worker, after it has cleaned up behind dead ones and made what every player needs."""
    tidy()
    _calibrate()
    name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
    with held_folder(workspace.scratch_dir(), name) as folder:
        yield Worker(folder)


def _calibrate() -> None:
    """Players do without, with less certainty; so does a worker, which may well fail for the same reason."""
    try:
        calibration.ensure()
    except (IngestError, InterruptedIngest, OSError):
        log.exception("the calibration sounds could not be made")


def tidy() -> None:
    """Removes what dead processes of this host left half done, and frees their jobs."""
    now_us = clock.now_us()
    sweep(workspace.incoming_dir())
    for path in sweep_files(workspace.uploads_dir(), now_us - UPLOAD_LEFT_US):
        log.warning("%s was left behind by an upload that never ended; it was removed", path.name)
    for worker in sweep(workspace.scratch_dir()):
        log.warning("the worker %s died; its job goes back to the queue", worker)
        queue.release_worker(worker)
    resumable.sweep(now_us)
    orphans.remove(now_us)
