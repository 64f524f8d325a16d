"""Rooms over HTTP: the same services as the pages and the socket, for scripts."""

import secrets
from datetime import datetime
from typing import Annotated, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from library.web.api_fields import Body, Id, Limit, Offset, PathId, Revision
from playback import clock, protocol
from playback.commands import RefusalCode
from playback.limits import MAX_COMMAND_ID_LENGTH, MAX_NICKNAME_LENGTH, MAX_POSITION_S, MAX_ROOM_NAME_LENGTH
from playback.timeline import SAMPLE_RATE_HZ, position_at
from rooms.commands import carry_out
from rooms.errors import RoomError
from rooms.history.part import history_rows
from rooms.identity import Identity, identify, of_user
from rooms.lifecycle import create_room as open_room
from rooms.models import Member, Room
from rooms.people.presence import board
from rooms.queue.part import QueueRow, row_of
from rooms.selectors import find_room, standing
from rooms.transport.act import settle_if_due
from rooms.web import limits
from synchro.accounts.api_auth import ANYBODY, ANYBODY_DOCUMENTED
from synchro.limits.rates import client_key

router = Router(tags=["rooms"])


class Error(Schema):
    """What was refused: a stable code, and words for people."""

    code: str
    message: str


class RoomIn(Body):
    name: str = Field(min_length=1, max_length=MAX_ROOM_NAME_LENGTH)
    visibility: Literal["public", "unlisted"] = "public"
    control: Literal["everyone", "hosts"] = "everyone"


class EntryOut(Schema):
    """A queue entry, in play order."""

    entry: int
    track_id: int
    title: str
    artist: str
    duration_s: float
    added_by: str


class RoomOut(Schema):
    """A room's state at `server_us`. `position_s` is where the music is at that instant; while it plays, `entry` is at
    sample `position` (48 kHz) at `at_us`."""

    slug: str
    name: str
    visibility: str
    control: str
    volume: float
    revision: int
    status: Literal["stopped", "paused", "playing"]
    entry: int | None
    track_id: int | None
    position_s: float
    position: int
    at_us: int
    server_us: int
    repeat: str
    shuffle: bool
    listeners: int
    queue: list[EntryOut]


class RoomsOut(Schema):
    items: list[RoomOut]
    count: int


class RevisionOut(Schema):
    """The room's revision after the change."""

    revision: int


class JoinIn(Body):
    nickname: str = Field("", max_length=MAX_NICKNAME_LENGTH)


class QueueIn(Body):
    track_id: Id
    place: Literal["end", "next", "now"] = "end"


class QueuedOut(RevisionOut):
    entry: int


class _Action(Body):
    id: str = Field(
        "", max_length=MAX_COMMAND_ID_LENGTH, description="Makes a repeated request harmless: it gets the first answer."
    )


class SimpleIn(_Action):
    action: Literal["play", "pause", "stop"]


class SkipIn(_Action):
    action: Literal["next", "previous"]
    entry: Id | None = Field(None, description="Refused if another entry plays by then.")


class JumpIn(_Action):
    action: Literal["jump"]
    entry: Id


class SeekIn(_Action):
    action: Literal["seek"]
    position_s: float = Field(ge=0, le=MAX_POSITION_S)
    entry: Id | None = Field(None, description="Refused if another entry plays by then.")


class VolumeIn(_Action):
    action: Literal["volume"]
    volume: float = Field(ge=0, le=1)


class RepeatIn(_Action):
    action: Literal["repeat"]
    mode: Literal["off", "all", "one"]


class ShuffleIn(_Action):
    action: Literal["shuffle"]
    on: bool


TransportIn = Annotated[
    SimpleIn | SkipIn | JumpIn | SeekIn | VolumeIn | RepeatIn | ShuffleIn, Field(discriminator="action")
]


class SettingsIn(Body):
    """What is left out stays."""

    name: str | None = Field(None, max_length=MAX_ROOM_NAME_LENGTH)
    visibility: Literal["public", "unlisted"] | None = None
    control: Literal["everyone", "hosts"] | None = None


