"""Who may do what in a room: data in, answer out. `rooms.commands` is where it is asked."""

from dataclasses import dataclass
from enum import StrEnum

from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import Member, Room


class Role(StrEnum):
    VISITOR = "visitor"
    LISTENER = "listener"
    HOST = "host"


class Grant(StrEnum):
    """What a command needs."""

    ENTER = "enter"  # join and leave: whoever can be told from others
    CONTROL = "control"  # the queue and the transport
    OWN = "own"  # the room itself: its settings, its volume, its end


@dataclass(frozen=True, slots=True)
class Sender:
    """Who commands: a person, and their membership of the room. Both None: the site itself."""

    identity: Identity | None
    member: Member | None

    @property
    def name(self) -> str:
        """What the queue and the history call them."""
        if self.member:
            return self.member.nickname
        return self.identity.display_name[:40] if self.identity else "Synchro"


SITE = Sender(None, None)


def role_of(identity: Identity | None, member: Member | None) -> Role:
    """Staff are hosts everywhere; who has not joined is a visitor."""
    if (identity and identity.is_staff) or (member and member.role == Member.Role.HOST):
        return Role.HOST
    return Role.LISTENER if member else Role.VISITOR


def may_control(role: Role, control: str, *, signed_in: bool) -> bool:
    """Whether the queue and the transport are this person's to change. Somebody with an account (or its API token) may
    act without having joined; a guest is nobody until then."""
    if role is Role.HOST:
        return True
    return control == Room.Control.EVERYONE and (role is Role.LISTENER or signed_in)


def membership(room: Room, identity: Identity | None) -> Member | None:
    """The identity's row in this room. Nobody has none."""
    return room.members.filter(**identity.columns).first() if identity else None


def authorised(grant: Grant, room: Room, identity: Identity | None, member: Member | None) -> Sender:
    """Who commands, and may do what needs `grant` here. Raises RoomError."""
    if identity is None:
        raise RoomError(ErrorCode.NO_IDENTITY)
    role = role_of(identity, member)
    if grant is Grant.OWN and role is not Role.HOST:
        raise RoomError(ErrorCode.NOT_ALLOWED)
    if grant is Grant.CONTROL and not may_control(role, room.control, signed_in=identity.user_id is not None):
        everyone = room.control == Room.Control.EVERYONE
        raise RoomError(ErrorCode.NOT_JOINED if everyone else ErrorCode.NOT_ALLOWED)
    return Sender(identity, member)
