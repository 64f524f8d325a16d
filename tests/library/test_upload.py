"""Uploads: who may, what is taken, what is refused, and what becomes of it."""

import subprocess
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from library.errors import ErrorCode, LibraryError
from library.ingest.errors import PASSING
from library.ingest.errors import ErrorCode as IngestErrorCode
from library.jobs.worker import working
from library.models import IngestJob, Track
from library.web.unnamed_upload import UnnamedUpload
from library.web.upload_limit import LimitedUpload
from tests.builders import signed_in

UPLOAD = "/library/upload/"
SCRIPT = {"Accept": "application/json"}


def sound_file(name: str = "Tide.mp3", content: bytes = b"some sound") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def originals(data_dir: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((data_dir / "originals").glob("??/*"))]


def test_bobs_file_is_stored_and_queued(bob: User, data_dir: Path) -> None:
    response = signed_in(bob).post(UPLOAD, {"file": sound_file()}, headers=SCRIPT)
    track = Track.objects.get()
    assert response.status_code == 201
    assert response.json()["items"] == [
        {
            "name": "Tide.mp3", "id": track.pk, "title": "Tide", "url": f"/library/tracks/{track.pk}/",
            "created": True, "ready": False,
        }
    ]  # fmt: skip
    assert (track.status, track.added_by, track.original_bytes) == (Track.Status.QUEUED, bob, 10)
    assert originals(data_dir) == [b"some sound"]
    assert IngestJob.objects.filter(track=track).count() == 1


def test_same_content_is_the_same_track_whatever_its_name(bob: User, data_dir: Path) -> None:
    client = signed_in(bob)
    first = client.post(UPLOAD, {"file": sound_file()}, headers=SCRIPT).json()["items"][0]
    response = client.post(UPLOAD, {"file": sound_file("Other.flac")}, headers=SCRIPT)
    second = response.json()["items"][0]
    assert (response.status_code, second["created"], second["id"]) == (200, False, first["id"])
    assert len(originals(data_dir)) == Track.objects.count() == 1


