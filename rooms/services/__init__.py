"""The only writers of rooms. Keyword-only arguments after the room; each raises RoomError and returns plain values."""

from rooms.services.lifecycle import MAX_ROOM_NAME_LENGTH, create_room, destroy_room, join, leave, update_settings
from rooms.services.queue import (
    queue_add,
    queue_clear,
    queue_move,
    queue_remove,
    queue_restore,
    track_changed,
    track_going,
)
from rooms.services.transport import set_shuffle, set_volume, settle, transport

__all__ = [
    "MAX_ROOM_NAME_LENGTH",
    "create_room",
    "destroy_room",
    "join",
    "leave",
    "queue_add",
    "queue_clear",
    "queue_move",
    "queue_remove",
    "queue_restore",
    "set_shuffle",
    "set_volume",
    "settle",
    "track_changed",
    "track_going",
    "transport",
    "update_settings",
]
