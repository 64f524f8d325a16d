"""The queue of ingest jobs in the database: who works on what, until when. The only writer of `IngestJob`, and of a
track's status and progress.

A worker claims a job by compare-and-set on its lease and renews the lease while it works. A job whose lease has run out
is claimed by the next worker; what a worker does after it lost its lease changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Min

from library.ingest.errors import ErrorCode, english
from library.ingest.pipeline import Ingested
from library.ingest.tags import Tags
from library.models import IngestJob, Rendition, Track
from synchro.locks.named import hold_rows

LEASE_US = 60_000_000
"""Longer than any stage goes without a sign of life, flushing a slow disk among them. A worker that died on this host
is noticed at once by the next one that starts (`worker.tidy`); the lease is for other hosts."""

MAX_ATTEMPTS = 3
"""A file that kills its worker three times is at fault itself."""


class LeaseLost(Exception):
    """The job is another worker's by now, or its track was deleted."""


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    track_id: int
    worker: str
    attempt: int
    original: str  # its name in storage
    person: int = 0  # who added the track
    title: str = ""  # for the log


def enqueue(track: Track) -> None:
    """Queues the track's ingest, also of one that failed or is to be made anew. A job that runs keeps running."""
    with transaction.atomic():
        _, created = IngestJob.objects.get_or_create(track=track)
        if created:
            _set_state(track.pk, Track.Status.QUEUED)
    track.refresh_from_db(fields=["status", "progress", "error", "error_code"])


NOBODY = 0
"""Adds what is imported on the server, and what people added whose account is gone. No account has this id."""


def in_turn(waiting: Mapping[int, int], served: int) -> int:
    """The job to take up next. `waiting` has the oldest job of each person who waits, and is not empty; `served` had
    the last turn. People take turns by their ids: hundreds of files of one keep others waiting for one of them."""
    return waiting[min((person for person in waiting if person > served), default=min(waiting))]


def claim(worker: str, now_us: int, served: int = NOBODY) -> Job | None:
    """Takes up a job that nobody holds, of the person whose turn it is after `served`; None if there is none."""
    while True:
        free = IngestJob.objects.order_by().filter(lease_until_us__lte=now_us)
        oldest = free.values_list("track__added_by").annotate(Min("pk"))
        waiting = {person or NOBODY: job_id for person, job_id in oldest}
        if not waiting:
            return None
        row = free.filter(pk=in_turn(waiting, served)).select_related("track").first()
        if row is None:
            continue  # another worker was faster
        taken = IngestJob.objects.filter(pk=row.pk, lease_until_us=row.lease_until_us, attempts=row.attempts)
        job = Job(
            row.pk, row.track_id, worker, row.attempts + 1, row.track.original, row.track.added_by_id or NOBODY,
            row.track.title,
        )  # fmt: skip
        if not taken.update(lease_until_us=now_us + LEASE_US, worker=worker, attempts=job.attempt):
            continue  # another worker was faster
        if job.attempt > MAX_ATTEMPTS:
            fail(job, ErrorCode.INTERRUPTED)
            continue
        _set_state(job.track_id, Track.Status.PROCESSING)
        return job


def renew(job: Job, progress: float, now_us: int) -> None:
    """Says that the work goes on. Raises LeaseLost."""
    if not _mine(job).update(lease_until_us=now_us + LEASE_US):
        raise LeaseLost
    Track.objects.filter(pk=job.track_id).update(progress=progress)


def release(job: Job) -> None:
    """Gives the job back untouched, because the worker itself is asked to stop: no attempt is counted."""
    if _mine(job).update(lease_until_us=0, worker="", attempts=job.attempt - 1):
        _set_state(job.track_id, Track.Status.QUEUED)


def retry(job: Job) -> None:
    """Gives the job back after something from outside broke it; the attempt counts."""
    if _mine(job).update(lease_until_us=0, worker=""):
        _set_state(job.track_id, Track.Status.QUEUED)


def release_worker(worker: str) -> None:
    """Frees the jobs of a worker that is known to be dead. Their attempts count: it may have died of the file."""
    for row in IngestJob.objects.filter(worker=worker):
        retry(Job(row.pk, row.track_id, worker, row.attempts, ""))


@transaction.atomic
def finish(job: Job, made: Ingested) -> str:
    """The track is ready, in one step; its title, which the file may have told. Raises LeaseLost."""
    hold_rows(Track.objects.filter(pk=job.track_id), referred_to=True)
    if not _mine(job).delete()[0]:
        raise LeaseLost
    track = Track.objects.get(pk=job.track_id)
    if not track.total_samples:  # later ingests leave alone what people have edited since
        _apply_tags(track, made.tags)
    track.status, track.progress = Track.Status.READY, 1.0
    track.error_code = track.error = ""
    track.total_samples, track.package = made.total_samples, made.package.name
    track.loudness_lufs = made.loudness.integrated_lufs
    track.true_peak_dbtp = made.loudness.true_peak_dbtp
    track.save()
    track.renditions.all().delete()
    Rendition.objects.bulk_create(
        Rendition(
            track=track,
            name=one.spec.name,
            codec=one.spec.codec,
            frame_samples=one.spec.frame_samples,
            preroll_frames=one.spec.preroll_frames,
            bitrate=one.bitrate,
            peak_bitrate=one.peak_bitrate,
            total_bytes=one.total_bytes,
        )
        for one in made.package.renditions
    )
    return track.title


@transaction.atomic
def fail(job: Job, code: ErrorCode) -> None:
    """The track cannot be made, and why. Nothing happens if the lease was lost."""
    hold_rows(Track.objects.filter(pk=job.track_id), referred_to=True)
    if _mine(job).delete()[0]:
        _set_state(job.track_id, Track.Status.FAILED, code)


def _mine(job: Job):  # type: ignore[no-untyped-def]  # the type of a related manager's queryset is the plugin's secret
    return IngestJob.objects.filter(pk=job.id, worker=job.worker, attempts=job.attempt)


def _set_state(track_id: int, status: Track.Status, code: ErrorCode | None = None) -> None:
    Track.objects.filter(pk=track_id).update(
        status=status, progress=0.0, error_code=code.value if code else "", error=english(code) if code else ""
    )


def _apply_tags(track: Track, tags: Tags) -> None:
    """What the file says replaces what its name suggested."""
    texts = {"title": 300, "artist": 300, "album": 300, "album_artist": 300, "genre": 100, "cover": 80}
    for field, length in texts.items():  # as long as the columns
        if value := getattr(tags, field):
            setattr(track, field, value[:length])
    for field in ("year", "track_number", "disc_number"):
        if (number := getattr(tags, field)) is not None:
            setattr(track, field, number)