def test_many_files_in_a_plain_form(bob: User, data_dir: Path) -> None:
    files = [sound_file("a.mp3", b"a"), sound_file("b.mp3", b"b"), sound_file("c.mp3", b"a"), sound_file("d.mp3", b"")]
    response = signed_in(bob).post(UPLOAD, {"file": files}, follow=True)
    assert response.redirect_chain == [("/library/", 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "2 files were added.", "1 file was there already.", "This file is empty.",
    ]  # fmt: skip
    assert Track.objects.count() == 2


def test_refused_file_does_not_keep_others_out(bob: User, data_dir: Path) -> None:
    files = [sound_file("empty.mp3", b""), sound_file()]
    items = signed_in(bob).post(UPLOAD, {"file": files}, headers=SCRIPT).json()["items"]
    assert [item.get("code") for item in items] == ["empty_file", None]
    assert Track.objects.count() == 1


def test_guest_may_not_upload(client: Client, db: None, data_dir: Path) -> None:
    response = client.post(UPLOAD, {"file": sound_file()}, headers=SCRIPT)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
    assert not Track.objects.exists()
    assert originals(data_dir) == []


def test_upload_from_another_site_is_refused(bob: User, data_dir: Path) -> None:
    client = signed_in(bob, enforce_csrf_checks=True)
    assert client.post(UPLOAD, {"file": sound_file()}, headers=SCRIPT).status_code == 403
    assert not Track.objects.exists()
    token = client.get("/library/").context["csrf_token"]
    with_token = {"file": sound_file(), "csrfmiddlewaretoken": str(token)}
    assert client.post(UPLOAD, with_token, headers=SCRIPT).status_code == 201


@pytest.mark.parametrize(("files", "code"), [({}, "no_file"), ({"file": sound_file(content=b"")}, "empty_file")])
def test_nothing_in_it(bob: User, data_dir: Path, files: dict[str, SimpleUploadedFile], code: str) -> None:
    response = signed_in(bob).post(UPLOAD, files, headers=SCRIPT)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_only_post(bob: User) -> None:
    assert signed_in(bob).get(UPLOAD).status_code == 405


@pytest.mark.parametrize(("size", "status"), [(1000, 201), (1001, 413)])
def test_limit_of_size(bob: User, data_dir: Path, settings: Settings, size: int, status: int) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    response = signed_in(bob).post(UPLOAD, {"file": sound_file(content=bytes(size))}, headers=SCRIPT)
    assert response.status_code == status
    if status == 413:
        assert response.json()["code"] == "too_large"
        assert not Track.objects.exists()
        assert originals(data_dir) == []


def test_limit_is_per_file_not_per_form(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    files = [sound_file("a.mp3", b"\1" * 900), sound_file("b.mp3", b"\2" * 900)]
    assert signed_in(bob).post(UPLOAD, {"file": files}, headers=SCRIPT).status_code == 201


def test_too_large_file_in_a_plain_form_is_told(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    response = signed_in(bob).post(UPLOAD, {"file": sound_file(content=bytes(1001))})
    assert response.headers["Location"] == "/library/"
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "This file is larger than this site accepts."
    ]


def test_too_large_file_is_given_up_at_the_limit_not_at_its_end(settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    handler = LimitedUpload()
    handler.new_file("file", "long.flac", "audio/flac", None)
    assert [len(handler.receive_data_chunk(bytes(500), at)) for at in (0, 500)] == [500, 500]
    with pytest.raises(LibraryError) as refusal:
        handler.receive_data_chunk(b"x", 1000)
    assert refusal.value.code == ErrorCode.TOO_LARGE


def test_a_file_of_a_form_comes_to_the_disk_without_a_name(settings: Settings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    handler = UnnamedUpload()
    handler.new_file("file", "../long.flac", "audio/flac", None)
    for at, block in enumerate((b"some ", b"sound")):
        assert handler.receive_data_chunk(block, at * 5) is None
        assert list(tmp_path.iterdir()) == []
    file = handler.file_complete(10)
    with file:
        assert (file.name, file.size, file.read(), file.content_type) == ("long.flac", 10, b"some sound", "audio/flac")


def test_an_interrupted_upload_is_closed(settings: Settings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    handler = UnnamedUpload()
    handler.upload_interrupted()  # before a file began
    handler.new_file("file", "long.flac", "audio/flac", None)
    handler.upload_interrupted()
    assert handler.file.closed


@pytest.mark.parametrize("code", IngestErrorCode)
def test_upload_of_a_failed_track_tries_it_again_or_says_what_is_wrong(
    bob: User, data_dir: Path, code: IngestErrorCode
) -> None:
    client = signed_in(bob)
    client.post(UPLOAD, {"file": sound_file()})
    IngestJob.objects.all().delete()
    Track.objects.update(status="failed", error_code=code)
    response = client.post(UPLOAD, {"file": sound_file()}, headers=SCRIPT)
    track, answer = Track.objects.get(), response.json()
    if code in PASSING:
        assert (response.status_code, answer["items"][0]["ready"]) == (200, False)
        assert (track.status, track.error_code, IngestJob.objects.count()) == (Track.Status.QUEUED, "", 1)
    else:
        assert (response.status_code, answer) == (422, {"code": "unreadable", "message": str(code.label)})
        assert (track.status, IngestJob.objects.count()) == (Track.Status.FAILED, 0)


def test_what_is_plainly_no_sound_is_refused_and_leaves_nothing(bob: User, data_dir: Path) -> None:
    files = [sound_file("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(900)), sound_file("letter.txt", b"Dear reader, " * 90)]
    client = signed_in(bob)
    for file in files:
        response = client.post(UPLOAD, {"file": file}, headers=SCRIPT)
        assert (response.status_code, response.json()["code"]) == (415, "not_audio")
    assert not Track.objects.exists()
    assert not IngestJob.objects.exists()
    assert originals(data_dir) == []


def test_uploaded_sound_becomes_a_track_that_plays(bob: User, data_dir: Path, tmp_path: Path) -> None:
    source = tmp_path / "upload.flac"
    tone = ["-f", "lavfi", "-i", "sine=330:duration=5", "-metadata", "title=Étude", "-metadata", "artist=The Waves"]
    subprocess.run(["ffmpeg", "-v", "error", *tone, str(source)], check=True)
    client = signed_in(bob)
    client.post(UPLOAD, {"file": sound_file("01 take.flac", source.read_bytes())})
    with working() as worker:
        worker.drain()
    track = Track.objects.get()
    assert (track.status, track.title, track.artist, track.total_samples) == ("ready", "Étude", "The Waves", 240_000)
    preview = tmp_path / "preview.mp4"
    preview.write_bytes(client.get(f"/library/tracks/{track.pk}/preview", headers={"Range": "bytes=0-"}).content)
    probe = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(preview)]
    duration_s = float(subprocess.run(probe, check=True, capture_output=True, text=True).stdout)
    assert duration_s == pytest.approx(5, abs=0.1)  # begins 4096 samples late, and ends with a padded frame


def test_file_without_sound_fails_with_a_reason(bob: User, data_dir: Path) -> None:
    client = signed_in(bob)
    client.post(UPLOAD, {"file": sound_file("letter.mp3", b"Dear reader, this is no music.")})
    with working() as worker:
        worker.drain()
    track = Track.objects.get()
    assert (track.status, track.error_code) == (Track.Status.FAILED, "not_audio")
    assert "This file holds no sound that can be read." in client.get("/library/").text
