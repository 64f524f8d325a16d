"""The protocol, tus 1.0.0: beginning, pieces, refusals. tests/server/test_resumable.py has it over the real server."""

from base64 import b64encode
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from library.errors import ErrorCode, LibraryError
from library.jobs import resumable
from library.jobs.intake import add_file
from library.models import ResumableUpload, Track
from library.storage import unfinished
from library.web.resumable import MAX_METADATA_LENGTH, file_name
from tests.library.resumable.sender import SOUND, TUS, UPLOADS, Sender, filename, files, refusal


def test_a_file_comes_in_pieces(page: Sender, bob: User, data_dir: Path, folder: Path) -> None:
    url = page.begun()
    assert page.offset(url) == 0
    first = page.piece(url, 0, SOUND[:4])
    assert (first.status_code, first["Upload-Offset"], page.offset(url)) == (204, "4", 4)
    assert files(folder) == [SOUND[:4]]
    (piece,) = folder.iterdir()
    inode = piece.stat().st_ino
    assert not Track.objects.exists()
    last = page.piece(url, 4, SOUND[4:])
    assert (last.status_code, last["Upload-Offset"], page.offset(url)) == (204, "10", 10)
    track = Track.objects.get()
    assert (track.title, track.added_by, track.original_bytes, track.job.attempts) == ("Tide", bob, 10, 0)
    (original,) = (data_dir / "originals").glob("??/*")
    assert (original.read_bytes(), original.stat().st_ino) == (SOUND, inode)  # moved, not copied
    assert files(folder) == []
    for _ in range(2):  # whoever lost the answer asks again
        answer = page.take(url)
        assert answer.status_code == 201
        assert answer.json()["items"] == [
            {
                "name": "Tide.mp3",
                "id": track.pk,
                "title": "Tide",
                "url": f"/library/tracks/{track.pk}/",
                "created": True,
                "ready": False,
            }
        ]
    assert page.piece(url, 10, b"").status_code == 204
    assert Track.objects.count() == 1


def test_a_file_that_is_known_is_the_same_track(page: Sender) -> None:
    track, _ = add_file([SOUND], name="before.mp3")
    url = page.begun()
    page.piece(url, 0, SOUND)
    answer = page.take(url)
    assert (answer.status_code, answer.json()["items"][0]["created"], answer.json()["items"][0]["id"]) == (
        200, False, track.pk,
    )  # fmt: skip


