"""How much an account may upload: files in an hour, bytes in a day, by page and by API."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from library.models import Track
from library.web.upload_allowance import FILES_OF_ACCOUNT, count_upload
from synchro.accounts.tokens import create_token
from tests.builders import make_user, signed_in
from tests.serving import Site
from tests.visitors import Visitor

UPLOAD, API = "/library/upload/", "/api/v1/tracks"
SCRIPT = {"Accept": "application/json"}
PASSWORD = "a slow tide at noon"


def send(user: User, name: str, size: int, *, by: str = "page") -> Any:
    """One file of this many bytes."""
    file = SimpleUploadedFile(name, name.encode().ljust(size, b"\0"))
    if by == "page":
        return signed_in(user).post(UPLOAD, {"file": file}, headers=SCRIPT)
    script = Client(headers={"Authorization": f"Bearer {create_token(user, 'script')}"})
    return script.post(API, {"file": file})


@pytest.mark.server
def test_five_hundred_files_an_hour(tmp_path: Path) -> None:
    """Over the real server, in forms of up to 200 files; the last file is one too many, and the others are there."""
    with Site(tmp_path, SYNCHRO_RATE_LIMIT_FACTOR="1", SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.sign_up("bob", PASSWORD)
        site.start()
        with Visitor(site) as bob:
            bob.log_in("bob", PASSWORD)
            headers = SCRIPT | {"X-CSRFToken": bob.http.cookies["csrftoken"]}
            codes: list[str | None] = []
            for numbers in (range(200), range(200, 400), range(400, 501)):
                files = [("file", (f"{number}.mp3", io.BytesIO(b"sound %d" % number))) for number in numbers]
                answer = bob.http.post(UPLOAD, files=files, headers=headers)
                assert answer.status_code == 201
                codes += [item.get("code") for item in answer.json()["items"]]
            assert codes == [None] * 500 + ["too_many_requests"]
            one_more = bob.http.post(UPLOAD, files={"file": ("again.mp3", b"sound")}, headers=headers)
            assert (one_more.status_code, one_more.json()["code"]) == (429, "too_many_requests")
            assert 0 < int(one_more.headers["Retry-After"]) <= 3600
            assert "You have uploaded too many files. Try again in" in one_more.json()["message"]
            assert bob.http.get(API).json()["count"] == 500


@pytest.mark.parametrize("by", ["page", "api"])
def test_bytes_a_day(bob: User, data_dir: Path, settings: Settings, by: str) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    assert send(bob, "a.mp3", 600, by=by).status_code == 201
    refused = send(bob, "b.mp3", 401, by=by)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    message = refused.json()["message"].replace("\xa0", " ")
    assert message == "You have uploaded too much. Try again in 1 day."
    assert 86_000 < int(refused["Retry-After"]) <= 86_400
    assert send(bob, "c.mp3", 400, by=by).status_code == 201  # what was refused counted nothing
    assert Track.objects.count() == 2


def test_page_and_api_count_together(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    statuses = [send(bob, "a.mp3", 600).status_code, send(bob, "b.mp3", 600, by="api").status_code]
    assert statuses == [201, 429]


def test_what_is_refused_for_its_bytes_is_no_file_either(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    for _ in range(FILES_OF_ACCOUNT.amount - 1):
        count_upload(bob, 2)
    assert send(bob, "a.mp3", 3).status_code == 429
    settings.MAX_UPLOAD_BYTES_PER_DAY = 2000
    assert send(bob, "a.mp3", 3).status_code == 201


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_file_above_the_days_bytes_is_too_large_and_not_late(
    bob: User, data_dir: Path, settings: Settings, by: str
) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    refused = send(bob, "a.mp3", 1001, by=by)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert "Retry-After" not in refused
    assert send(bob, "a.mp3", 1000, by=by).status_code == 201


def test_of_several_files_those_that_fit_are_taken(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    files = [
        SimpleUploadedFile(name, name.encode().ljust(size, b"\0"))
        for name, size in (("a", 700), ("b", 700), ("c", 300))
    ]
    items = signed_in(bob).post(UPLOAD, {"file": files}, headers=SCRIPT).json()["items"]
    assert [item.get("code") for item in items] == [None, "too_many_requests", None]


def test_a_plain_form_is_told_in_words(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    send(bob, "a.mp3", 1000)
    answer = signed_in(bob).post(UPLOAD, {"file": SimpleUploadedFile("b.mp3", b"sound")})
    said = [str(message).replace("\xa0", " ") for message in get_messages(answer.wsgi_request)]
    assert said == ["You have uploaded too much. Try again in 1 day."]


def test_each_account_has_its_own(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    send(bob, "a.mp3", 1000)
    assert send(make_user("carol"), "b.mp3", 1000).status_code == 201


def test_the_staff_is_not_counted(alice: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 1000
    for _ in range(FILES_OF_ACCOUNT.amount):
        count_upload(alice, 1000)
    assert send(alice, "a.mp3", 1001).status_code == 201


def test_no_limit_on_bytes(bob: User, data_dir: Path, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES_PER_DAY = 0
    assert [send(bob, name, 5000).status_code for name in ("a.mp3", "b.mp3")] == [201, 201]
    for _ in range(FILES_OF_ACCOUNT.amount - 2):
        count_upload(bob, 10**12)
    assert send(bob, "c.mp3", 1).status_code == 429
