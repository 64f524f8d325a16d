"""Compares the revisions of the live rooms with the database, so that what was lost on the way is noticed although no
further message follows. It finds, too, what processes without sockets changed (the ingest worker, manage.py)."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError

from rooms.broadcast import group_of
from rooms.selectors import revisions

CHECK_EVERY_S = 0.4
"""A loss is noticed by the second look after it, within a second. One query for all rooms, by their keys."""

GONE = 0
"""In place of a revision: the room is there no more."""


class Followed(Protocol):
    """What the watch needs of a live room."""

    @property
    def revision(self) -> int: ...


async def watch(rooms: Mapping[int, Followed]) -> None:
    """For as long as there are live rooms. Who is behind hears of it in turn, after what has come before."""
    layer = get_channel_layer()
    seen: dict[int, int] = {}
    while True:
        await asyncio.sleep(CHECK_EVERY_S)
        asked = dict(rooms)
        try:
            held = await database_sync_to_async(revisions)(list(asked))
        except DatabaseError:  # whoever has to write says it
            continue
        before, seen = seen, {room_id: held.get(room_id, GONE) for room_id in asked}
        for room_id, room in asked.items():
            if room_id in before and is_overdue(room.revision, before[room_id], seen[room_id]):
                await layer.group_send(group_of(room_id), {"type": "room.checked", "revision": seen[room_id]})


def is_overdue(told: int, before: int, now: int) -> bool:
    """Whether sockets that know the revision `told` missed something, where the database was at `before` and is at
    `now`. What was written down a moment ago is on its way; a revision goes back when a backup is restored."""
    return told < before or (now == before < told)