class MoveIn(Body):
    before: Id | None = Field(None, description="The entry in front of which it goes; null: to the end.")


class RestoreIn(Body):
    revision: Revision = Field(description="Of the change that took entries out.")


class HistoryOut(Schema):
    track_id: int | None
    title: str
    artist: str
    added_by: str
    started_at: datetime


class HistoryPage(Schema):
    items: list[HistoryOut]
    count: int


class ListenerOut(Schema):
    nickname: str
    role: str
    state: str
    rendition: str
    error_ms: float | None
    devices: int


class ListenersPage(Schema):
    items: list[ListenerOut]
    count: int


REFUSALS = {403: Error, 404: Error, 409: Error}


def _identity(request: HttpRequest) -> Identity:
    user = getattr(request, "auth", None)
    return of_user(user) if user is not None and user.pk else identify(request)


def _state(room: Room) -> RoomOut:
    now_us = clock.now_us()
    transport, queue = standing(room, now_us)
    position = max(0, position_at(transport, now_us))
    track = next((e.track for e in queue if e.pk == transport.entry), None)
    return RoomOut(
        slug=room.slug, name=room.name, visibility=room.visibility, control=room.control, volume=room.volume,
        revision=room.revision, status=transport.status.value, entry=transport.entry,
        track_id=track.pk if track else None, position_s=position / SAMPLE_RATE_HZ, position=transport.position,
        at_us=transport.at_us, server_us=now_us, repeat=transport.repeat.value, shuffle=room.shuffle,
        listeners=len(board.people(room.pk)), queue=[_entry(row_of(entry)) for entry in queue],
    )  # fmt: skip


def _entry(row: QueueRow) -> EntryOut:
    return EntryOut(
        entry=row.entry, track_id=row.track_id, title=row.title, artist=row.artist, duration_s=row.duration_s,
        added_by=row.added_by,
    )  # fmt: skip


