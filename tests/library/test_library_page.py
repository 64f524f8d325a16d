"""The library's pages: what is shown to whom, search, progress, correcting and deleting."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from library.ingest.errors import PASSING
from library.ingest.errors import ErrorCode as IngestErrorCode
from library.models import IngestJob, Track
from library.web.pages import TRACKS_PER_PAGE
from playback import clock
from rooms.identity import of_user
from tests.acting import queue_add
from tests.builders import make_room, put_package, ready_track, signed_in

LIBRARY = "/library/"
HTMX = {"HX-Request": "true"}


def unready_track(user: User, title: str, status: str, **fields: Any) -> Track:
    number = Track.objects.count()
    return Track.objects.create(
        title=title, status=status, added_by=user, content_hash=f"{number:064}", **fields
    )  # fmt: skip


def test_guest_sees_what_plays_and_may_sign_in_to_add(client: Client, bob: User) -> None:
    ready_track("Waves", seconds=225)
    unready_track(bob, "Letter", "failed")
    page = client.get(LIBRARY)
    assert "Waves" in page.text
    assert "3:45" in page.text
    assert "Letter" not in page.text
    assert "/accounts/sign-in/?next=/library/" in page.text
    assert 'type="file"' not in page.text


def test_empty_library_says_so(client: Client, db: None) -> None:
    assert "The library is empty." in client.get(LIBRARY).text


def test_upload_form_works_without_a_script(bob: User) -> None:
    page = signed_in(bob).get(LIBRARY).text
    assert 'action="/library/upload/" method="post" enctype="multipart/form-data"' in page
    assert 'type="file" name="file"' in page
    assert "csrfmiddlewaretoken" in page


def test_search_by_form_and_by_script(client: Client, db: None) -> None:
    ready_track("Slow Waves")
    ready_track("Storm")
    by_form = client.get(LIBRARY, {"q": "builders slow"})
    by_script = client.get(LIBRARY, {"q": "builders slow"}, headers=HTMX)
    for response in (by_form, by_script):
        assert "Slow Waves" in response.text
        assert "Storm" not in response.text
    assert "<html" in by_form.text
    assert "<html" not in by_script.text
    assert "HX-Request" in by_script.headers["Vary"]


def test_search_that_finds_nothing_repeats_it_harmlessly(client: Client, db: None) -> None:
    text = client.get(LIBRARY, {"q": "<script>alert(1)</script>"}).text
    assert "Nothing in the library matches" in text
    assert "<script>alert" not in text


def test_titles_are_text(client: Client, db: None) -> None:
    ready_track("<img src=x onerror=alert(1)>")
    assert "<img src=x" not in client.get(LIBRARY).text


def test_pages_keep_the_search(client: Client, db: None) -> None:
    for number in range(TRACKS_PER_PAGE + 1):
        ready_track(f"Wave {number:03}")
    first = client.get(LIBRARY, {"q": "wave"}).text
    assert "?q=wave&amp;page=2" in first
    assert "Wave 050" not in first
    assert "Wave 050" in client.get(LIBRARY, {"q": "wave", "page": "2"}).text


def test_page_asks_again_only_while_there_is_work(bob: User) -> None:
    client = signed_in(bob)
    assert "every 1s" not in client.get(LIBRARY).text
    track = unready_track(bob, "Waves", "processing", progress=0.25)
    text = client.get(LIBRARY).text
    assert "every 1s" in text
    assert 'value="0.25"' in text
    Track.objects.filter(pk=track.pk).update(status="failed", error_code="damaged")
    text = client.get(f"{LIBRARY}unready/").text
    assert "every 1s" not in text
    assert "The file is damaged" in text


def test_list_is_told_when_a_track_got_ready(bob: User) -> None:
    client = signed_in(bob)
    track, other = unready_track(bob, "Waves", "processing"), unready_track(bob, "Storm", "queued")
    url = f"{LIBRARY}unready/?had={track.pk},{other.pk}"
    assert "HX-Trigger" not in client.get(url).headers
    Track.objects.filter(pk=track.pk).update(status="ready")
    assert json.loads(client.get(url).headers["HX-Trigger"]) == {"library-changed": {"target": "#tracks"}}
    assert "HX-Trigger" not in client.get(f"{LIBRARY}unready/?had={other.pk}").headers


def test_people_see_their_own_work_and_staff_see_all(alice: User, bob: User) -> None:
    unready_track(alice, "Of Alice", "failed", error_code="not_audio")
    unready_track(bob, "Of Bob", "failed", error_code="not_audio")
    of_bob, of_alice = (signed_in(user).get(LIBRARY).text for user in (bob, alice))
    assert ("Of Bob" in of_bob, "Of Alice" in of_bob) == (True, False)
    assert ("Of Bob" in of_alice, "Of Alice" in of_alice) == (True, True)


@pytest.mark.parametrize("code", IngestErrorCode)
def test_trying_again_is_offered_where_it_can_help(bob: User, code: IngestErrorCode) -> None:
    track = unready_track(bob, "Letter", "failed", error_code=code)
    client, helps = signed_in(bob), code in PASSING
    assert ('aria-label="Try again: Letter">Try again<' in client.get(LIBRARY).text) is helps
    assert ("Prepare again from the file" in client.get(f"/library/tracks/{track.pk}/").text) is helps


def test_failed_track_is_tried_again(bob: User) -> None:
    track = unready_track(bob, "Letter", "failed", error_code="not_audio")
    assert signed_in(bob).post(f"{LIBRARY}tracks/{track.pk}/ingest/").status_code == 302
    track.refresh_from_db()
    assert (track.status, track.error_code) == ("queued", "")
    assert IngestJob.objects.filter(track=track).exists()


def test_track_that_is_being_worked_on_is_left_alone(bob: User) -> None:
    track = unready_track(bob, "Waves", "processing", progress=0.5)
    IngestJob.objects.create(track=track, worker="w", attempts=1, lease_until_us=clock.now_us() + 60_000_000)
    signed_in(bob).post(f"{LIBRARY}tracks/{track.pk}/ingest/")
    track.refresh_from_db()
    assert (track.status, track.progress) == ("processing", 0.5)


@pytest.mark.usefixtures("data_dir")
def test_track_page_shows_and_plays_it(client: Client, db: None) -> None:
    track = ready_track("Waves", seconds=10, loudness_lufs=-14.24)
    put_package(track)
    text = client.get(f"{LIBRARY}tracks/{track.pk}/").text
    assert f'src="/library/tracks/{track.pk}/preview"' in text
    assert '<path d="M0.5 50.0v0.0M1.5 ' in text
    assert "-14.2 LUFS" in text
    assert f"http://testserver/library/tracks/{track.pk}/master.m3u8" in text
    assert "/tags/" not in text


def test_unknown_track_is_not_found(client: Client, db: None) -> None:
    assert client.get(f"{LIBRARY}tracks/77/").status_code == 404


def test_bob_corrects_what_he_added(bob: User) -> None:
    track = ready_track("Wavs", added_by=bob, genre="Ambient")
    form = {"title": " Waves ", "artist": "Sea", "year": "1999", "genre": "Ambient"}
    response = signed_in(bob).post(f"{LIBRARY}tracks/{track.pk}/tags/", form)
    assert response.headers["Location"] == f"/library/tracks/{track.pk}/"
    track.refresh_from_db()
    assert (track.title, track.artist, track.year, track.genre) == ("Waves", "Sea", 1999, "Ambient")


def test_track_keeps_a_title(bob: User) -> None:
    track = ready_track("Waves", added_by=bob)
    response = signed_in(bob).post(f"{LIBRARY}tracks/{track.pk}/tags/", {"title": " ", "year": "soon"})
    assert response.status_code == 422
    assert "This field is required." in response.text
    assert "<h1>Waves</h1>" in response.text
    track.refresh_from_db()
    assert track.title == "Waves"


def test_correction_reaches_the_rooms_that_show_it(bob: User) -> None:
    room, track = make_room(bob), ready_track("Wavs", added_by=bob)
    queue_add(room.slug, identity=of_user(bob), track_ids=[track.pk], now_us=clock.now_us())
    room.refresh_from_db()
    before = room.revision_of("queue")
    signed_in(bob).post(f"{LIBRARY}tracks/{track.pk}/tags/", {"title": "Waves"})
    room.refresh_from_db()
    assert room.revision_of("queue") > before


@pytest.mark.parametrize("action", ["tags", "ingest", "delete"])
def test_what_others_added_is_not_for_bob_to_change(alice: User, bob: User, action: str) -> None:
    track = ready_track("Waves", added_by=alice)
    assert signed_in(bob).post(f"{LIBRARY}tracks/{track.pk}/{action}/", {"title": "Mine"}).status_code == 403
    assert Track.objects.get().title == "Waves"


@pytest.mark.parametrize("action", ["tags", "ingest", "delete"])
def test_guest_is_sent_to_sign_in(client: Client, db: None, action: str) -> None:
    track = ready_track("Waves")
    response = client.post(f"{LIBRARY}tracks/{track.pk}/{action}/", {"title": "Mine"})
    assert response.headers["Location"].startswith("/accounts/sign-in/?next=")
    assert Track.objects.get().title == "Waves"


def test_before_deleting_it_says_which_queues_lose_it(alice: User) -> None:
    track = ready_track("Waves")
    for name in ("Kitchen", "Garden"):
        room = make_room(alice, name)
        queue_add(room.slug, identity=of_user(alice), track_ids=[track.pk, track.pk], now_us=clock.now_us())
    text = signed_in(alice).get(f"{LIBRARY}tracks/{track.pk}/delete/").text
    assert "It is in the queues of 2 rooms." in text
    assert Track.objects.exists()


@pytest.mark.usefixtures("data_dir")
def test_deleted_track_leaves_queues_and_disk(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    room, track, other = make_room(alice), ready_track("Waves", seconds=5), ready_track("Storm", seconds=5)
    folder, kept = put_package(track), put_package(other)
    queue_add(room.slug, identity=of_user(alice), track_ids=[track.pk, other.pk], now_us=clock.now_us())
    with django_capture_on_commit_callbacks(execute=True):
        response = signed_in(alice).post(f"{LIBRARY}tracks/{track.pk}/delete/")
    assert response.headers["Location"] == LIBRARY
    assert [entry.track for entry in room.entries.all()] == [other]
    assert (folder.exists(), kept.exists()) == (False, True)


@pytest.mark.usefixtures("data_dir")
def test_files_that_another_track_shares_stay(alice: User, django_capture_on_commit_callbacks: Any) -> None:
    track, twin = ready_track("Waves", seconds=5), ready_track("Waves again", seconds=5)
    folder = put_package(track)
    Track.objects.filter(pk=twin.pk).update(package=track.package)
    client = signed_in(alice)
    for pk, stays in ((track.pk, True), (twin.pk, False)):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"{LIBRARY}tracks/{pk}/delete/")
        assert folder.exists() is stays
