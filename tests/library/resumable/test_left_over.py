"""What is no sound is refused in time; and what is left of uploads by kills, by time and by those who go."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from library.ingest.no_sound import SNIFFED_BYTES
from library.jobs import resumable
from library.jobs.intake import add_file
from library.jobs.worker import tidy
from library.models import ResumableUpload, Track
from library.storage import unfinished
from playback import clock
from tests.library.resumable.sender import SOUND, TUS, Sender, files, make_older, refusal


def assert_forgotten(page: Sender, url: str, folder: Path) -> None:
    """Nothing of it is kept, shown, or counted."""
    assert refusal(page.take(url)) == (404, "no_such_upload")
    assert files(folder) == []
    assert not ResumableUpload.objects.exists()


PDF = b"%PDF-1.7\n" + bytes(2 * SNIFFED_BYTES)


def test_a_known_file_that_failed_is_told_as_the_plain_upload_tells_it(page: Sender, folder: Path) -> None:
    track, _ = add_file([SOUND], name="before.mp3")
    Track.objects.filter(pk=track.pk).update(status=Track.Status.FAILED, error_code="not_audio")
    url = page.begun()
    assert refusal(page.piece(url, 0, SOUND)) == (422, "unreadable")
    assert_forgotten(page, url, folder)


@pytest.mark.parametrize("first", [SNIFFED_BYTES, SNIFFED_BYTES + 1])
def test_what_is_no_sound_is_refused_once_its_beginning_is_there(page: Sender, folder: Path, first: int) -> None:
    url = page.begun(300_000_000)
    assert page.piece(url, 0, PDF[: SNIFFED_BYTES - 1]).status_code == 204
    assert refusal(page.piece(url, SNIFFED_BYTES - 1, PDF[SNIFFED_BYTES - 1 : first])) == (415, "not_audio")
    assert_forgotten(page, url, folder)


def test_what_is_no_sound_and_short_is_refused_at_its_end(page: Sender, folder: Path) -> None:
    url = page.begun(20)
    assert page.piece(url, 0, PDF[:19]).status_code == 204
    assert refusal(page.piece(url, 19, PDF[19:20])) == (415, "not_audio")
    assert_forgotten(page, url, folder)


def test_a_kill_before_its_beginning_was_looked_at_lets_nothing_through(page: Sender, folder: Path) -> None:
    url = page.begun(SNIFFED_BYTES + 10)
    next(folder.iterdir()).write_bytes(PDF[:SNIFFED_BYTES])
    assert refusal(page.piece(url, SNIFFED_BYTES, PDF[SNIFFED_BYTES : SNIFFED_BYTES + 10])) == (415, "not_audio")
    assert_forgotten(page, url, folder)


def test_a_kill_between_the_last_piece_and_the_track_loses_nothing(page: Sender, folder: Path) -> None:
    url = page.begun()
    (file,) = folder.iterdir()
    file.write_bytes(SOUND)
    assert page.offset(url) == 10
    assert page.take(url).status_code == 201
    assert Track.objects.count() == 1


def test_a_row_without_its_file_is_no_upload(page: Sender, folder: Path) -> None:
    url = page.begun()
    next(folder.iterdir()).unlink()
    assert page.client.head(url, headers=TUS).status_code == 404
    assert refusal(page.piece(url, 0, SOUND)) == (404, "no_such_upload")
    assert page.client.get("/library/").context["unfinished"] == []


def test_it_is_kept_for_a_day_since_its_last_piece(page: Sender, folder: Path) -> None:
    url = page.begun()
    make_older(resumable.KEEP_US - 60_000_000)
    page.piece(url, 0, SOUND[:4])
    make_older(resumable.KEEP_US - 60_000_000)
    tidy()
    assert (page.offset(url), files(folder)) == (4, [SOUND[:4]])
    make_older(120_000_000)
    assert refusal(page.piece(url, 4, SOUND[4:])) == (404, "no_such_upload")
    tidy()
    assert files(folder) == []
    assert not ResumableUpload.objects.exists()


def test_one_that_is_worked_on_is_not_swept(page: Sender, folder: Path) -> None:
    page.begun()
    make_older(2 * resumable.KEEP_US)
    with unfinished.held(ResumableUpload.objects.get().pk.hex):
        tidy()
    assert files(folder) == [b""]
    tidy()
    assert files(folder) == []


def test_a_file_that_no_row_names_is_swept_when_it_is_old(page: Sender, folder: Path) -> None:
    page.begun()
    (folder / "0123").write_bytes(SOUND)
    now_us = clock.now_us()
    resumable.sweep(now_us)
    assert sorted(files(folder)) == [b"", SOUND]
    ResumableUpload.objects.update(last_at_us=now_us + resumable.KEEP_US)
    resumable.sweep(now_us + resumable.KEEP_US + 60_000_000)
    assert files(folder) == [b""]


def test_with_its_track_goes_what_was_known_of_the_upload(page: Sender) -> None:
    url = page.begun()
    page.piece(url, 0, SOUND)
    Track.objects.get().delete()
    assert page.client.head(url, headers=TUS).status_code == 404


def test_an_account_that_is_deleted_takes_its_uploads_along(page: Sender, bob: User, folder: Path) -> None:
    page.begun()
    bob.delete()
    assert not ResumableUpload.objects.exists()
    resumable.sweep(clock.now_us() + resumable.KEEP_US + 60_000_000)
    assert files(folder) == []
