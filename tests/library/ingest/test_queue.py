"""Who works on what: leases, attempts, and what a worker may still do that lost its lease."""

from pathlib import Path

import pytest

from library.ingest.analyse import Loudness
from library.ingest.errors import ErrorCode
from library.ingest.package import Package, PackagedRendition
from library.ingest.pipeline import Ingested
from library.ingest.renditions import RENDITIONS
from library.ingest.tags import Tags
from library.jobs import queue, worker
from library.models import IngestJob, Track
from tests.builders import NOW_US, SECOND_US, make_user

pytestmark = pytest.mark.django_db

LATER_US = NOW_US + queue.LEASE_US


def waiting(name: str = "a", **fields: object) -> Track:
    track = Track.objects.create(
        title=f"Track {name}", content_hash=name.ljust(64, "-"), original=f"originals/{name}", **fields
    )
    queue.enqueue(track)
    return track


def made(**tags: object) -> Ingested:
    renditions = tuple(PackagedRendition(spec, 1000, 1100, 9999) for spec in RENDITIONS)
    return Ingested(96_000, Package("f" * 64, renditions), Loudness(-14.2, -0.5), Tags(**tags))  # type: ignore[arg-type]


def claimed(worker: str = "one", now_us: int = NOW_US) -> queue.Job:
    job = queue.claim(worker, now_us)
    assert job is not None
    return job


def test_jobs_are_taken_oldest_first_and_once_each() -> None:
    first, second = waiting("a"), waiting("b")
    assert claimed("one").track_id == first.pk
    assert claimed("two").track_id == second.pk
    assert queue.claim("three", NOW_US) is None


@pytest.mark.parametrize(
    ("waiting", "served", "job"),
    [
        ({7: 1}, 7, 1),  # alone
        ({7: 1, 9: 201}, 7, 201),  # another waits
        ({7: 2, 9: 202}, 9, 2),  # and so on, around
        ({7: 2, 8: 300, 9: 202}, 7, 300),  # who comes in between has their turn
        ({7: 2, 9: 1}, 8, 1),  # somebody who has nothing waiting any more
        ({queue.NOBODY: 5, 7: 1}, 7, 5),  # an import takes turns like a person
        ({queue.NOBODY: 5, 7: 1}, queue.NOBODY, 1),
    ],
)
def test_whose_turn_it_is(waiting: dict[int, int], served: int, job: int) -> None:
    assert queue.in_turn(waiting, served) == job


def test_one_persons_many_files_keep_anothers_single_one_waiting_for_one_at_most(tmp_path: Path) -> None:
    alice, bob = make_user("alice"), make_user("bob")
    alices = [waiting(f"a{number}", added_by=alice) for number in range(200)]
    one = worker.Worker(tmp_path)
    assert served_by(one) == alices[0].pk
    bobs = waiting("b", added_by=bob)
    assert [served_by(one) for _ in range(3)] == [bobs.pk, alices[1].pk, alices[2].pk]


def served_by(one: worker.Worker) -> int:
    """The track that the worker took up, and has done with."""
    taken: list[queue.Job] = []
    one._run = lambda job, _scratch: taken.append(job)  # type: ignore[method-assign, assignment]
    assert one.run_next()
    queue.fail(taken[0], ErrorCode.INTERNAL)
    return taken[0].track_id


def test_each_of_three_people_gets_every_third_turn() -> None:
    people = [make_user(name) for name in ("alice", "bob", "carol")]
    for person in people:
        for number in range(4):
            waiting(f"{person.pk}-{number}", added_by=person)
    served, turns = queue.NOBODY, []
    while job := queue.claim("one", NOW_US, served):
        served = job.person
        turns.append(job.person)
    assert turns == [person.pk for person in people] * 4


def test_a_track_that_is_worked_on_says_so() -> None:
    track = waiting()
    job = claimed()
    queue.renew(job, 0.4, NOW_US)
    track.refresh_from_db()
    assert (track.status, track.progress) == (Track.Status.PROCESSING, 0.4)


def test_a_lease_that_is_renewed_keeps_others_away() -> None:
    waiting()
    job = claimed()
    queue.renew(job, 0.1, NOW_US + 30 * SECOND_US)
    assert queue.claim("two", LATER_US) is None
    assert queue.claim("two", LATER_US + 30 * SECOND_US) is not None


