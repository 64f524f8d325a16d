"""The play order of a queue, inside a change: putting in, taking out, shuffling.

An entry's rank is a number with a gap to its neighbours', so that a move writes one row, however long the queue is.
"""

from collections.abc import Sequence
from random import Random

from django.db import connection

from playback.commands import after_queue_change
from playback.lists import longest_increasing
from playback.timeline import find
from rooms.change import RoomChange
from rooms.models import QueueEntry, Room

RANK_GAP = 1 << 20
"""Between neighbours: twenty entries can be put into the same place, one in front of the other, before ranks are made
anew; a database's integer holds RANK_GAP times more entries than a room does."""

KEPT_REMOVED_ENTRIES = 5000
"""Removed entries kept for "undo": as many as one "clear" can take out."""

MANY_REMOVED = 50
"""What is beyond KEPT_REMOVED_ENTRIES is looked for when so many go at once, and at each so manieth revision."""


def rank_of(room: Room, entry: QueueEntry) -> int:
    """The entry's place in the order that is in force."""
    return entry.shuffled_rank if room.shuffle else entry.rank


def arrange(change: RoomChange, order: Sequence[QueueEntry]) -> None:
    """Make `order` the play order, with as few rows written as it takes. New entries have no id yet: they are written
    whole. While the room shuffles, the arranged order is left as it was, and new entries go to its end."""
    column = "shuffled_rank" if change.room.shuffle else "rank"
    ranks = _ranks([getattr(entry, column) if entry.pk else None for entry in order])
    if ranks is None:
        order, ranks = list(order), [(at + 1) * RANK_GAP for at in range(len(order))]
        _shift_removed(change, column)
    moved = [(e, rank) for e, rank in zip(order, ranks, strict=True) if e.pk and getattr(e, column) != rank]
    new = [(e, rank) for e, rank in zip(order, ranks, strict=True) if not e.pk]
    last = max((entry.rank for entry in order if entry.pk), default=0)
    for entry, rank in moved:
        setattr(entry, column, rank)
    for at, (entry, rank) in enumerate(new, 1):
        entry.shuffled_rank = rank
        entry.rank = last + at * RANK_GAP if change.room.shuffle else rank
    QueueEntry.objects.bulk_create([entry for entry, _ in new])
    _write_rows([(rank, entry.pk) for entry, rank in moved], column)
    change.set_queue(list(order))


def take_out(change: RoomChange, going: Sequence[QueueEntry]) -> None:
    """Take entries out of the queue, to be put back by this change's revision. If the current one is among them, the
    music goes on with what stood behind it."""
    change.settle()
    before, gone = change.entries, {entry.pk for entry in going}
    QueueEntry.objects.filter(pk__in=gone).update(removed_revision=change.revision)
    change.set_queue([e for e in change.queue if e.pk not in gone])
    change.start(after_queue_change(change.transport, before, change.entries, change.now_us + change.lead_us()))
    if len(going) >= MANY_REMOVED or change.revision % MANY_REMOVED == 0:
        removed = change.room.entries.exclude(removed_revision=None).order_by("-removed_revision", "-id")
        beyond = list(removed.values_list("pk", flat=True)[KEPT_REMOVED_ENTRIES : KEPT_REMOVED_ENTRIES + 5000])
        QueueEntry.objects.filter(pk__in=beyond).delete()


def put_back(change: RoomChange, back: Sequence[QueueEntry]) -> None:
    """Put removed entries back where they were: they still have their ranks."""
    QueueEntry.objects.filter(pk__in=[entry.pk for entry in back]).update(removed_revision=None)
    change.set_queue(sorted([*change.queue, *back], key=lambda e: (rank_of(change.room, e), e.pk)))


def shuffle(change: RoomChange, on: bool, random: Random) -> None:
    """Play in a random order from the current entry on, or in the arranged order again."""
    change.settle()
    order = list(change.queue)
    if on:
        current = find(change.entries, change.transport.entry)
        first = [] if current is None else [order[current]]
        rest = [e for i, e in enumerate(order) if i != current]
        random.shuffle(rest)
        order = [*first, *rest]
        for at, entry in enumerate(order, 1):
            entry.shuffled_rank = at * RANK_GAP
        _write_rows([(entry.shuffled_rank, entry.pk) for entry in order], "shuffled_rank")
    else:
        order.sort(key=lambda e: (e.rank, e.pk))
    change.room.shuffle = on
    change.set_queue(order)
    change.touch("transport")


def _ranks(ranks: Sequence[int | None]) -> list[int] | None:
    """Rising ranks for entries in this order that change as few of those given as possible; None: there is no room
    between two of them."""
    known = [(at, rank) for at, rank in enumerate(ranks) if rank is not None]
    kept = {known[at][0] for at in longest_increasing([rank for _, rank in known])}
    made: list[int] = []
    at = 0
    while at < len(ranks):
        if at in kept:
            made.append(ranks[at] or 0)
            at += 1
            continue
        end = next((later for later in range(at, len(ranks)) if later in kept), len(ranks))
        low = made[-1] if made else None
        high = ranks[end] if end < len(ranks) else None
        between = _between(low, high, end - at)
        if between is None:
            return None
        made += between
        at = end
    return made


def _between(low: int | None, high: int | None, count: int) -> list[int] | None:
    """`count` rising numbers between two; None: they do not fit."""
    if high is None:
        return [(low or 0) + (at + 1) * RANK_GAP for at in range(count)]
    if low is None:
        return [high - (count - at) * RANK_GAP for at in range(count)]
    step = (high - low) // (count + 1)
    return None if step < 1 else [low + (at + 1) * step for at in range(count)]


def _shift_removed(change: RoomChange, column: str) -> None:
    """Ranks are made anew: of removed entries, whose neighbours are not known any more, as good a place as any is the
    one after the entry that stood before them."""
    places = {entry.pk: at + 1 for at, entry in enumerate(change.queue)}
    everything = list(change.room.entries.order_by(column, "id").values_list("pk", "removed_revision"))
    last, writes = 0, []
    for pk, removed in everything:
        if removed is None:
            last = places.get(pk, last)
        else:
            writes.append((last * RANK_GAP + 1, pk))
    _write_rows(writes, column)


def _write_rows(rows: Sequence[tuple[int, int]], column: str) -> None:
    """(rank, id) of each. One prepared statement: Django's bulk_update makes a CASE of thousands of branches."""
    if rows:
        table, name = connection.ops.quote_name(QueueEntry._meta.db_table), connection.ops.quote_name(column)
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {name} = %s WHERE id = %s", rows)
