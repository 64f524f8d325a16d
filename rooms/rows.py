"""From rows to the timeline's own values."""

from playback.timeline import Entry, Repeat, Status, Transport
from rooms.models import QueueEntry, Room


def transport_of(room: Room) -> Transport:
    """The transport as it was written down; `playback.timeline.advance` brings it up to now."""
    return Transport(Status(room.status), room.entry, room.position, room.at_us, Repeat(room.repeat))


def play_order(room: Room) -> list[QueueEntry]:
    """The room's queue in the order in which it plays, each entry with its track."""
    rank = "shuffled_rank" if room.shuffle else "rank"
    return list(room.entries.filter(removed_revision=None).select_related("track").order_by(rank, "id"))


def as_entries(queue: list[QueueEntry]) -> list[Entry]:
    return [Entry(entry.pk, entry.track.total_samples) for entry in queue]
