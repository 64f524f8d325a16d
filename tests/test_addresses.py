"""Every address of the site, asked as link previews, monitors and crawlers do."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from tests.builders import make_room, make_user, put_package, ready_track, signed_in

pytestmark = pytest.mark.django_db

ELSEWHERE = ("admin", "ninja")
"""The administration and the API say for themselves which methods they have."""


def addresses(within: list[URLPattern | URLResolver], known: dict[str, object], namespace: str = "") -> Iterator[str]:
    for one in within:
        if isinstance(one, URLResolver):
            if one.app_name not in ELSEWHERE:
                yield from addresses(one.url_patterns, known, f"{one.app_name}:" if one.app_name else namespace)
        elif one.name:
            yield reverse(namespace + one.name, kwargs={field: known[field] for field in one.pattern.converters})


def test_what_answers_get_answers_head(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    alice = make_user("alice")
    room, track = make_room(alice), ready_track(seconds=9)
    put_package(track)
    known = {
        "slug": room.slug, "name": "queue", "track_id": track.pk, "package": track.package, "rendition": "aac-64",
        "index": 0, "first": 0, "last": 1, "cover": "c" * 64, "pk": 1, "upload_id": uuid4(),
    }  # fmt: skip
    answered = 0
    for address in addresses(get_resolver().url_patterns, known):
        for browser in (Client(), signed_in(alice)):
            got = browser.get(address)
            if got.status_code < 400:
                answered += 1
                head = browser.head(address)
                kinds = got.get("Content-Type"), head.get("Content-Type")
                assert (address, head.status_code, kinds[1]) == (address, got.status_code, kinds[0])
    assert answered > 40


@pytest.mark.parametrize(("path", "kind"), [("/favicon.ico", "image/"), ("/robots.txt", "text/plain")])
def test_what_programs_ask_for_unasked_is_there(client: Client, path: str, kind: str) -> None:
    for ask in (client.get, client.head):
        answer = ask(path)
        answer.close()
        assert (answer.status_code, answer["Content-Type"].startswith(kind)) == (200, True)
