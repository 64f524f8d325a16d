"""A room as it stands at one instant, for everything that shows it: read once, its queue only if somebody asks."""

from dataclasses import dataclass
from functools import cached_property

from playback.timeline import Entry, Transport, advance, find
from rooms.models import QueueEntry, Room
from rooms.rows import as_entries, play_order, transport_of


@dataclass(frozen=True)
class RoomView:
    room: Room
    now_us: int

    @cached_property
    def queue(self) -> list[QueueEntry]:
        """In play order, each entry with its track."""
        return play_order(self.room)

    @cached_property
    def entries(self) -> list[Entry]:
        return as_entries(self.queue)

    @cached_property
    def transport(self) -> Transport:
        """As it is now, whoever wrote it down last."""
        return advance(transport_of(self.room), self.entries, self.now_us)[0]

    @property
    def current(self) -> QueueEntry | None:
        index = find(self.entries, self.transport.entry)
        return None if index is None else self.queue[index]


def view_of(room: Room, now_us: int, queue: list[QueueEntry] | None = None) -> RoomView:
    """`queue`: the room's, if the caller holds it already."""
    view = RoomView(room, now_us)
    if queue is not None:
        view.__dict__["queue"] = queue  # where cached_property looks first
    return view
