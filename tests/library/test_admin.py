"""The library in Django's admin."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from library.models import IngestJob, Track
from tests.builders import make_user, put_package, ready_track, signed_in

LIST = "/admin/library/track/"


@pytest.fixture
def admin_page(alice: User) -> Client:
    return signed_in(alice)


def test_only_staff_come_in(bob: User) -> None:
    assert signed_in(bob).get(LIST).status_code == 302


def test_list_shows_each_track_at_a_glance(admin_page: Client) -> None:
    track = ready_track("Waves", seconds=225, album="Tides", loudness_lufs=-14.2, cover="c" * 64)
    text = admin_page.get(LIST).text
    for shown in (
        "Waves",
        "The Builders",
        "Tides",
        "3:45",
        "ready",
        "-14.2 LUFS",
        f"/library/covers/{track.cover}.jpg",
    ):
        assert shown in text


def test_list_says_why_a_track_failed_and_how_far_others_are(admin_page: Client) -> None:
    Track.objects.create(title="Letter", content_hash="1" * 64, status="failed", error_code="not_audio")
    Track.objects.create(title="New", content_hash="2" * 64, status="processing", progress=0.42)
    text = admin_page.get(LIST).text
    assert "This file holds no sound that can be read." in text
    assert "processing 42%" in text


@pytest.mark.parametrize("query", [{"q": "slow tides"}, {"status__exact": "failed"}, {"genre": "Ambient"}])
def test_search_and_filters(admin_page: Client, query: dict[str, str]) -> None:
    track = ready_track("Slow Waves", album="Tides", genre="Ambient")
    Track.objects.filter(pk=track.pk).update(status="failed")
    ready_track("Storm")
    text = admin_page.get(LIST, query).text
    assert "Slow Waves" in text
    assert "Storm" not in text


def test_detail_shows_waveform_and_plays(admin_page: Client, data_dir: Path) -> None:
    track = ready_track("Waves", seconds=5)
    put_package(track)
    text = admin_page.get(f"{LIST}{track.pk}/change/").text
    assert '<path d="M0.5 50.0v0.0M1.5 ' in text
    assert f'<audio controls preload="none" src="/library/tracks/{track.pk}/preview"' in text
    assert "mp4a.40.2" in text


def test_tags_are_edited_and_nothing_else(admin_page: Client) -> None:
    track = ready_track("Wavs", seconds=5)
    inline = {"renditions-TOTAL_FORMS": "0", "renditions-INITIAL_FORMS": "0"}
    form = {"title": "Waves", "artist": "Sea", "status": "failed", "total_samples": "1", **inline}
    assert admin_page.post(f"{LIST}{track.pk}/change/", form).status_code == 302
    track.refresh_from_db()
    assert (track.title, track.artist, track.status, track.total_samples) == ("Waves", "Sea", "ready", 240_000)


def test_adding_is_uploading_many_files(admin_page: Client) -> None:
    text = admin_page.get(f"{LIST}add/").text
    assert 'action="/library/upload/" method="post" enctype="multipart/form-data"' in text
    assert "multiple" in text
    assert "js/page/upload.js" in text


def test_staff_without_the_right_to_add_do_not_get_the_form(db: None) -> None:
    charlie = make_user("charlie", is_staff=True)
    charlie.user_permissions.add(Permission.objects.get(codename="view_track"))
    client = signed_in(charlie)
    assert client.get(LIST).status_code == 200
    assert client.get(f"{LIST}add/").status_code == 403


def test_selected_tracks_are_ingested_again(admin_page: Client) -> None:
    tracks = [ready_track() for _ in range(2)]
    Track.objects.filter(pk=tracks[0].pk).update(status="failed", error_code="damaged")
    form = {"action": "ingest_again", "_selected_action": [track.pk for track in tracks]}
    text = admin_page.post(LIST, form, follow=True).text
    assert "2 tracks are being ingested again." in text
    assert IngestJob.objects.count() == Track.objects.filter(status="queued").count() == 2


def test_selected_tracks_go_with_their_files(
    admin_page: Client, data_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    tracks = [ready_track(seconds=5) for _ in range(2)]
    folders = [put_package(track) for track in tracks]
    form = {"action": "delete_selected", "_selected_action": [track.pk for track in tracks], "post": "yes"}
    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(LIST, form)
    assert not Track.objects.exists()
    assert [folder.exists() for folder in folders] == [False, False]


def test_one_track_goes_with_its_upload(
    admin_page: Client, data_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    (data_dir / "originals").mkdir()
    (data_dir / "originals" / "one.mp3").write_bytes(b"sound")
    track = ready_track(original="originals/one.mp3")
    with django_capture_on_commit_callbacks(execute=True):
        admin_page.post(f"{LIST}{track.pk}/delete/", {"post": "yes"})
    assert not (data_dir / "originals" / "one.mp3").exists()
