"""One change of a room: read it as it stands now, alter it, write it down once, tell everybody.

Every writer goes through `changing`. The room's row is locked for the change (SQLite: by the immediate transaction) and
written by compare-and-set on its revision, so that whatever several processes notice at once is written by one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from playback.timeline import Entry, Start, Status, Transport, advance
from rooms import broadcast
from rooms.errors import ErrorCode, RoomError
from rooms.lead import lead_ms
from rooms.models import HistoryEntry, Room
from rooms.rows import as_entries, play_order, transport_of

MAX_HISTORY_ENTRIES = 1000
"""Kept for each room: some three days of music without a pause."""


class ConcurrentChange(Exception):
    """Another process wrote this revision first."""


class RoomChange:
    """A room inside `changing`: `transport` and `queue` as they stand at `now_us`."""

    def __init__(self, room: Room, now_us: int) -> None:
        self.room = room
        self.now_us = now_us
        self.base_revision = room.revision
        self.queue = play_order(room)
        self._touched: set[str] = set()
        self._saved = False
        self._written = transport_of(room)
        self.transport, starts = advance(self._written, self.entries, now_us)
        self._record(starts)

    def lead_us(self, *, fetching: bool = False) -> int:
        """How far ahead the change takes effect (`rooms.lead`)."""
        return lead_ms(self.room.pk, fetching=fetching) * 1000

    @property
    def entries(self) -> list[Entry]:
        return as_entries(self.queue)

    @property
    def revision(self) -> int:
        """The revision that this change makes."""
        return self.base_revision + 1

    def touch(self, *parts: str) -> None:
        """Say that `queue`, `history`, `settings` or `transport` changed."""
        self._touched.update(parts)

    def start(self, transport: Transport) -> None:
        """Go over to `transport`, and write into the history what begins to sound by it."""
        self._take_back_unsounded(transport)
        before = self.transport
        self.transport = transport
        began = transport.status is Status.PLAYING and transport.entry is not None and (
            before.entry != transport.entry or before.status is Status.STOPPED or self._restarts(before, transport)
        )  # fmt: skip
        if began:
            assert transport.entry is not None
            self._record((Start(transport.entry, transport.at_us),))

    @staticmethod
    def _restarts(before: Transport, after: Transport) -> bool:
        """A paused entry that was chosen again while paused has not been heard yet."""
        return before.status is Status.PAUSED and before.position == 0 and after.position == 0

    def _take_back_unsounded(self, transport: Transport) -> None:
        """An entry that was skipped before its agreed instant never sounded."""
        if transport.entry != self.transport.entry or transport.status is Status.STOPPED:
            taken, _ = self.room.history.filter(started_us__gt=self.now_us).delete()
            if taken:
                self.touch("history")

    def _record(self, starts: tuple[Start, ...]) -> None:
        queued = {entry.pk: entry for entry in self.queue}
        HistoryEntry.objects.bulk_create(
            HistoryEntry(
                room=self.room, track=queued[start.entry].track, entry=start.entry,
                title=queued[start.entry].track.title, artist=queued[start.entry].track.artist,
                added_by=queued[start.entry].added_by, started_us=start.at_us,
            )
            for start in starts
        )  # fmt: skip
        if starts:
            self.touch("history")
            beyond = self.room.history.values_list("pk", flat=True)[MAX_HISTORY_ENTRIES : MAX_HISTORY_ENTRIES + 500]
            HistoryEntry.objects.filter(pk__in=list(beyond)).delete()

    def save(self) -> int:
        """Write the change down, once; the room's revision afterwards. Raises ConcurrentChange."""
        if self._saved:
            return self.room.revision
        if self.transport != self._written:
            self.touch("transport")
        if not self._touched:
            return self.base_revision
        room = self.room
        room.status, room.repeat = self.transport.status.value, self.transport.repeat.value
        room.entry, room.position, room.at_us = self.transport.entry, self.transport.position, self.transport.at_us
        room.revision = self.revision
        for part in self._touched:
            setattr(room, f"{part}_revision", self.revision)
        values = {f.attname: getattr(room, f.attname) for f in Room._meta.concrete_fields if not f.primary_key}
        if not Room.objects.filter(pk=room.pk, revision=self.base_revision).update(**values):
            raise ConcurrentChange
        self._saved = True
        room_id, base_revision = room.pk, self.base_revision
        transaction.on_commit(lambda: broadcast.room_changed(room_id, base_revision))
        return self.revision


@contextmanager
def changing(slug: str, now_us: int) -> Iterator[RoomChange]:
    """The room `slug`, locked, as it stands at `now_us`. What the block changes is saved at its end, all or nothing.
    Raises RoomError(NO_SUCH_ROOM)."""
    with transaction.atomic():
        room = Room.objects.select_for_update().filter(slug=slug).first()
        if room is None:
            raise RoomError(ErrorCode.NO_SUCH_ROOM)
        change = RoomChange(room, now_us)
        yield change
        change.save()
