"""How much one person may fill: at the edge, for whom, and what is said."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from library import quota, services
from library.errors import ErrorCode, LibraryError
from library.jobs.intake import add_file
from library.models import IngestJob, Track
from synchro.accounts.tokens import create_token
from tests.builders import make_user, ready_track, signed_in

UPLOAD = "/library/upload/"
SCRIPT = {"Accept": "application/json"}
QUOTA_BYTES = 2_000_000
RENDITIONS_BYTES = 64_000 + 128_000 + 256_000 + 700_000
"""Of a track of `ready_track`."""


@pytest.fixture
def full(bob: User, settings: Settings) -> User:
    """Bob, who has room for 1000 bytes."""
    settings.QUOTA_BYTES = QUOTA_BYTES
    ready_track(added_by=bob, original_bytes=QUOTA_BYTES - RENDITIONS_BYTES - 1000)
    return bob


def sound_file(size: int, name: str = "Tide.mp3") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, bytes(size))


def test_what_counts_is_ones_uploads_and_what_was_made_of_them(
    bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ready_track(added_by=bob, original_bytes=5)
    ready_track(added_by=bob, original_bytes=7)
    Track.objects.create(title="waits", content_hash="f" * 64, added_by=bob, original_bytes=11)
    ready_track(added_by=make_user("carol"), original_bytes=1000)
    ready_track(original_bytes=1000)
    with django_assert_num_queries(1):
        assert quota.used_bytes(bob) == 2 * RENDITIONS_BYTES + 5 + 7 + 11
    assert quota.used_bytes(make_user("dave")) == 0


@pytest.mark.parametrize(("size", "status"), [(1000, 201), (1001, 413)])
def test_a_file_is_taken_up_to_the_last_byte(full: User, data_dir: Path, size: int, status: int) -> None:
    response = signed_in(full).post(UPLOAD, {"file": sound_file(size)}, headers=SCRIPT)
    assert response.status_code == status
    assert IngestJob.objects.count() == (status == 201)
    kept = [path.stat().st_size for path in (data_dir / "originals").rglob("*") if path.is_file()]
    assert kept == ([size] if status == 201 else [])


def test_a_refusal_says_how_much_is_used(full: User, data_dir: Path) -> None:
    browser = signed_in(full)
    refused = browser.post(UPLOAD, {"file": sound_file(2000)}, headers=SCRIPT).json()
    assert refused == {
        "code": "quota_full",
        "message": "You use 1.9\xa0MB of the 1.9\xa0MB that one person may fill here, and this file has 2.0\xa0KB.",
    }
    page = browser.post(UPLOAD, {"file": sound_file(2000)}, follow=True)
    assert [str(message) for message in page.context["messages"]] == [refused["message"]]
    chinese = browser.post(UPLOAD, {"file": sound_file(2000)}, headers={**SCRIPT, "Accept-Language": "zh-hans"})
    assert "你已用 1.9\xa0MB" in chinese.json()["message"]


def test_the_api_refuses_too(full: User, data_dir: Path) -> None:
    token = {"Authorization": f"Bearer {create_token(full, 'script')}"}
    response = Client().post("/api/v1/tracks", {"file": sound_file(1001)}, headers=token)
    assert (response.status_code, response.json()["code"]) == (413, "quota_full")
    assert Client().post("/api/v1/tracks", {"file": sound_file(1000)}, headers=token).status_code == 201


def test_one_file_of_many_that_has_no_room_keeps_no_other_out(full: User, data_dir: Path) -> None:
    files = [sound_file(600, "a.mp3"), sound_file(601, "b.mp3"), sound_file(400, "c.mp3")]
    items = signed_in(full).post(UPLOAD, {"file": files}, headers=SCRIPT).json()["items"]
    assert [item.get("code") for item in items] == [None, "quota_full", None]


def test_a_file_that_is_there_already_takes_no_room(full: User, data_dir: Path) -> None:
    add_file([bytes(5000)], name="known.mp3")
    response = signed_in(full).post(UPLOAD, {"file": sound_file(5000)}, headers=SCRIPT)
    assert (response.status_code, response.json()["items"][0]["created"]) == (200, False)


def test_deleting_a_track_makes_room(full: User, data_dir: Path) -> None:
    with pytest.raises(LibraryError) as refusal:
        services.add_upload(sound_file(5000), name="a.mp3", added_by=full)
    assert refusal.value.code == ErrorCode.QUOTA_FULL
    services.delete_track(Track.objects.get(added_by=full))
    assert services.add_upload(sound_file(5000), name="a.mp3", added_by=full)[1]


def test_staff_and_the_server_itself_have_no_quota(alice: User, data_dir: Path, settings: Settings) -> None:
    settings.QUOTA_BYTES = 1
    assert services.add_upload(sound_file(1000), name="a.mp3", added_by=alice)[1]
    assert add_file([bytes(2000)], name="b.mp3")[1]


def test_a_quota_of_nothing_is_none(full: User, data_dir: Path, settings: Settings) -> None:
    settings.QUOTA_BYTES = 0
    assert services.add_upload(sound_file(5000), name="a.mp3", added_by=full)[1]