def test_a_job_whose_lease_ran_out_is_taken_up_and_its_first_worker_can_do_nothing_more() -> None:
    track = waiting()
    dead = claimed("one")
    alive = claimed("two", LATER_US)
    assert (alive.track_id, alive.attempt) == (track.pk, 2)
    with pytest.raises(queue.LeaseLost):
        queue.renew(dead, 0.9, LATER_US)
    with pytest.raises(queue.LeaseLost):
        queue.finish(dead, made())
    queue.fail(dead, ErrorCode.INTERNAL)
    track.refresh_from_db()
    assert (track.status, track.error_code) == (Track.Status.PROCESSING, "")


def test_the_same_worker_after_its_lease_ran_out_holds_another_attempt() -> None:
    waiting()
    before, after = claimed("one"), claimed("one", LATER_US)
    with pytest.raises(queue.LeaseLost):
        queue.renew(before, 0.5, LATER_US)
    queue.renew(after, 0.5, LATER_US)


def test_a_finished_track_is_ready_in_one_step() -> None:
    track = waiting()
    queue.finish(claimed(), made(title="Real Title", artist="Real Artist", year=2001))
    track.refresh_from_db()
    assert (track.status, track.progress, track.total_samples) == (Track.Status.READY, 1.0, 96_000)
    assert (track.title, track.artist, track.year) == ("Real Title", "Real Artist", 2001)
    assert (track.package, track.loudness_lufs, track.true_peak_dbtp) == ("f" * 64, -14.2, -0.5)
    assert {r.name for r in track.renditions.all()} == {"aac-64", "aac-128", "aac-256", "flac"}
    assert not IngestJob.objects.exists()


def test_a_name_is_kept_where_the_file_has_no_tags() -> None:
    track = waiting()
    queue.finish(claimed(), made())
    track.refresh_from_db()
    assert track.title == "Track a"


def test_ingesting_again_keeps_what_people_have_edited_and_replaces_the_renditions() -> None:
    track = waiting()
    queue.finish(claimed(), made(title="From the file", artist="Somebody"))
    Track.objects.filter(pk=track.pk).update(title="Edited")
    queue.enqueue(track)
    queue.finish(claimed(), made(title="From the file", artist="Somebody"))
    track.refresh_from_db()
    assert track.title == "Edited"
    assert track.renditions.count() == 4


def test_a_failure_is_told_and_final() -> None:
    track = waiting()
    queue.fail(claimed(), ErrorCode.DAMAGED)
    track.refresh_from_db()
    assert (track.status, track.error_code) == (Track.Status.FAILED, "damaged")
    assert track.error == "The file is damaged: a part of the sound is missing."
    assert queue.claim("two", LATER_US) is None


def test_queueing_again_forgets_the_failure_and_counts_attempts_anew() -> None:
    track = waiting()
    queue.fail(claimed(), ErrorCode.DAMAGED)
    queue.enqueue(track)
    assert (track.status, track.error, track.error_code) == (Track.Status.QUEUED, "", "")
    assert claimed().attempt == 1


def test_queueing_twice_is_one_job() -> None:
    track = waiting()
    job = claimed()
    queue.enqueue(track)
    queue.renew(job, 0.5, NOW_US)
    assert IngestJob.objects.count() == 1


def test_a_job_that_was_cut_off_too_often_fails() -> None:
    track = waiting()
    for attempt in range(1, queue.MAX_ATTEMPTS + 1):
        job = claimed()
        assert job.attempt == attempt
        queue.retry(job)
    assert queue.claim("one", NOW_US) is None
    track.refresh_from_db()
    assert (track.status, track.error_code) == (Track.Status.FAILED, "interrupted")


def test_stopping_a_worker_costs_no_attempt() -> None:
    track = waiting()
    for _ in range(2 * queue.MAX_ATTEMPTS):
        queue.release(claimed())
    track.refresh_from_db()
    assert track.status == Track.Status.QUEUED
    assert claimed().attempt == 1


def test_jobs_of_a_dead_worker_are_free_at_once() -> None:
    waiting("a")
    waiting("b")
    claimed("dead")
    other = claimed("alive")
    queue.release_worker("dead")
    assert claimed("two").attempt == 2
    queue.renew(other, 0.5, NOW_US)


def test_a_deleted_track_takes_its_job_along() -> None:
    track = waiting()
    job = claimed()
    track.delete()
    with pytest.raises(queue.LeaseLost):
        queue.renew(job, 0.5, NOW_US)
    with pytest.raises(queue.LeaseLost):
        queue.finish(job, made())
