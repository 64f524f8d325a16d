"""Rooms come and go, and so do the people in them."""

import secrets

from django.db import transaction
from django.utils.text import slugify

from playback.limits import MAX_NICKNAME_LENGTH
from rooms import broadcast
from rooms.change import changing
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import Member, Room
from rooms.permissions import membership
from rooms.services.authority import require_host

MAX_ROOM_NAME_LENGTH = 80
MAX_ROOMS_PER_PERSON = 20
"""Enough for a club with a room for each evening; it keeps one visitor from filling the home page."""

MAX_MEMBERS = 20_000
"""Rows for one room. Guests who never come back stay in the table until the room goes; this bounds it."""

UNLISTED_SLUG_BYTES = 9  # 72 random bits: the link is the key

RESERVED_SLUGS = {"new"}  # /rooms/new is a page


def _visible(text: str, limit: int) -> str:
    """One line of at most `limit` characters, free of control and invisible formatting characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:limit].strip()


def _free_slug(name: str, visibility: str) -> str:
    wish = slugify(name)[:60]
    if visibility == Room.Visibility.UNLISTED or not wish:
        return secrets.token_hex(UNLISTED_SLUG_BYTES)
    taken = set(Room.objects.filter(slug__startswith=wish).values_list("slug", flat=True)) | RESERVED_SLUGS
    return next(s for s in (wish, *(f"{wish}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)


@transaction.atomic
def create_room(*, name: str, visibility: str, control: str, identity: Identity, nickname: str = "") -> Room:
    """A new room with its creator as the host."""
    name = _visible(name, MAX_ROOM_NAME_LENGTH)
    if not name:
        raise RoomError(ErrorCode.BAD_NAME)
    mine = Member.objects.filter(role=Member.Role.HOST)
    mine = mine.filter(user_id=identity.user_id) if identity.user_id else mine.filter(guest_key=identity.guest_key)
    if mine.count() >= MAX_ROOMS_PER_PERSON:
        raise RoomError(ErrorCode.TOO_MANY_ROOMS)
    room = Room.objects.create(name=name, slug=_free_slug(name, visibility), visibility=visibility, control=control)
    _add_member(room, identity, nickname, Member.Role.HOST)
    return room


def destroy_room(slug: str, *, identity: Identity) -> None:
    """The room goes for good, with its queue and history; those who are in it are told."""
    with transaction.atomic():
        room = _room(slug)
        require_host(room, identity)
        room_id = room.pk
        room.delete()
        transaction.on_commit(lambda: broadcast.room_closed(room_id))


def update_settings(
    slug: str, *, identity: Identity, now_us: int, name: str | None = None, control: str | None = None,
    visibility: str | None = None,
) -> int:  # fmt: skip
    """Rename the room, or say who may control it or find it. The link stays. Returns the revision."""
    with changing(slug, now_us) as change:
        require_host(change.room, identity)
        if name is not None:
            change.room.name = _visible(name, MAX_ROOM_NAME_LENGTH)
            if not change.room.name:
                raise RoomError(ErrorCode.BAD_NAME)
        change.room.control = control or change.room.control
        change.room.visibility = visibility or change.room.visibility
        change.touch("settings")
        return change.revision


@transaction.atomic
def join(slug: str, *, identity: Identity, nickname: str = "") -> Member:
    """Make the person a listener under `nickname`; again and again is fine, and renames."""
    room = _room(slug)
    if member := membership(room, identity):
        if (wish := _visible(nickname, MAX_NICKNAME_LENGTH)) and wish != member.nickname:
            member.nickname = wish
            member.save(update_fields=["nickname"])
        return member
    if room.members.count() >= MAX_MEMBERS:
        raise RoomError(ErrorCode.ROOM_FULL)
    return _add_member(room, identity, nickname, Member.Role.LISTENER)


def leave(slug: str, *, identity: Identity) -> None:
    """Stop being a listener. A host stays the host of the room and may come back."""
    if (member := membership(_room(slug), identity)) and member.role != Member.Role.HOST:
        member.delete()


def _room(slug: str) -> Room:
    room = Room.objects.filter(slug=slug).first()
    if room is None:
        raise RoomError(ErrorCode.NO_SUCH_ROOM)
    return room


def _add_member(room: Room, identity: Identity, nickname: str, role: str) -> Member:
    name = _visible(nickname, MAX_NICKNAME_LENGTH) or identity.display_name[:MAX_NICKNAME_LENGTH]
    if not name:
        name = f"Guest {int(identity.guest_key[:4], 16) % 900 + 100}"
    return Member.objects.create(
        room=room, user_id=identity.user_id, guest_key=identity.guest_key, nickname=name, role=role
    )
