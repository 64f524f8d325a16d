"""Uploads in pieces: the protocol (tus 1.0.0), who may, the limits at their edges, and what is left of them.

tests/server/test_resumable.py has them over the real server.
"""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from library.errors import ErrorCode, LibraryError
from library.ingest.no_sound import SNIFFED_BYTES
from library.jobs import resumable
from library.jobs.intake import add_file
from library.jobs.worker import tidy
from library.models import ResumableUpload, Track
from library.storage import unfinished
from library.web.resumable import MAX_METADATA_LENGTH, PIECE_TYPE, file_name
from playback import clock
from synchro.accounts.tokens import create_token
from tests.builders import signed_in

UPLOADS = "/library/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
SOUND = b"some sound"


def filename(name: str) -> str:
    return f"filename {b64encode(name.encode()).decode()}"


@dataclass
class Sender:
    """Somebody's browser, or a script of theirs."""

    client: Client

    def begin(self, size: int = len(SOUND), name: str = "Tide.mp3", headers: dict[str, str] | None = None) -> Any:
        about = {"Upload-Length": str(size), "Upload-Metadata": filename(name)}
        return self.client.post(UPLOADS, headers={**TUS, **about, **(headers or {})})

    def begun(self, size: int = len(SOUND), name: str = "Tide.mp3") -> str:
        """The address of an upload."""
        response = self.begin(size, name)
        assert response.status_code == 201, response.content
        return str(response["Location"])

    def piece(self, url: str, offset: int, content: bytes, **headers: str) -> Any:
        return self.client.generic(
            "PATCH", url, content, PIECE_TYPE,
            headers={**TUS, "Content-Type": PIECE_TYPE, "Upload-Offset": str(offset), **headers},
        )  # fmt: skip

    def offset(self, url: str) -> int:
        response = self.client.head(url, headers=TUS)
        assert response.status_code == 200
        return int(response["Upload-Offset"])

    def take(self, url: str) -> Any:
        return self.client.post(url, headers=TUS)

    def end(self, url: str) -> Any:
        return self.client.delete(url, headers=TUS)


@pytest.fixture(autouse=True)
def folder(data_dir: Path, settings: Settings) -> Path:
    """Where unfinished uploads are."""
    settings.FILE_UPLOAD_TEMP_DIR = str(data_dir / "incoming")
    return data_dir / "incoming" / "unfinished"


@pytest.fixture
def page(bob: User) -> Sender:
    return Sender(signed_in(bob))


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def make_older(by_us: int) -> None:
    for upload in ResumableUpload.objects.all():
        ResumableUpload.objects.filter(pk=upload.pk).update(last_at_us=upload.last_at_us - by_us)


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


def test_a_known_file_that_failed_is_told_as_the_plain_upload_tells_it(page: Sender, folder: Path) -> None:
    track, _ = add_file([SOUND], name="before.mp3")
    Track.objects.filter(pk=track.pk).update(status=Track.Status.FAILED, error_code="not_audio")
    url = page.begun()
    assert refusal(page.piece(url, 0, SOUND)) == (422, "unreadable")
    assert_forgotten(page, url, folder)


def assert_forgotten(page: Sender, url: str, folder: Path) -> None:
    """Nothing of it is kept, shown, or counted."""
    assert refusal(page.take(url)) == (404, "no_such_upload")
    assert files(folder) == []
    assert not ResumableUpload.objects.exists()


PDF = b"%PDF-1.7\n" + bytes(2 * SNIFFED_BYTES)


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


def test_only_its_owner_goes_on_with_it(page: Sender, alice: User) -> None:
    url = page.begun()
    other = Sender(signed_in(alice))
    assert refusal(other.piece(url, 0, SOUND)) == (404, "no_such_upload")
    assert refusal(other.take(url)) == (404, "no_such_upload")
    assert refusal(other.end(url)) == (404, "no_such_upload")
    assert other.client.head(url, headers=TUS).status_code == 404
    assert page.offset(url) == 0


def test_who_is_signed_out_or_deactivated_goes_on_with_nothing(page: Sender, bob: User) -> None:
    url = page.begun()
    assert refusal(Sender(Client()).begin()) == (401, "not_signed_in")
    assert refusal(Sender(Client()).piece(url, 0, SOUND)) == (401, "not_signed_in")
    bob.is_active = False
    bob.save()
    assert refusal(page.piece(url, 0, SOUND)) == (401, "not_signed_in")
    bob.is_active = True
    bob.save()
    assert page.offset(url) == 0


def test_a_page_of_another_site_changes_nothing(bob: User) -> None:
    page = Sender(signed_in(bob, enforce_csrf_checks=True))
    assert page.begin().status_code == 403
    token = {"X-CSRFToken": str(page.client.get("/library/").context["csrf_token"])}
    url = page.begin(headers=token)["Location"]
    assert page.piece(url, 0, SOUND).status_code == page.take(url).status_code == page.end(url).status_code == 403
    assert page.offset(url) == 0
    assert page.piece(url, 0, SOUND, **token).status_code == 204


