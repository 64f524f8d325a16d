"""One change of a room: read it as it stands now, alter it, write it down once, tell everybody.

Every writer goes through `changing`. The room's row is held for the change before anything of the room is read
(`synchro.locks`), and written by compare-and-set on its revision, so that whatever several processes notice at once is
written by one of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from playback.plays import Play, counts, gone_by, heard_until
from playback.timeline import Entry, Status, Transport, advance, find, instant_of
from rooms import broadcast
from rooms.errors import ErrorCode, RoomError
from rooms.history.part import SHOWN_ROWS, newest
from rooms.identity import Identity
from rooms.models import HistoryEntry, Member, QueueEntry, Room, RoomEvent
from rooms.rows import as_entries, play_order, transport_of
from rooms.transport.lead import lead_ms
from rooms.transport.part import coming
from rooms.updates import Changed, Order
from rooms.view import view_of
from synchro.locks.named import hold_rows

MAX_HISTORY_ENTRIES = 1000
"""Kept for each room: some three days of music without a pause."""

MAX_EVENTS = 5000
"""Kept for each room: an evening of a full room."""

EVENTS_PER_SWEEP = 100
"""Old events are deleted with each so manieth new one, so that most changes do not pay for it."""

RoomKey = int | str
"""A room's id, or its slug, which is what an address says."""


class ConcurrentChange(Exception):
    """Another process wrote this revision first."""


