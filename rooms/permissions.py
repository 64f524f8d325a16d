"""Who may do what in a room: data in, answer out."""

from enum import StrEnum

from rooms.identity import Identity
from rooms.models import Member, Room


class Role(StrEnum):
    VISITOR = "visitor"
    LISTENER = "listener"
    HOST = "host"


def role_of(identity: Identity, member: Member | None) -> Role:
    """Staff are hosts everywhere; who has not joined is a visitor."""
    if identity.is_staff or (member and member.role == Member.Role.HOST):
        return Role.HOST
    return Role.LISTENER if member else Role.VISITOR


def may_control(role: Role, control: str, *, signed_in: bool) -> bool:
    """Whether the queue and the transport are this person's to change. Somebody with an account (or its API token) may
    act without having joined; a guest is nobody until then."""
    if role is Role.HOST:
        return True
    return control == Room.Control.EVERYONE and (role is Role.LISTENER or signed_in)


def membership(room: Room, identity: Identity) -> Member | None:
    """The identity's row in this room."""
    if identity.user_id:
        return room.members.filter(user_id=identity.user_id).first()
    return room.members.filter(guest_key=identity.guest_key).first()
