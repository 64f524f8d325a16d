"""The queue: what plays, in which order. A removed entry can be put back where it was."""

from collections.abc import Sequence
from typing import Literal

from library.models import Track
from playback.commands import Jump, RefusalCode, apply
from playback.timeline import find
from rooms.change import changing
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import QueueEntry, Room
from rooms.services.authority import require_control
from rooms.services.order import arrange, rank_of, take_out

MAX_QUEUE_ENTRIES = 500
"""Some 30 hours of music. The rendered queue is sent whole on a change, about 700 bytes an entry."""

Place = Literal["end", "next", "now"]


def queue_add(slug: str, *, identity: Identity, track_ids: Sequence[int], now_us: int, place: Place = "end") -> int:
    """Add ready tracks at the end, behind the current entry, or there and play the first of them at once. Returns the
    revision."""
    with changing(slug, now_us) as change:
        member = require_control(change.room, identity)
        tracks = Track.objects.filter(pk__in=track_ids, status=Track.Status.READY).in_bulk()
        if not track_ids or any(pk not in tracks for pk in track_ids):
            raise RoomError(ErrorCode.NO_SUCH_TRACK)
        if len(change.queue) + len(track_ids) > MAX_QUEUE_ENTRIES:
            raise RoomError(ErrorCode.QUEUE_FULL)
        added_by = member.nickname if member else identity.display_name[:40]
        added = [
            QueueEntry.objects.create(
                room=change.room, track=tracks[pk], rank=0, shuffled_rank=0, added_by=added_by
            )
            for pk in track_ids
        ]  # fmt: skip
        at = len(change.queue)
        if place != "end" and (current := find(change.entries, change.transport.entry)) is not None:
            at = current + 1
        arrange(change, [*change.queue[:at], *added, *change.queue[at:]], new=added)
        if place == "now":
            lead_us = change.lead_us(fetching=True)
            change.start(apply(change.transport, change.entries, Jump(added[0].pk), now_us, lead_us))
        return change.revision


def queue_remove(slug: str, *, identity: Identity, entry: int, now_us: int) -> int:
    """Take an entry out; if it is the current one, the next one plays. Returns the revision, by which it can be
    put back."""
    with changing(slug, now_us) as change:
        require_control(change.room, identity)
        if find(change.entries, entry) is None:
            raise RoomError(RefusalCode.NO_SUCH_ENTRY)
        take_out(change, [e for e in change.queue if e.pk == entry])
        return change.revision


def queue_clear(slug: str, *, identity: Identity, now_us: int) -> int:
    """Take out everything but what is playing. Returns the revision, by which it can be put back."""
    with changing(slug, now_us) as change:
        require_control(change.room, identity)
        playing = change.transport.entry if change.transport.status == "playing" else None
        going = [e for e in change.queue if e.pk != playing]
        if not going:
            raise RoomError(RefusalCode.EMPTY_QUEUE)
        take_out(change, going)
        return change.revision


def queue_restore(slug: str, *, identity: Identity, revision: int, now_us: int) -> int:
    """Put back what the change `revision` took out, where it was. Returns the new revision."""
    with changing(slug, now_us) as change:
        require_control(change.room, identity)
        back = list(change.room.entries.filter(removed_revision=revision).select_related("track"))
        if not back:
            raise RoomError(ErrorCode.NOTHING_TO_RESTORE)
        if len(change.queue) + len(back) > MAX_QUEUE_ENTRIES:
            raise RoomError(ErrorCode.QUEUE_FULL)
        order = list(change.queue)
        for entry in sorted(back, key=lambda e: rank_of(change.room, e)):
            order.insert(min(rank_of(change.room, entry), len(order)), entry)
            entry.removed_revision = None
        QueueEntry.objects.bulk_update(back, ["removed_revision"])
        arrange(change, order)
        return change.revision


def queue_move(slug: str, *, identity: Identity, entry: int, before: int | None, now_us: int) -> int:
    """Put `entry` in front of the entry `before`, or at the end. Returns the revision."""
    with changing(slug, now_us) as change:
        require_control(change.room, identity)
        moving = find(change.entries, entry)
        if moving is None or (before is not None and find(change.entries, before) is None):
            raise RoomError(RefusalCode.NO_SUCH_ENTRY)
        if before != entry:
            order = list(change.queue)
            moved = order.pop(moving)
            at = len(order) if before is None else next(i for i, e in enumerate(order) if e.pk == before)
            arrange(change, [*order[:at], moved, *order[at:]])
        return change.revision


def track_changed(track_id: int, now_us: int) -> None:
    """A track's names or cover changed: pages that show it in a queue are to be told."""
    for slug in _rooms_with(track_id):
        with changing(slug, now_us) as change:
            change.touch("queue", "transport")


def track_going(track_id: int, now_us: int) -> None:
    """A track is about to be deleted: take it out of every queue, so that the music goes on with the next entry."""
    for slug in _rooms_with(track_id):
        with changing(slug, now_us) as change:
            take_out(change, [e for e in change.queue if e.track_id == track_id])


def _rooms_with(track_id: int) -> list[str]:
    rooms = Room.objects.filter(entries__track_id=track_id, entries__removed_revision=None)
    return list(rooms.values_list("slug", flat=True).distinct())
