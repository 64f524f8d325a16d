"""What becomes of queues when the library changes."""

from rooms.change import changing
from rooms.models import Room
from rooms.queue.order import take_out


def track_changed(track_id: int, now_us: int) -> None:
    """A track's names or cover changed: pages that show it in a queue are to be told."""
    for room_id in _rooms_with(track_id):
        with changing(room_id, now_us) as change:
            change.renamed(track_id)


def track_going(track_id: int, now_us: int) -> None:
    """A track is about to be deleted: take it out of every queue, so that the music goes on with the next entry."""
    for room_id in _rooms_with(track_id):
        with changing(room_id, now_us) as change:
            take_out(change, [e for e in change.queue if e.track_id == track_id])


def _rooms_with(track_id: int) -> list[int]:
    """By their ids, the order in which rooms are held."""
    rooms = Room.objects.filter(entries__track_id=track_id, entries__removed_revision=None)
    return list(rooms.order_by("pk").values_list("pk", flat=True).distinct())
