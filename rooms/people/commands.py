"""People join rooms and leave them."""

from django.db import IntegrityError, transaction

from playback.limits import MAX_NICKNAME_LENGTH
from playback.protocol import CommandMessage, RoomJoin, RoomLeave
from rooms.change import RoomChange
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import Member, Room
from rooms.people.names import visible
from rooms.permissions import Sender, membership

MAX_MEMBERS = 20_000
"""Rows for one room. Guests who never come back stay in the table until the room goes; this bounds it."""


def join(change: RoomChange, sender: Sender, message: RoomJoin) -> CommandMessage | None:
    """Make the person a listener under a nickname; again and again is fine, and renames."""
    assert sender.identity is not None
    if member := sender.member:
        wish = visible(message.nickname, MAX_NICKNAME_LENGTH)
        if wish and wish != member.nickname:
            member.nickname = wish
            member.save(update_fields=["nickname"])
        return None
    if change.room.members.count() >= MAX_MEMBERS:
        raise RoomError(ErrorCode.ROOM_FULL)
    add_member(change.room, sender.identity, message.nickname, Member.Role.LISTENER)
    return None


def leave(change: RoomChange, sender: Sender, message: RoomLeave) -> CommandMessage | None:
    """Stop being a listener. A host stays the host of the room and may come back."""
    if sender.member and sender.member.role != Member.Role.HOST:
        sender.member.delete()
    return None


def add_member(room: Room, identity: Identity, nickname: str, role: str) -> Member:
    """The new row; or, if two requests of one person race, the one that was first."""
    name = visible(nickname, MAX_NICKNAME_LENGTH) or identity.display_name[:MAX_NICKNAME_LENGTH]
    if not name:
        name = f"Guest {int(identity.guest_key[:4], 16) % 900 + 100}"
    try:
        with transaction.atomic():
            return Member.objects.create(room=room, nickname=name, role=role, **identity.columns)
    except IntegrityError:
        first = membership(room, identity)
        assert first is not None
        return first
