"""Rooms over HTTP: the same services as the pages and the socket, for scripts."""

from datetime import datetime
from typing import Annotated, Literal, TypeVar

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from playback import clock
from playback.commands import Command, Jump, Next, Pause, Play, Previous, Seek, Stop
from playback.timeline import SAMPLE_RATE_HZ, position_at
from rooms import services
from rooms.identity import Identity, identify, of_user
from rooms.models import Member, Room
from rooms.presence import board
from rooms.selectors import QueueRow, find_room, history_rows, queue_rows, standing
from synchro.accounts.api_auth import ANYBODY

router = Router(tags=["rooms"])

MAX_PAGE = 200
"""Items of one page: a screenful for a person, and a bounded query for a script."""

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Offset = Annotated[int, Query(ge=0)]


class Error(Schema):
    """What was refused: a stable code, and words for people."""

    code: str
    message: str


class RoomIn(Schema):
    name: str = Field(max_length=services.MAX_ROOM_NAME_LENGTH)
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


class QueueIn(Schema):
    track_id: int
    place: Literal["end", "next", "now"] = "end"


class QueuedOut(RevisionOut):
    entry: int


class TransportIn(Schema):
    """`entry` says which entry a `next`, `previous` or `seek` means (refused if another one plays by then) and which
    one to `jump` to. `id` makes a repeated request harmless: it gets the first answer."""

    action: Literal["play", "pause", "stop", "next", "previous", "seek", "jump", "volume"]
    position_s: float | None = Field(None, ge=0)
    entry: int | None = None
    volume: float | None = Field(None, ge=0, le=1)
    id: str = Field("", max_length=64)


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
        listeners=len(board.people(room.pk)), queue=[_entry(row) for row in queue_rows(room)],
    )  # fmt: skip


def _entry(row: QueueRow) -> EntryOut:
    return EntryOut(
        entry=row.entry, track_id=row.track_id, title=row.title, artist=row.artist, duration_s=row.duration_s,
        added_by=row.added_by,
    )  # fmt: skip


@router.get("", response=RoomsOut, auth=ANYBODY, summary="Public rooms, and your own")
def list_rooms(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> RoomsOut:
    identity = _identity(request)
    own = Member.objects.filter(user_id=identity.user_id) if identity.user_id else Member.objects.none()
    rooms = Room.objects.filter(Q(visibility=Room.Visibility.PUBLIC) | Q(pk__in=own.values("room_id")))
    return RoomsOut(items=[_state(room) for room in rooms[offset : offset + limit]], count=rooms.count())


@router.post("", response={201: RoomOut, 400: Error, 409: Error}, summary="Open a room; you are its host")
def create_room(request: HttpRequest, room: RoomIn) -> Status:
    created = services.create_room(
        name=room.name, visibility=room.visibility, control=room.control, identity=_identity(request)
    )
    return Status(201, _state(created))


@router.get("/{slug}", response={200: RoomOut, 404: Error}, auth=ANYBODY, summary="A room's state")
def get_room(request: HttpRequest, slug: str) -> RoomOut:
    services.settle(slug, now_us=clock.now_us())
    return _state(find_room(slug))


@router.delete("/{slug}", response={204: None, **REFUSALS}, summary="Destroy a room, with its queue and history")
def destroy_room(request: HttpRequest, slug: str) -> Status:
    services.destroy_room(slug, identity=_identity(request))
    return Status(204, None)


@router.post("/{slug}/queue", response={201: QueuedOut, **REFUSALS}, summary="Add a track to the queue")
def add_to_queue(request: HttpRequest, slug: str, item: QueueIn) -> Status:
    revision = services.queue_add(
        slug, identity=_identity(request), track_ids=[item.track_id], now_us=clock.now_us(), place=item.place
    )
    entry = find_room(slug).entries.filter(track_id=item.track_id).latest("id")
    return Status(201, QueuedOut(revision=revision, entry=entry.pk))


@router.delete("/{slug}/queue/{entry}", response={200: RevisionOut, **REFUSALS}, summary="Take an entry out")
def remove_from_queue(request: HttpRequest, slug: str, entry: int) -> RevisionOut:
    revision = services.queue_remove(slug, identity=_identity(request), entry=entry, now_us=clock.now_us())
    return RevisionOut(revision=revision)


@router.post(
    "/{slug}/transport", response={200: RevisionOut, 400: Error, **REFUSALS}, summary="Play, pause, stop, skip, seek"
)
def command(request: HttpRequest, slug: str, body: TransportIn) -> RevisionOut:
    identity, now_us = _identity(request), clock.now_us()
    if body.action == "volume":
        volume = _needed(body.volume, "volume")
        revision = services.set_volume(slug, identity=identity, volume=volume, now_us=now_us, command_id=body.id)
    else:
        revision = services.transport(
            slug, identity=identity, command=_command(body), now_us=now_us, command_id=body.id
        )
    return RevisionOut(revision=revision)


@router.get("/{slug}/history", response={200: HistoryPage, 404: Error}, auth=ANYBODY, summary="What was played")
def get_history(request: HttpRequest, slug: str, limit: Limit = 50, offset: Offset = 0) -> HistoryPage:
    services.settle(slug, now_us=clock.now_us())
    room = find_room(slug)
    rows = history_rows(room, limit, offset)
    return HistoryPage(items=[HistoryOut.from_orm(row) for row in rows], count=room.history.count())


@router.get("/{slug}/listeners", response={200: ListenersPage, 404: Error}, auth=ANYBODY, summary="Who is here")
def get_listeners(request: HttpRequest, slug: str, limit: Limit = 50, offset: Offset = 0) -> ListenersPage:
    people = board.people(find_room(slug).pk)
    page = people[offset : offset + limit]
    return ListenersPage(items=[ListenerOut.from_orm(person) for person in page], count=len(people))


class MissingField(Exception):
    """An action came without a field that it needs."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


Value = TypeVar("Value")


def _needed(value: Value | None, name: str) -> Value:
    if value is None:
        raise MissingField(name)
    return value


def _command(body: TransportIn) -> Command:
    match body.action:
        case "play":
            return Play()
        case "pause":
            return Pause()
        case "stop":
            return Stop()
        case "next":
            return Next(body.entry)
        case "previous":
            return Previous(body.entry)
        case "jump":
            return Jump(_needed(body.entry, "entry"))
        case "seek":
            return Seek(round(_needed(body.position_s, "position_s") * SAMPLE_RATE_HZ), body.entry)
    raise AssertionError(body.action)