@router.get("", response=RoomsOut, auth=ANYBODY, openapi_extra=ANYBODY_DOCUMENTED, summary="Public rooms, and your own")
def list_rooms(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> RoomsOut:
    identity = _identity(request)
    own = Member.objects.filter(user_id=identity.user_id) if identity.user_id else Member.objects.none()
    rooms = Room.objects.filter(Q(visibility=Room.Visibility.PUBLIC) | Q(pk__in=own.values("room_id")))
    return RoomsOut(items=[_state(room) for room in rooms[offset : offset + limit]], count=rooms.count())


@router.post("", response={201: RoomOut, 400: Error, 409: Error, 429: Error}, summary="Open a room; you are its host")
def create_room(request: HttpRequest, room: RoomIn) -> Status:
    """429: too many within an hour; `Retry-After` says in how many seconds it goes on."""
    identity = _identity(request)
    limits.count_room(request, identity)
    created = open_room(name=room.name, visibility=room.visibility, control=room.control, identity=identity)
    return Status(201, _state(created))


@router.get(
    "/{slug}",
    response={200: RoomOut, 404: Error},
    auth=ANYBODY,
    openapi_extra=ANYBODY_DOCUMENTED,
    summary="A room's state",
)
def get_room(request: HttpRequest, slug: str) -> RoomOut:
    return _state(find_room(slug))


@router.patch("/{slug}", response={200: RevisionOut, 400: Error, **REFUSALS}, summary="Rename it, or say who may what")
def edit_room(request: HttpRequest, slug: str, body: SettingsIn) -> RevisionOut:
    return _do(request, slug, "room.settings", **body.model_dump())


@router.delete("/{slug}", response={204: None, **REFUSALS}, summary="Destroy a room, with its queue and history")
def destroy_room(request: HttpRequest, slug: str) -> Status:
    _do(request, slug, "room.destroy")
    return Status(204, None)


@router.post("/{slug}/queue", response={201: QueuedOut, **REFUSALS}, summary="Add a track to the queue")
def add_to_queue(request: HttpRequest, slug: str, item: QueueIn) -> Status:
    message = protocol.QueueAdd("", [item.track_id], item.place)
    done = carry_out(slug, message, identity=_identity(request), now_us=clock.now_us())
    return Status(201, QueuedOut(revision=done.revision, entry=done.added[0]))


@router.post("/{slug}/queue/clear", response={200: RevisionOut, **REFUSALS}, summary="Take out all but what plays")
def clear_queue(request: HttpRequest, slug: str) -> RevisionOut:
    return _do(request, slug, "queue.clear")


@router.post("/{slug}/queue/restore", response={200: RevisionOut, **REFUSALS}, summary="Put back what was taken out")
def restore_queue(request: HttpRequest, slug: str, body: RestoreIn) -> RevisionOut:
    return _do(request, slug, "queue.restore", revision=body.revision)


@router.delete("/{slug}/queue/{entry}", response={200: RevisionOut, **REFUSALS}, summary="Take an entry out")
def remove_from_queue(request: HttpRequest, slug: str, entry: PathId) -> RevisionOut:
    return _do(request, slug, "queue.remove", entry=entry)


@router.post("/{slug}/queue/{entry}/move", response={200: RevisionOut, **REFUSALS}, summary="Move an entry")
def move_in_queue(request: HttpRequest, slug: str, entry: PathId, body: MoveIn) -> RevisionOut:
    return _do(request, slug, "queue.move", entry=entry, before=body.before)


@router.post("/{slug}/members", response={200: RevisionOut, 429: Error, **REFUSALS}, summary="Join as a listener")
def join_room(request: HttpRequest, slug: str, body: JoinIn) -> RevisionOut:
    limits.count_join(client_key(request), slug, _identity(request))
    return _do(request, slug, "room.join", nickname=body.nickname)


@router.delete("/{slug}/members/me", response={200: RevisionOut, **REFUSALS}, summary="Leave the room")
def leave_room(request: HttpRequest, slug: str) -> RevisionOut:
    return _do(request, slug, "room.leave")


@router.post(
    "/{slug}/transport", response={200: RevisionOut, 400: Error, **REFUSALS}, summary="Play, pause, stop, skip, seek"
)
def command(request: HttpRequest, slug: str, body: TransportIn) -> RevisionOut:
    fields = body.model_dump(exclude={"action", "id"})
    if fields.get("entry", 0) is None:  # whatever plays now
        fields["entry"] = standing(find_room(slug), clock.now_us())[0].entry
        if fields["entry"] is None:
            raise RoomError(RefusalCode.NOTHING_PLAYING)
    if body.action == "previous":
        fields["revision"] = find_room(slug).revision_of("transport")
    return _do(request, slug, f"transport.{body.action}", command_id=body.id, **fields)


def _do(request: HttpRequest, slug: str, kind: str, *, command_id: str = "", **fields: object) -> RevisionOut:
    """Carry out a command of the protocol. Raises RoomError."""
    message = protocol.command(kind, {"id": command_id or secrets.token_hex(8), **fields})
    done = carry_out(slug, message, identity=_identity(request), now_us=clock.now_us())
    return RevisionOut(revision=done.revision)


@router.get(
    "/{slug}/history",
    response={200: HistoryPage, 404: Error},
    auth=ANYBODY,
    openapi_extra=ANYBODY_DOCUMENTED,
    summary="What was played",
)
def get_history(request: HttpRequest, slug: str, limit: Limit = 50, offset: Offset = 0) -> HistoryPage:
    room = find_room(slug)
    settle_if_due(room, now_us=clock.now_us())
    rows = history_rows(room, limit, offset)
    return HistoryPage(items=[HistoryOut.from_orm(row) for row in rows], count=room.history.count())


@router.get(
    "/{slug}/listeners",
    response={200: ListenersPage, 404: Error},
    auth=ANYBODY,
    openapi_extra=ANYBODY_DOCUMENTED,
    summary="Who is here",
)
def get_listeners(request: HttpRequest, slug: str, limit: Limit = 50, offset: Offset = 0) -> ListenersPage:
    people = board.people(find_room(slug).pk)
    page = people[offset : offset + limit]
    return ListenersPage(items=[ListenerOut.from_orm(person) for person in page], count=len(people))
