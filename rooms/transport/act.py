"""What a command of the timeline does to a room, and what the timeline does by itself."""

from playback.commands import Command, Refused, apply, sounds_elsewhere
from rooms.change import ConcurrentChange, RoomChange, RoomKey, changing
from rooms.errors import RoomError
from rooms.models import Room


def act(change: RoomChange, command: Command) -> None:
    """Carry out a command of the timeline. Raises RoomError."""
    try:
        lead_us = change.lead_us(fetching=sounds_elsewhere(command))
        change.start(apply(change.transport, change.entries, command, change.now_us, lead_us))
    except Refused as refused:
        raise RoomError(refused.code) from refused


def settle(room: RoomKey, *, now_us: int) -> None:
    """Write down what the timeline has come to by itself: the tracks that ended and started. Raises RoomError."""
    try:
        with changing(room, now_us) as change:
            change.settle()
    except ConcurrentChange:
        pass  # another process has just done it


def settle_if_due(room: Room, *, now_us: int) -> None:
    """`settle` only where there is something to write down: a reader must not take the lock for nothing."""
    if room.ends_us is not None and room.ends_us <= now_us:
        settle(room.pk, now_us=now_us)