class RoomChange:
    """A room inside `changing`: `transport` and `queue` as they stand at `now_us`, read when they are first asked for:
    who joins or renames a room needs neither. `member` is the membership of whoever changes it."""

    def __init__(self, room: Room, now_us: int, member: Member | None = None) -> None:
        self.room = room
        self.now_us = now_us
        self.member = member
        self.base_revision = room.revision
        self.added: list[int] = []
        """The entries that this change put into the queue."""
        self.destroyed = False
        self._queue: list[QueueEntry] | None = None
        self._entries: list[Entry] = []
        self._known: dict[int, QueueEntry] = {}  # every entry that the queue had during the change
        self._touched: set[str] = set()
        self._before: dict[str, list[int]] = {}  # the order of lists, as it was
        self._looks_different: set[int] = set()
        self._history: list[int] = []
        self._coming_before: list[int] | None = None
        self._event: RoomEvent | None = None
        self._saved = False
        self._written = transport_of(room)
        self._transport: Transport | None = None
        self._play: Play | None = None
        if room.entry is not None and room.began_us is not None:
            self._play = Play(room.entry, room.began_us, room.heard_samples)

    @property
    def queue(self) -> Sequence[QueueEntry]:
        if self._queue is None:
            self._hold(play_order(self.room))
            self._before["queue"] = [entry.pk for entry in self.queue]
        assert self._queue is not None
        return self._queue

    def set_queue(self, queue: list[QueueEntry]) -> None:
        """The queue's new order, written down already."""
        self.settle()  # by the order that was in force until now
        self._hold(queue)
        self.touch("queue")

    @property
    def entries(self) -> Sequence[Entry]:
        assert self.queue is not None
        return self._entries

    @property
    def transport(self) -> Transport:
        if self._transport is None:
            if self.entries and self._play and self._play.entry not in self._known:
                self._play = None  # somebody deleted its row
            self._transport = self._gone_on(self._written, self.now_us)
            self._coming_before = self._coming()
        return self._transport

    def lead_us(self, *, fetching: bool = False) -> int:
        """How far ahead the change takes effect (`rooms.transport.lead`)."""
        return lead_ms(self.room.pk, fetching=fetching) * 1000

    @property
    def revision(self) -> int:
        """The revision that this change makes."""
        return self.base_revision + 1

    def settle(self) -> None:
        """Take up what the timeline has come to by itself."""
        assert self.transport

    def touch(self, *parts: str) -> None:
        """Say that a part changed: one of `rooms.parts`."""
        self._touched.update(parts)

    def renamed(self, track_id: int) -> None:
        """A track's names or cover are others now."""
        self._looks_different = {entry.pk for entry in self.queue if entry.track_id == track_id}
        self.touch("queue", "transport")

    def destroy(self) -> None:
        """The room goes, with everything in it."""
        self.room.delete()
        self.destroyed = True

    def start(self, transport: Transport) -> None:
        """Go over to `transport`, and write into the history what was played until then."""
        before = self._gone_on(self.transport, transport.at_us)
        self._transport = transport
        if self._play:
            total_samples = self._known[self._play.entry].track.total_samples
            self._play = heard_until(self._play, before, transport.at_us, total_samples)
            if transport.entry != self._play.entry or transport.status is Status.STOPPED:
                self._record([self._play])
                self._play = None
        if self._play is None and transport.status is Status.PLAYING and transport.entry is not None:
            self._play = Play(transport.entry, transport.at_us)

    def note(self, event: RoomEvent) -> None:
        """Write `event` down with the change."""
        self._event = event

    def _hold(self, queue: list[QueueEntry]) -> None:
        self._queue, self._entries = queue, as_entries(queue)
        self._known.update((entry.pk, entry) for entry in queue)

    def _gone_on(self, transport: Transport, until_us: int) -> Transport:
        """As it is at `until_us` by itself, with what was played until then in the history."""
        after, starts = advance(transport, self.entries, until_us)
        total_samples = {entry.id: entry.total_samples for entry in self.entries}
        ended, self._play = gone_by(self._play, transport, after, starts, total_samples)
        self._record(ended)
        return after

    def _record(self, plays: Sequence[Play]) -> None:
        played = [(play, self._known[play.entry]) for play in plays]
        played = [(play, entry) for play, entry in played if counts(play, entry.track.total_samples)]
        if not played:
            return
        self._touch_history()
        written = HistoryEntry.objects.bulk_create(
            HistoryEntry(
                room=self.room, track=entry.track, entry=entry.pk, title=entry.track.title, artist=entry.track.artist,
                added_by=entry.added_by, started_us=play.began_us,
            )
            for play, entry in played
        )  # fmt: skip
        self._history = [*(row.pk for row in reversed(written)), *self._history][:SHOWN_ROWS]
        beyond = self.room.history.values_list("pk", flat=True)[MAX_HISTORY_ENTRIES : MAX_HISTORY_ENTRIES + 500]
        HistoryEntry.objects.filter(pk__in=list(beyond)).delete()

    def _touch_history(self) -> None:
        if "history" not in self._before:
            self._before["history"] = newest(self.room)
            self._history = list(self._before["history"])
        self.touch("history")

    def save(self) -> int:
        """Write the change down, once; the room's revision afterwards. Raises ConcurrentChange."""
        if self._saved or self.destroyed:
            return self.room.revision
        self._saved = True
        transport = self._transport or self._written
        if transport != self._written or self._coming() != self._coming_before:
            self.touch("transport")
        if self._touched:
            self._write(transport)
        if self._event:
            self._event.revision = self.room.revision
            self._event.save(force_insert=True)
            if self._event.pk % EVENTS_PER_SWEEP == 0:
                old = self.room.events.values_list("pk", flat=True)[MAX_EVENTS : MAX_EVENTS + EVENTS_PER_SWEEP * 2]
                RoomEvent.objects.filter(pk__in=list(old)).delete()
        return self.room.revision

    def _write(self, transport: Transport) -> None:
        room = self.room
        room.status, room.repeat = transport.status.value, transport.repeat.value
        room.entry, room.position, room.at_us = transport.entry, transport.position, transport.at_us
        room.began_us = self._play.began_us if self._play else None
        room.heard_samples = self._play.heard_samples if self._play else 0
        if self._queue is not None:
            room.ends_us = self._ends_us(transport)
        room.revision = self.revision
        bases = {part: room.revision_of(part) for part in self._touched}
        room.part_revisions = {**room.part_revisions, **dict.fromkeys(self._touched, self.revision)}
        values = {f.attname: getattr(room, f.attname) for f in Room._meta.concrete_fields if not f.primary_key}
        if not Room.objects.filter(pk=room.pk, revision=self.base_revision).update(**values):
            raise ConcurrentChange
        changed = Changed(
            view=view_of(room, self.now_us, self._queue), base_revision=self.base_revision,
            touched=frozenset(self._touched), orders=self._orders(), bases=bases,
        )  # fmt: skip
        transaction.on_commit(lambda: broadcast.room_changed(changed))

    def _orders(self) -> dict[str, Order]:
        orders = {}
        if "queue" in self._before:
            after = [entry.pk for entry in self.queue]
            orders["queue"] = Order(self._before["queue"], after, self._looks_different)
        if "history" in self._before:
            orders["history"] = Order(self._before["history"], self._history)
        return orders

    def _coming(self) -> list[int] | None:
        """What plays next, if this change knows the queue at all."""
        if self._queue is None or self._transport is None:
            return None
        return [entry.id for entry in coming(self._entries, self._transport)]

    def _ends_us(self, transport: Transport) -> int | None:
        index = find(self.entries, transport.entry)
        if index is None or transport.status is not Status.PLAYING:
            return None
        return instant_of(transport, self.entries[index].total_samples)


@contextmanager
def changing(key: RoomKey, now_us: int, identity: Identity | None = None) -> Iterator[RoomChange]:
    """The room, locked, as it stands at `now_us`, with the membership of `identity`. What the block changes is saved at
    its end, all or nothing. Raises RoomError(NO_SUCH_ROOM)."""
    with transaction.atomic():
        room, member = _locked(key, identity)
        change = RoomChange(room, now_us, member)
        yield change
        change.save()


def room_named(key: RoomKey) -> dict[str, Any]:
    """The column by which a room is found. No address has a NUL in it, and PostgreSQL fails at one."""
    return {"pk": key} if isinstance(key, int) else {"slug": key.replace("\0", "�")}


def _locked(key: RoomKey, identity: Identity | None) -> tuple[Room, Member | None]:
    named = room_named(key)
    hold_rows(Room.objects.filter(**named))
    if identity:  # mostly a member: both in one query
        theirs = {f"room__{name}": value for name, value in named.items()} | identity.columns
        if member := Member.objects.select_related("room").filter(**theirs).first():
            return member.room, member
    room = Room.objects.filter(**named).first()
    if room is None:
        raise RoomError(ErrorCode.NO_SUCH_ROOM)
    return room, None
