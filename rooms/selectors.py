"""Rooms as pages, sockets and the API read them: plain frozen values, at one instant."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from library.models import Track
from library.selectors import cover_url, track_info
from playback.protocol import UPCOMING_ENTRIES, EntryInfo, TransportPart
from playback.timeline import Status, Transport, advance, find, instant_of, upcoming
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.lead import lead_ms
from rooms.models import Member, QueueEntry, Room
from rooms.permissions import Role, may_control, membership, role_of
from rooms.presence import Person, board
from rooms.rows import as_entries, play_order, transport_of

HISTORY_ROWS = 50
"""On a room's page; the API pages through all of it."""

NAMES_ON_CARD = 5


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room on the home page."""

    slug: str
    name: str
    playing: bool
    title: str
    artist: str
    cover_url: str
    listeners: int
    names: list[str]
    is_host: bool


@dataclass(frozen=True, slots=True)
class QueueRow:
    entry: int
    track_id: int
    title: str
    artist: str
    duration_s: float
    cover_url: str
    added_by: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    track_id: int | None
    title: str
    artist: str
    cover_url: str
    added_by: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class RoomPage:
    """Everything the room's page shows on arrival."""

    slug: str
    name: str
    visibility: str
    control: str
    volume: float
    role: str
    may_control: bool
    nickname: str
    queue: list[QueueRow]
    history: list[HistoryRow]
    people: list[Person]
    transport: TransportPart


def rooms_on_home(identity: Identity, now_us: int) -> list[RoomCard]:
    """Public rooms, and the reader's own; those with people first."""
    roles = _own_roles(identity)
    rooms = Room.objects.filter(Q(visibility=Room.Visibility.PUBLIC) | Q(pk__in=roles))
    cards = [_card(room, roles.get(room.pk) == Role.HOST, now_us) for room in rooms]
    return sorted(cards, key=lambda card: (-card.listeners, card.name.lower()))


def find_room(slug: str) -> Room:
    """Raises RoomError(NO_SUCH_ROOM)."""
    room = Room.objects.filter(slug=slug).first()
    if room is None:
        raise RoomError(ErrorCode.NO_SUCH_ROOM)
    return room


def room_page(slug: str, identity: Identity, now_us: int) -> RoomPage:
    """Raises RoomError(NO_SUCH_ROOM)."""
    room = find_room(slug)
    member = membership(room, identity)
    role = role_of(identity, member)
    return RoomPage(
        slug=room.slug, name=room.name, visibility=room.visibility, control=room.control, volume=room.volume,
        role=role.value, may_control=may_control(role, room.control, signed_in=identity.user_id is not None),
        nickname=member.nickname if member else identity.display_name,
        queue=queue_rows(room), history=history_rows(room), people=board.people(room.pk),
        transport=transport_part(room, now_us),
    )  # fmt: skip


def queue_rows(room: Room) -> list[QueueRow]:
    return [
        QueueRow(
            entry=e.pk, track_id=e.track_id, title=e.track.title, artist=e.track.artist,
            duration_s=e.track.duration_s, cover_url=cover_url(e.track, 256), added_by=e.added_by,
        )
        for e in play_order(room)
    ]  # fmt: skip


def history_rows(room: Room, limit: int = HISTORY_ROWS, offset: int = 0) -> list[HistoryRow]:
    """What was played, newest first."""
    return [
        HistoryRow(
            track_id=row.track_id, title=row.title, artist=row.artist, added_by=row.added_by,
            cover_url=cover_url(row.track, 256) if row.track else "",
            started_at=datetime.fromtimestamp(row.started_us / 1e6, UTC),
        )
        for row in room.history.select_related("track")[offset : offset + limit]
    ]  # fmt: skip


def standing(room: Room, now_us: int) -> tuple[Transport, list[QueueEntry]]:
    """The room's transport as it is at `now_us`, whoever wrote it down last, and its queue."""
    queue = play_order(room)
    transport, _ = advance(transport_of(room), as_entries(queue), now_us)
    return transport, queue


def transport_part(room: Room, now_us: int) -> TransportPart:
    transport, queue = standing(room, now_us)
    entries = as_entries(queue)
    tracks = {entry.pk: entry.track for entry in queue}
    index = find(entries, transport.entry)
    following = upcoming(entries, transport, UPCOMING_ENTRIES)
    if index is None and queue:  # nothing chosen yet: "play" will begin with the first
        following = entries[:UPCOMING_ENTRIES]
    return TransportPart(
        revision=room.transport_revision, status=transport.status.value, entry=transport.entry,
        position=transport.position, at_us=transport.at_us, repeat=transport.repeat.value, shuffle=room.shuffle,
        lead_ms=lead_ms(room.pk),
        current=None if index is None else _entry_info(queue[index].pk, queue[index].track),
        upcoming=[_entry_info(entry.id, tracks[entry.id]) for entry in following],
    )  # fmt: skip


def _entry_info(entry_id: int, track: Track) -> EntryInfo:
    return EntryInfo(entry_id, track_info(track))


def _own_roles(identity: Identity) -> dict[int, str]:
    """Role by room, for the rooms that the person has joined."""
    mine = Member.objects.filter(user_id=identity.user_id) if identity.user_id else Member.objects.filter(
        guest_key=identity.guest_key
    )  # fmt: skip
    return dict(mine.values_list("room_id", "role"))


def _card(room: Room, is_host: bool, now_us: int) -> RoomCard:
    transport, queue = standing(room, now_us)
    track = next((e.track for e in queue if e.pk == transport.entry), None)
    people = board.people(room.pk)
    return RoomCard(
        slug=room.slug, name=room.name, playing=transport.status is Status.PLAYING,
        title=track.title if track else "", artist=track.artist if track else "",
        cover_url=cover_url(track, 640) if track else "", listeners=len(people),
        names=[person.nickname for person in people[:NAMES_ON_CARD]],
        is_host=is_host,
    )  # fmt: skip


def next_change_us(slug: str, now_us: int) -> int | None:
    """When the timeline will next change by itself (a track's end), or None. Raises RoomError(NO_SUCH_ROOM)."""
    transport, queue = standing(find_room(slug), now_us)
    track = next((e.track for e in queue if e.pk == transport.entry), None)
    if track is None or transport.status is not Status.PLAYING:
        return None
    return instant_of(transport, track.total_samples)