def test_what_the_server_can_do(client: Client, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    response = client.options(UPLOADS)
    assert response.status_code == 204
    said = {name: response[name] for name in ("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size")}
    assert said == {
        "Tus-Resumable": "1.0.0", "Tus-Version": "1.0.0", "Tus-Extension": "creation,termination,expiration",
        "Tus-Max-Size": "1000",
    }  # fmt: skip


def test_what_an_upload_tells(page: Sender, folder: Path) -> None:
    metadata = f"filetype {b64encode(b'audio/flac').decode()},{filename('第一首.flac')},is_confidential"
    url = page.begin(headers={"Upload-Metadata": metadata})["Location"]
    response = page.client.head(url, headers=TUS)
    assert (response["Cache-Control"], response["Upload-Length"], response["Tus-Resumable"]) == (
        "no-store", "10", "1.0.0",
    )  # fmt: skip
    assert response["Upload-Metadata"] == metadata
    assert response["Upload-Expires"].endswith(" GMT")
    assert ResumableUpload.objects.get().name == "第一首.flac"


def test_a_piece_begins_where_the_last_one_ended(page: Sender) -> None:
    url = page.begun()
    page.piece(url, 0, SOUND[:4])
    for offset in (0, 3, 5, 10):
        assert refusal(page.piece(url, offset, SOUND[offset:])) == (409, "wrong_offset")
    assert page.offset(url) == 4
    page.piece(url, 4, SOUND[4:])
    assert refusal(page.piece(url, 4, SOUND[4:])) == (409, "wrong_offset")
    assert refusal(page.piece(url, 10, b"more")) == (413, "too_large")


def test_no_more_comes_than_was_said(page: Sender, folder: Path) -> None:
    url = page.begun()
    assert refusal(page.piece(url, 0, SOUND + b"!")) == (413, "too_large")
    assert files(folder) == [b""]
    assert page.piece(url, 0, SOUND).status_code == 204


@pytest.mark.parametrize(("more", "status"), [(0, 204), (1, 413)])
def test_the_largest_piece(page: Sender, more: int, status: int) -> None:
    url = page.begun(resumable.MAX_PIECE_BYTES + 100)
    assert page.piece(url, 0, bytes(resumable.MAX_PIECE_BYTES + more)).status_code == status


def test_what_is_no_piece(page: Sender, folder: Path) -> None:
    url = page.begun()
    form = page.client.generic("PATCH", url, SOUND, "text/plain", headers={**TUS, "Upload-Offset": "0"})
    assert refusal(form) == (415, "bad_piece")
    for offset in ("", "-1", "1.5", "x", "٣", "9" * 16):
        assert refusal(page.piece(url, 0, SOUND, **{"Upload-Offset": offset})) == (400, "bad_upload")
    assert files(folder) == [b""]


def test_another_version_is_refused_before_all_else(page: Sender, client: Client) -> None:
    url = page.begun()
    for response in (
        page.begin(headers={"Tus-Resumable": "0.2.2"}),
        page.client.post(UPLOADS, headers={"Upload-Length": "1"}),
        page.piece(url, 0, SOUND, **{"Tus-Resumable": "2.0.0"}),
        client.delete(url),
    ):
        assert refusal(response) == (412, "bad_version")
        assert response["Tus-Version"] == "1.0.0"
    assert page.offset(url) == 0


def test_other_methods(page: Sender) -> None:
    url = page.begun()
    assert page.client.get(url, headers=TUS).status_code == 405
    assert page.client.get(UPLOADS, headers=TUS).status_code == 405
    assert page.client.put(url, headers=TUS).status_code == 405


def test_a_method_may_be_named_in_a_header(page: Sender) -> None:
    """For networks that let no PATCH through. In a GET it says nothing: its sender is not known to mean it."""
    url = page.begun()
    headers = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert (
        page.client.generic("POST", url, SOUND[:4], "application/offset+octet-stream", headers=headers).status_code
        == 204
    )
    headers = {**TUS, "X-HTTP-Method-Override": "DELETE"}
    assert page.client.get(url, headers=headers).status_code == 405
    assert page.offset(url) == 4
    assert page.client.post(url, headers=headers).status_code == 204
    assert not ResumableUpload.objects.exists()


@pytest.mark.parametrize(
    "metadata",
    ["", "filename", "filename !", "filename /w==", "title VGlkZQ==", filename(".."), filename("a/"), filename("\n"),
     filename("x" * 301), f"{filename('Tide.mp3')},more {'A' * MAX_METADATA_LENGTH}"],
)  # fmt: skip
def test_a_file_needs_a_name(page: Sender, metadata: str) -> None:
    assert refusal(page.begin(headers={"Upload-Metadata": metadata})) == (400, "bad_upload")
    assert not ResumableUpload.objects.exists()


def test_a_name_at_its_edges() -> None:
    assert file_name(filename("x" * 300)) == "x" * 300
    assert file_name(filename("C:\\Music/../Ti\x00de.mp3 ")) == "Tide.mp3"
    longest = f"{filename('Tide.mp3')},more "
    assert file_name(longest + "A" * (MAX_METADATA_LENGTH - len(longest))) == "Tide.mp3"


@pytest.mark.parametrize("length", ["", "-1", "ten", "1e3", "9" * 16])
def test_a_file_needs_a_length(page: Sender, length: str) -> None:
    assert refusal(page.begin(headers={"Upload-Length": length})) == (400, "bad_upload")


@pytest.mark.parametrize(("size", "answer"), [(0, 400), (1, 201), (1000, 201), (1001, 413)])
def test_limit_of_size_is_known_at_the_beginning(page: Sender, settings: Settings, size: int, answer: int) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    assert page.begin(size).status_code == answer


def test_it_is_given_up(page: Sender, folder: Path) -> None:
    url = page.begun()
    page.piece(url, 0, SOUND[:4])
    assert page.end(url).status_code == 204
    assert files(folder) == []
    assert refusal(page.piece(url, 4, SOUND[4:])) == (404, "no_such_upload")


def test_what_came_of_it_stays_when_it_is_given_up_afterwards(page: Sender, data_dir: Path) -> None:
    url = page.begun()
    page.piece(url, 0, SOUND)
    assert page.end(url).status_code == 204
    assert len(list((data_dir / "originals").glob("??/*"))) == Track.objects.count() == 1


def test_not_all_of_it_is_no_track(page: Sender) -> None:
    url = page.begun()
    page.piece(url, 0, SOUND[:9])
    assert refusal(page.take(url)) == (409, "unfinished")


def test_one_at_a_time(page: Sender) -> None:
    url = page.begun()
    with unfinished.held(ResumableUpload.objects.get().pk.hex):
        for response in (page.piece(url, 0, SOUND), page.take(url), page.end(url)):
            assert refusal(response) == (423, "upload_busy")
    assert page.piece(url, 0, SOUND).status_code == 204


def test_every_refusal_has_words() -> None:
    assert all(LibraryError(code).message for code in ErrorCode)
