"""The queue's commands: what plays, in which order. A removed entry can be put back where it was."""

from library.models import Track
from playback import protocol
from playback.commands import Jump, RefusalCode, place_of_next
from playback.timeline import find
from rooms.change import RoomChange
from rooms.errors import ErrorCode, RoomError
from rooms.models import QueueEntry
from rooms.permissions import Sender
from rooms.queue.order import arrange, put_back, take_out
from rooms.transport.act import act

MAX_QUEUE_ENTRIES = 5000
"""Some 300 hours of music. A change of one entry costs the same in a queue of any length (`rooms.queue.order`)."""

Undo = protocol.CommandMessage | None


def add(change: RoomChange, sender: Sender, message: protocol.QueueAdd) -> Undo:
    tracks = Track.objects.filter(pk__in=message.tracks, status=Track.Status.READY).in_bulk()
    if any(pk not in tracks for pk in message.tracks):
        raise RoomError(ErrorCode.NO_SUCH_TRACK)
    if len(change.queue) + len(message.tracks) > MAX_QUEUE_ENTRIES:
        raise RoomError(ErrorCode.QUEUE_FULL)
    added = [
        QueueEntry(room=change.room, track=tracks[pk], rank=0, shuffled_rank=0, added_by=sender.name)
        for pk in message.tracks
    ]
    at = len(change.queue) if message.place == "end" else place_of_next(change.transport, change.entries)
    arrange(change, [*change.queue[:at], *added, *change.queue[at:]])
    change.added = [entry.pk for entry in added]
    if message.place == "now":
        act(change, Jump(added[0].pk))
    return protocol.QueueRemove("", added[0].pk) if len(added) == 1 else None


def remove(change: RoomChange, sender: Sender, message: protocol.QueueRemove) -> Undo:
    _place_of(change, message.entry)
    take_out(change, [e for e in change.queue if e.pk == message.entry])
    return protocol.QueueRestore("", change.revision)


def move(change: RoomChange, sender: Sender, message: protocol.QueueMove) -> Undo:
    moving = _place_of(change, message.entry)
    if message.before is not None:
        _place_of(change, message.before)
    if message.before == message.entry:
        return None
    order = list(change.queue)
    behind = order[moving + 1].pk if moving + 1 < len(order) else None
    moved = order.pop(moving)
    at = len(order) if message.before is None else next(i for i, e in enumerate(order) if e.pk == message.before)
    if at == moving:
        return None  # where it is already
    arrange(change, [*order[:at], moved, *order[at:]])
    return protocol.QueueMove("", message.entry, behind)


def clear(change: RoomChange, sender: Sender, message: protocol.QueueClear) -> Undo:
    playing = change.transport.entry if change.transport.status == "playing" else None
    going = [e for e in change.queue if e.pk != playing]
    if not going:
        raise RoomError(RefusalCode.EMPTY_QUEUE)
    take_out(change, going)
    return protocol.QueueRestore("", change.revision)


def restore(change: RoomChange, sender: Sender, message: protocol.QueueRestore) -> Undo:
    back = list(change.room.entries.filter(removed_revision=message.revision).select_related("track"))
    if not back:
        raise RoomError(ErrorCode.NOTHING_TO_RESTORE)
    if len(change.queue) + len(back) > MAX_QUEUE_ENTRIES:
        raise RoomError(ErrorCode.QUEUE_FULL)
    put_back(change, back)
    return protocol.QueueRemove("", back[0].pk) if len(back) == 1 else None


def _place_of(change: RoomChange, entry: int) -> int:
    """Raises RoomError."""
    place = find(change.entries, entry)
    if place is None:
        raise RoomError(RefusalCode.NO_SUCH_ENTRY)
    return place
