"""What only one transaction does at a time, where the database lets several write at once.

SQLite has one writer: its transaction began with the lock (settings: IMMEDIATE), and nothing more is needed there.
PostgreSQL has many. A rule that counts rows before it adds one, or that reads a row before it writes it, holds one of
these first, and reads after that: what it reads is then what others have committed.

They are taken in this order, so that no two transactions wait for each other: a named lock, a track's row, rooms' rows
by their ids, everything else.
"""

from enum import IntEnum
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Lock(IntEnum):
    """Numbers for PostgreSQL: they stay as they are, since processes of two versions may run side by side."""

    ROOM_OPENING = 1
    """A free address is looked for, and the rooms of a person are counted."""
    UPLOADS_OF_PERSON = 2
    """What somebody's files take is added up."""
    TOKENS_OF_PERSON = 3
    """They are counted."""
    FIRST_ADMINISTRATOR = 4
    """There is none yet."""


def hold(lock: Lock, person: int = 0) -> None:
    """Until the transaction ends, nobody else holds it, of the same person if it is one's own. Again is fine."""
    if connection.vendor == "postgresql":
        assert connection.in_atomic_block, "a lock is held by a transaction"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [int(lock), person])


def hold_rows(rows: QuerySet[Any], *, referred_to: bool = False) -> None:
    """Until the transaction ends, nobody else changes these rows or holds them. With `referred_to`, others may write
    rows that refer to them meanwhile."""
    if connection.features.has_select_for_update:
        held = rows.order_by("pk").select_for_update(no_key=referred_to)
        list(held.values_list("pk"))
