"""Rooms come and go, and change their name, their address and who may control them."""

import secrets

from django.db import transaction
from django.utils.text import slugify

from playback.limits import MAX_ROOM_NAME_LENGTH
from playback.protocol import CommandMessage, RoomDestroy, RoomSettings
from rooms import broadcast
from rooms.change import RoomChange
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import Member, Room
from rooms.people.commands import add_member
from rooms.people.names import visible
from rooms.permissions import Sender
from synchro.locks.named import Lock, hold

MAX_ROOMS_PER_PERSON = 20
"""Enough for a club with a room for each evening; it keeps one visitor from filling the home page."""

UNLISTED_SLUG_BYTES = 9  # 72 random bits: the link is the key

RESERVED_SLUGS = {"new"}  # /rooms/new is a page


def create_room(*, name: str, visibility: str, control: str, identity: Identity, nickname: str = "") -> Room:
    """A new room with its creator as the host. Raises RoomError."""
    name = visible(name, MAX_ROOM_NAME_LENGTH)
    if not name:
        raise RoomError(ErrorCode.BAD_NAME)
    with transaction.atomic():
        hold(Lock.ROOM_OPENING)
        if Member.objects.filter(role=Member.Role.HOST, **identity.columns).count() >= MAX_ROOMS_PER_PERSON:
            raise RoomError(ErrorCode.TOO_MANY_ROOMS)
        slug = _free_slug(name, visibility)
        room = Room.objects.create(name=name, slug=slug, visibility=visibility, control=control)
        add_member(room, identity, nickname, Member.Role.HOST)
    return room


def _free_slug(name: str, visibility: str) -> str:
    wish = slugify(name)[:60]
    if visibility == Room.Visibility.UNLISTED or not wish:
        return secrets.token_hex(UNLISTED_SLUG_BYTES)
    taken = set(Room.objects.filter(slug__startswith=wish).values_list("slug", flat=True)) | RESERVED_SLUGS
    return next(s for s in (wish, *(f"{wish}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


def update_settings(change: RoomChange, sender: Sender, message: RoomSettings) -> CommandMessage | None:
    """Rename the room, or say who may control it or find it. The address stays, unless the room becomes unlisted:
    its old one is known, and could be guessed."""
    room = change.room
    before = RoomSettings("", **{name: getattr(room, name) for name in ("name", "control", "visibility")})
    if message.name is not None:
        room.name = visible(message.name, MAX_ROOM_NAME_LENGTH)
        if not room.name:
            raise RoomError(ErrorCode.BAD_NAME)
    if message.visibility == "unlisted" and room.visibility != message.visibility:
        room.slug = secrets.token_hex(UNLISTED_SLUG_BYTES)
    room.control = message.control or room.control
    room.visibility = message.visibility or room.visibility
    change.touch("settings")
    return before


def destroy(change: RoomChange, sender: Sender, message: RoomDestroy) -> CommandMessage | None:
    """The room goes for good; those who are in it are told."""
    room_id = change.room.pk
    change.destroy()
    transaction.on_commit(lambda: broadcast.room_closed(room_id))
    return None
