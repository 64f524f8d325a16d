"""Who may go on with an upload, and the limits on what is unfinished, at their edges."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from library.jobs import resumable
from library.models import ResumableUpload, Track
from synchro.accounts.tokens import create_token
from tests.builders import signed_in
from tests.library.resumable.sender import SOUND, TUS, Sender, files, make_older, refusal


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
