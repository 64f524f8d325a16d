"""The ingest worker: takes one job at a time from the queue and runs the pipeline on it.

It lives in its own process (`manage.py ingest`), outside every request and socket loop. A worker that is killed at any
moment leaves a job with a lease and a folder; its lock goes with it, and the next worker cleans up and tries again.
"""

import logging
import os
import secrets
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import close_old_connections

from library import calibration, paths
from library.ingest import orphans, pipeline, queue
from library.ingest.errors import ErrorCode, IngestError, InterruptedIngest
from library.ingest.leftovers import held_folder, sweep
from library.models import IngestJob, Track
from playback import clock

log = logging.getLogger(__name__)

PROGRESS_EVERY_US = 500_000
"""Two writes a second are as lively as a bar needs to be, and nothing to a database."""

IDLE_S = 1.0
"""Between two looks at an empty queue. One indexed query a second; an upload takes longer than that anyway."""


class Worker:
    """`folder` is this worker's own, locked as long as it lives; its name is the worker's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name

    def run_next(self) -> bool:
        """Works on one job to its end, whatever that is. False if the queue has none."""
        job = queue.claim(self.name, clock.now_us())
        if job is None:
            return False
        with held_folder(self.folder) as scratch:
            self._run(job, scratch)
        return True

    def drain(self) -> int:
        """Works until nothing is waiting. Returns how many jobs that were."""
        done = 0
        while self.run_next():
            done += 1
        return done

    def run_until(self, stop: threading.Event) -> None:
        """Works until it is told to stop between two jobs, or from within by an exception like SystemExit."""
        while not stop.is_set():
            close_old_connections()
            if not self.run_next():
                stop.wait(IDLE_S)

    def _run(self, job: queue.Job, scratch: Path) -> None:
        source = paths.data_dir() / job.original
        try:
            made = pipeline.ingest(source, scratch, paths.audio_dir(), paths.covers_dir(), self._reporter(job))
            try:
                queue.finish(job, made)
            except queue.LeaseLost:
                _discard(made.package.name)
                raise
            log.info("track %d is ready: %.1f s", job.track_id, made.total_samples / 48_000)
        except queue.LeaseLost:
            log.info("the job of track %d was taken away", job.track_id)
        except IngestError as error:
            log.warning("track %d failed: %s", job.track_id, error)
            queue.fail(job, error.code)
        except InterruptedIngest as error:
            log.warning("the job of track %d was cut off: %s", job.track_id, error)
            queue.retry(job)
        except OSError as error:
            log.exception("track %d failed", job.track_id)
            queue.fail(job, ErrorCode.NO_SPACE if error.errno == 28 else ErrorCode.INTERNAL)
        except Exception:
            log.exception("track %d failed", job.track_id)
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
        shutil.rmtree(paths.package_dir(package), ignore_errors=True)


@contextmanager
def working() -> Iterator[Worker]:
    """A worker, after it has cleaned up behind dead ones and made what every player needs."""
    recover()
    _calibrate()
    name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
    with held_folder(paths.scratch_dir(), name) as folder:
        yield Worker(folder)


def _calibrate() -> None:
    """Players do without, with less certainty; so does a worker, which may well fail for the same reason."""
    try:
        calibration.ensure()
    except (IngestError, InterruptedIngest, OSError):
        log.exception("the calibration sounds could not be made")


def recover() -> None:
    """Removes what dead processes of this host left half done, and frees their jobs."""
    sweep(paths.incoming_dir())
    for worker in sweep(paths.scratch_dir()):
        log.warning("the worker %s died; its job goes back to the queue", worker)
        queue.release_worker(worker)
    orphans.remove(clock.now_us())
