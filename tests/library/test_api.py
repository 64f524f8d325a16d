"""The library over the JSON API."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from library.models import Track
from library.web.api_fields import MAX_PAGE
from synchro.accounts.tokens import create_token
from tests.builders import make_user, ready_track

TRACKS = "/api/v1/tracks"


@pytest.fixture
def script(bob: User) -> Client:
    """Bob's script, with his token."""
    return Client(headers={"Authorization": f"Bearer {create_token(bob, 'script')}"})


def sound_file(content: bytes = b"some sound") -> SimpleUploadedFile:
    return SimpleUploadedFile("Tide.mp3", content)


def refusal(response: Any) -> tuple[int, str]:
    body = response.json()
    assert body["message"]
    return response.status_code, body["code"]


def test_a_track_tells_everything_of_itself(client: Client, db: None) -> None:
    track = ready_track("Waves", seconds=10.5, loudness_lufs=-14.2, true_peak_dbtp=-0.9, cover="c" * 64, year=1999)
    body = client.get(f"{TRACKS}/{track.pk}").json()
    assert body | {"added_at": "", "renditions": []} == {
        "id": track.pk, "title": "Waves", "artist": "The Builders", "album": "", "album_artist": "", "genre": "",
        "year": 1999, "track_number": None, "disc_number": None, "duration_s": 10.5, "total_samples": 504_000,
        "status": "ready", "error": "", "error_code": "", "progress": 0.0, "loudness_lufs": -14.2,
        "true_peak_dbtp": -0.9, "cover_url": f"/library/covers/{'c' * 64}.jpg?size=640",
        "hls_url": f"/library/tracks/{track.pk}/master.m3u8",
        "peaks_url": f"/library/audio/{track.package}/peaks.json", "renditions": [], "original_name": "",
        "original_bytes": 0, "added_at": "",
    }  # fmt: skip
    assert [one["name"] for one in body["renditions"]] == ["aac-64", "aac-128", "aac-256", "flac"]
    assert body["renditions"][0]["codec"] == "mp4a.40.2"


def test_track_that_is_not_ready_names_no_streams(client: Client, db: None) -> None:
    track = Track.objects.create(title="New", content_hash="1" * 64, status=Track.Status.PROCESSING, progress=0.5)
    body = client.get(f"{TRACKS}/{track.pk}").json()
    assert (body["status"], body["progress"], body["hls_url"], body["peaks_url"]) == ("processing", 0.5, "", "")


def test_failed_track_says_why(client: Client, db: None) -> None:
    failed = {"status": Track.Status.FAILED, "error_code": "not_audio", "error": "As it was stored."}
    track = Track.objects.create(title="Letter", content_hash="1" * 64, **failed)
    body = client.get(f"{TRACKS}/{track.pk}").json()
    assert (body["error_code"], body["error"]) == ("not_audio", "This file holds no sound that can be read.")


def test_list_comes_in_pages(client: Client, db: None) -> None:
    for number in range(5):
        ready_track(f"Track {number}")
    page = client.get(TRACKS, {"limit": 2, "offset": 3}).json()
    assert ([item["title"] for item in page["items"]], page["count"]) == (["Track 3", "Track 4"], 5)


@pytest.mark.parametrize(("limit", "status"), [(MAX_PAGE, 200), (MAX_PAGE + 1, 422), (0, 422)])
def test_limit_of_a_page(client: Client, db: None, limit: int, status: int) -> None:
    assert client.get(TRACKS, {"limit": limit}).status_code == status


