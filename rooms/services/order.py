"""The play order of a queue, inside a change: putting in, taking out, shuffling. Authority is the caller's business."""

from collections.abc import Sequence
from random import Random

from playback.commands import after_queue_change
from playback.timeline import find
from rooms.change import RoomChange
from rooms.models import QueueEntry, Room

KEPT_REMOVED_ENTRIES = 500
"""Removed entries kept for "undo": as many as one "clear" can take out."""


def rank_of(room: Room, entry: QueueEntry) -> int:
    """The entry's place in the order that is in force."""
    return entry.shuffled_rank if room.shuffle else entry.rank


def arrange(change: RoomChange, order: list[QueueEntry], new: Sequence[QueueEntry] = ()) -> None:
    """Make `order` the play order. While the room shuffles, the arranged order is left as it was, and the `new` entries
    go to its end."""
    for rank, entry in enumerate(order):
        if change.room.shuffle:
            entry.shuffled_rank = rank
        else:
            entry.rank = rank
    if change.room.shuffle:
        for rank, entry in enumerate(new, len(order) - len(new)):
            entry.rank = rank
    QueueEntry.objects.bulk_update(order, ["rank", "shuffled_rank"])
    change.queue = order
    change.touch("queue", "transport")


def take_out(change: RoomChange, going: Sequence[QueueEntry]) -> None:
    """Take entries out of the queue, to be put back by this change's revision. If the current one is among them, the
    music goes on with what stood behind it."""
    before, gone = change.entries, {entry.pk for entry in going}
    for entry in going:
        entry.removed_revision = change.revision
    QueueEntry.objects.bulk_update(going, ["removed_revision"])
    arrange(change, [e for e in change.queue if e.pk not in gone])
    change.start(after_queue_change(change.transport, before, change.entries, change.now_us + change.lead_us()))
    removed = change.room.entries.exclude(removed_revision=None).order_by("-removed_revision", "-id")
    QueueEntry.objects.filter(pk__in=list(removed.values_list("pk", flat=True)[KEPT_REMOVED_ENTRIES:])).delete()


def shuffle(change: RoomChange, on: bool, random: Random) -> None:
    """Play in a random order from the current entry on, or in the arranged order again."""
    if on:
        current = find(change.entries, change.transport.entry)
        first = [] if current is None else [change.queue[current]]
        rest = [e for i, e in enumerate(change.queue) if i != current]
        random.shuffle(rest)
        for rank, entry in enumerate([*first, *rest]):
            entry.shuffled_rank = rank
        QueueEntry.objects.bulk_update(change.queue, ["shuffled_rank"])
    change.room.shuffle = on
    change.queue.sort(key=lambda e: (rank_of(change.room, e), e.pk))
    change.touch("queue", "transport")
