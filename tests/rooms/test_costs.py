"""What changes and pages cost in queries, in rooms of any size: the same."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playback.protocol import CommandMessage, QueueAdd, QueueMove, QueueRemove, TransportNext, TransportPlay
from rooms.commands import carry_out, carry_out_for_site
from rooms.identity import Identity, of_user
from rooms.models import QueueEntry, Room
from rooms.rows import play_order
from tests.builders import NOW_US, SECOND_US, make_room, make_user, ready_track

pytestmark = pytest.mark.django_db


def statements(context: CaptureQueriesContext) -> list[str]:
    """Queries but for the transaction's own words, and the lock that PostgreSQL needs besides."""
    own = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    asked = [query["sql"] for query in context.captured_queries]
    return [sql for sql in asked if not sql.startswith(own) and not sql.endswith("FOR UPDATE")]


def fill(room: Room, entries: int) -> Room:
    track = ready_track()
    QueueEntry.objects.bulk_create(
        QueueEntry(room=room, track=track, rank=n << 20, shuffled_rank=n << 20) for n in range(entries)
    )
    return Room.objects.get(pk=room.pk)


@pytest.fixture
def alice() -> Identity:
    return of_user(make_user("alice"))


@pytest.mark.parametrize("entries", [2, 500])
def test_a_move_is_five_queries(
    alice: Identity, entries: int, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]]
) -> None:
    room = fill(make_room(alice), entries)
    carry_out_for_site(room.pk, TransportPlay(""), now_us=NOW_US)
    queue = [entry.pk for entry in play_order(room)]
    with django_capture_on_commit_callbacks(execute=True):  # the renditions of what plays are read once for all rooms
        carry_out(room.pk, QueueMove("a", queue[-1], queue[0]), identity=alice, now_us=NOW_US)
    with CaptureQueriesContext(connection) as made, django_capture_on_commit_callbacks(execute=True):
        carry_out(room.pk, QueueMove("b", queue[-1], None), identity=alice, now_us=NOW_US + SECOND_US)
    assert len(statements(made)) <= 5, statements(made)
    assert [entry.pk for entry in play_order(room)] == queue


@pytest.mark.parametrize(("message", "most"), [("add", 7), ("remove", 6), ("next", 10)])
def test_other_changes_cost_a_few_more(
    alice: Identity,
    message: str,
    most: int,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    costs = []
    for entries in (4, 400):
        room = fill(make_room(alice, f"Room of {entries}"), entries)
        queue = [entry.pk for entry in play_order(room)]
        with django_capture_on_commit_callbacks(execute=True):
            carry_out_for_site(room.pk, TransportPlay(""), now_us=NOW_US)
        track = ready_track().pk
        commands: dict[str, CommandMessage] = {
            "add": QueueAdd("a", [track]), "remove": QueueRemove("a", queue[2]), "next": TransportNext("a", queue[0]),
        }  # fmt: skip
        with CaptureQueriesContext(connection) as made, django_capture_on_commit_callbacks(execute=True):
            carry_out(room.pk, commands[message], identity=alice, now_us=NOW_US + SECOND_US)
        costs.append(len(statements(made)))
    assert costs[0] == costs[1]
    assert costs[0] <= most


@pytest.mark.parametrize("rooms", [0, 1, 60, 200])
def test_the_home_page_reads_no_queue(client: Client, rooms: int) -> None:
    Room.objects.bulk_create(Room(name=f"Room {n}", slug=f"room-{n}") for n in range(rooms))
    for room in Room.objects.all()[:3]:
        fill(room, 100)
        carry_out_for_site(room.pk, TransportPlay(""), now_us=NOW_US)
    with CaptureQueriesContext(connection) as made:
        answer = client.get("/")
    assert answer.status_code == 200
    assert len(made) <= 5, statements(made)
    assert answer.content.count(b'class="card"') == min(rooms, 60)