def test_list_takes_the_same_few_queries_however_long_it_is(
    client: Client, db: None, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        ready_track()
    with django_assert_num_queries(3):  # the page, its renditions, the count
        client.get(TRACKS)


def test_every_word_of_a_search_counts(client: Client, db: None) -> None:
    ready_track("Slow Waves", album="Tides")
    ready_track("Fast Waves", album="Currents")
    found = client.get(TRACKS, {"query": "tides WAVE builders"}).json()
    assert [item["title"] for item in found["items"]] == ["Slow Waves"]


def test_list_by_status(client: Client, db: None) -> None:
    ready_track("Done")
    Track.objects.create(title="New", content_hash="1" * 64)
    assert [item["title"] for item in client.get(TRACKS, {"status": "queued"}).json()["items"]] == ["New"]


def test_unknown_track(client: Client, script: Client) -> None:
    assert refusal(client.get(f"{TRACKS}/77")) == (404, "no_such_track")
    assert refusal(script.delete(f"{TRACKS}/77")) == (404, "no_such_track")


def test_upload_is_201_and_again_200(script: Client, bob: User, data_dir: Path) -> None:
    first = script.post(TRACKS, {"file": sound_file()})
    again = script.post(TRACKS, {"file": sound_file()})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (first.json()["status"], first.json()["title"]) == ("queued", "Tide")
    assert Track.objects.get().added_by == bob


def test_upload_that_is_too_large(script: Client, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 5
    assert refusal(script.post(TRACKS, {"file": sound_file()})) == (413, "too_large")
    assert not Track.objects.exists()


def test_upload_of_an_empty_file(script: Client, data_dir: Path) -> None:
    assert refusal(script.post(TRACKS, {"file": sound_file(b"")})) == (400, "empty_file")


def test_upload_without_a_file(script: Client) -> None:
    assert script.post(TRACKS).status_code == 422


def test_tags_are_corrected_and_the_rest_stays(script: Client, bob: User) -> None:
    track = ready_track("Wavs", added_by=bob, genre="Ambient")
    body = {"title": "Waves", "year": 1999}
    response = script.patch(f"{TRACKS}/{track.pk}", body, content_type="application/json")
    answer = response.json()
    assert response.status_code == 200
    assert (answer["title"], answer["year"], answer["genre"]) == ("Waves", 1999, "Ambient")


@pytest.mark.parametrize("body", [{"title": " "}, {"title": None}, {"year": "soon"}, {"year": -1}, {"status": "ready"}])
def test_tags_that_cannot_be(script: Client, bob: User, body: dict[str, Any]) -> None:
    track = ready_track("Waves", added_by=bob)
    assert script.patch(f"{TRACKS}/{track.pk}", body, content_type="application/json").status_code == 422
    track.refresh_from_db()
    assert (track.title, track.year) == ("Waves", None)


def test_failed_track_is_queued_again(script: Client, bob: User) -> None:
    track = Track.objects.create(title="Bad", content_hash="1" * 64, status=Track.Status.FAILED, added_by=bob)
    response = script.post(f"{TRACKS}/{track.pk}/ingest")
    assert (response.status_code, response.json()["status"]) == (202, "queued")


def test_deleted_track_is_gone(script: Client, bob: User) -> None:
    track = ready_track(added_by=bob)
    assert script.delete(f"{TRACKS}/{track.pk}").status_code == 204
    assert not Track.objects.exists()


CHANGES = [("patch", ""), ("delete", ""), ("post", "/ingest")]


@pytest.mark.parametrize(("method", "more"), CHANGES)
def test_what_others_added_is_not_for_bob_to_change(script: Client, alice: User, method: str, more: str) -> None:
    track = ready_track(added_by=alice)
    call = getattr(script, method)
    assert refusal(call(f"{TRACKS}/{track.pk}{more}", {}, content_type="application/json")) == (403, "not_allowed")


@pytest.mark.parametrize(("method", "more"), CHANGES)
def test_staff_may_change_everything(alice: User, method: str, more: str) -> None:
    track = ready_track(added_by=make_user("charlie"))
    script = Client(headers={"Authorization": f"Bearer {create_token(alice, 'script')}"})
    call = getattr(script, method)
    assert call(f"{TRACKS}/{track.pk}{more}", {}, content_type="application/json").status_code in {200, 202, 204}


@pytest.mark.parametrize(("method", "more"), [*CHANGES, ("post", None)])
def test_strangers_change_nothing(client: Client, db: None, method: str, more: str | None) -> None:
    track = ready_track()
    url = TRACKS if more is None else f"{TRACKS}/{track.pk}{more}"
    assert refusal(getattr(client, method)(url)) == (401, "not_signed_in")
    assert Track.objects.get().status == Track.Status.READY


def test_refusals_are_documented(client: Client, db: None) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths["/api/v1/tracks"]["post"]["responses"]) >= {"200", "201", "400", "401", "413", "429"}
    assert set(paths["/api/v1/tracks/{track_id}"]["delete"]["responses"]) >= {"204", "401", "403", "404"}