def test_a_script_with_a_token(bob: User) -> None:
    token = {"Authorization": f"Bearer {create_token(bob, 'script')}"}
    script = Sender(Client(enforce_csrf_checks=True, headers=token))
    url = script.begun()
    assert script.piece(url, 0, SOUND).status_code == 204
    assert script.take(url).json()["items"][0]["created"]
    wrong = Sender(Client(headers={"Authorization": "Bearer syn_x"}))
    assert refusal(wrong.begin()) == (401, "not_signed_in")


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


def test_how_many_may_be_unfinished(page: Sender, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumable, "MAX_UNFINISHED", 2)
    urls = [page.begun(), page.begun()]
    assert refusal(page.begin()) == (429, "too_many_unfinished")
    Sender(signed_in(alice)).begun()
    page.piece(urls[0], 0, SOUND)
    page.begun()
    assert refusal(page.begin()) == (429, "too_many_unfinished")
    page.end(urls[1])
    page.begun()
    make_older(2 * resumable.KEEP_US)  # and no worker came by
    page.begun()
    assert ResumableUpload.objects.filter(owner__username="bob").count() == 1


def test_how_much_may_be_unfinished(page: Sender, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    for size in (1000, 1000, 1000, 999):
        page.begun(size)
    assert refusal(page.begin(2)) == (429, "too_many_unfinished")
    page.begun(1)


@pytest.mark.parametrize(("size", "status"), [(400, 201), (401, 413)])
def test_quota_counts_what_an_unfinished_one_says(
    page: Sender, settings: Settings, folder: Path, size: int, status: int
) -> None:
    settings.QUOTA_BYTES = 1000
    page.begun(600)
    response = page.begin(size)
    assert response.status_code == status
    if status == 413:
        assert response.json()["code"] == "quota_full"
        assert len(files(folder)) == 1


def test_quota_counts_no_file_twice(page: Sender, settings: Settings) -> None:
    settings.QUOTA_BYTES = len(SOUND)
    url = page.begun()
    assert page.piece(url, 0, SOUND).status_code == 204
    assert refusal(page.begin(1)) == (413, "quota_full")


def test_quota_that_was_filled_meanwhile_is_told_and_may_be_made_free(
    page: Sender, bob: User, settings: Settings
) -> None:
    settings.QUOTA_BYTES = 20
    url = page.begun()
    track = Track.objects.create(title="between", content_hash="f" * 64, added_by=bob, original_bytes=15)
    assert refusal(page.piece(url, 0, SOUND)) == (413, "quota_full")
    assert (page.offset(url), refusal(page.take(url))) == (10, (413, "quota_full"))
    track.delete()
    assert page.take(url).status_code == 201


def test_a_file_counts_once_towards_what_one_may_upload(page: Sender, settings: Settings, folder: Path) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 15
    url = page.begun()
    for at in range(10):
        assert page.piece(url, at, SOUND[at : at + 1]).status_code == 204
    too_much = page.begin(6)
    assert refusal(too_much) == (429, "too_many_requests")
    assert int(too_much["Retry-After"]) > 3600
    assert ResumableUpload.objects.count() == 1
    page.begun(5)


def test_a_page_says_what_can_be_gone_on_with(page: Sender, alice: User) -> None:
    url = page.begun(name="Low <tide>.mp3")
    page.piece(url, 0, SOUND[:4])
    page.piece(page.begun(), 0, SOUND)
    text = page.client.get("/library/").text
    assert "Low &lt;tide&gt;.mp3" in text
    assert "40 % of it is here. Choose the file again to go on." in text
    assert text.count("Choose the file again") == 1
    assert "Choose the file again" not in signed_in(alice).get("/library/").text


def test_a_page_sends_pieces_as_large_as_is_set(page: Sender, settings: Settings) -> None:
    assert f'data-piece-bytes="{resumable.MAX_PIECE_BYTES}"' in page.client.get("/library/").text
    settings.UPLOAD_PIECE_BYTES = 65536
    assert 'data-piece-bytes="65536"' in page.client.get("/library/").text


def test_with_its_track_goes_what_was_known_of_the_upload(page: Sender) -> None:
    url = page.begun()
    page.piece(url, 0, SOUND)
    Track.objects.get().delete()
    assert page.client.head(url, headers=TUS).status_code == 404


def test_every_refusal_has_words() -> None:
    assert all(LibraryError(code).message for code in ErrorCode)


def test_an_account_that_is_deleted_takes_its_uploads_along(page: Sender, bob: User, folder: Path) -> None:
    page.begun()
    bob.delete()
    assert not ResumableUpload.objects.exists()
    resumable.sweep(clock.now_us() + resumable.KEEP_US + 60_000_000)
    assert files(folder) == []
