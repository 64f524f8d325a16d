"""Checks that every service makes before it changes a room."""

from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import Member, Room
from rooms.permissions import Role, may_control, membership, role_of


def require_control(room: Room, identity: Identity) -> Member | None:
    """The identity's membership if it may control the room. Raises RoomError."""
    member = membership(room, identity)
    role = role_of(identity, member)
    if not may_control(role, room.control, signed_in=identity.user_id is not None):
        raise RoomError(ErrorCode.NOT_JOINED if room.control == Room.Control.EVERYONE else ErrorCode.NOT_ALLOWED)
    return member


def require_host(room: Room, identity: Identity) -> None:
    """Raises RoomError unless the identity is a host of the room."""
    if role_of(identity, membership(room, identity)) is not Role.HOST:
        raise RoomError(ErrorCode.NOT_ALLOWED)
