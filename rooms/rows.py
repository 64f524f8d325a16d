"""From rows to the timeline's own values."""

from collections.abc import Sequence

from playback.timeline import Entry, Repeat, Status, Transport
from rooms.models import QueueEntry, Room


def transport_of(room: Room) -> Transport:
    """The transport as it was written down; `playback.timeline.advance` brings it up to now."""
    return Transport(Status(room.status), room.entry, room.position, room.at_us, Repeat(room.repeat))


def play_order(room: Room) -> list[QueueEntry]:
    """The room's queue in the order in which it plays, each entry with its track."""
    return play_orders([room])[room.pk]


def play_orders(rooms: Sequence[Room]) -> dict[int, list[QueueEntry]]:
    """The same of several rooms, by room id. One query."""
    queues: dict[int, list[QueueEntry]] = {room.pk: [] for room in rooms}
    for entry in QueueEntry.objects.filter(room__in=queues, removed_revision=None).select_related("track"):
        queues[entry.room_id].append(entry)
    for room in rooms:
        queues[room.pk].sort(key=lambda e: (e.shuffled_rank if room.shuffle else e.rank, e.pk))
    return queues


def as_entries(queue: Sequence[QueueEntry]) -> list[Entry]:
    return [Entry(entry.pk, entry.track.total_samples) for entry in queue]
