"""The rooms on the home page: who is in them and what plays, without reading anybody's queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from library.models import Track
from library.selectors import cover_url
from playback.timeline import Status
from rooms.identity import Identity
from rooms.models import Member, QueueEntry, Room
from rooms.people.presence import board
from rooms.permissions import Role
from rooms.rows import play_orders
from rooms.view import RoomView, view_of

NAMES_ON_CARD = 5

MAX_CARDS = 60
"""On one page: a few screenfuls. Rooms with people in them come first, then the newest; a search finds the rest."""

MAX_CAUGHT_UP = 20
"""Rooms on one page whose track has ended with nobody there to write it down: their queues are read."""


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
class Home:
    cards: list[RoomCard]
    more: int


def home(identity: Identity, now_us: int, page: int = 1) -> Home:
    """Public rooms, and the reader's own; those with people first."""
    roles = dict(Member.objects.filter(**identity.columns).values_list("room_id", "role"))
    listed = Room.objects.filter(Q(visibility=Room.Visibility.PUBLIC) | Q(pk__in=roles))
    order = sorted(
        listed.values_list("pk", "name"),
        key=lambda room: (-board.count(room[0]), room[0] not in roles, room[1].lower()),
    )
    first = (page - 1) * MAX_CARDS
    shown = [pk for pk, _ in order[first : first + MAX_CARDS]]
    rooms = Room.objects.in_bulk(shown)
    found = [rooms[pk] for pk in shown if pk in rooms]
    tracks = _tracks(found, now_us)
    cards = [_card(room, tracks.get(room.pk), roles.get(room.pk) == Role.HOST) for room in found]
    return Home(cards, max(0, len(order) - first - len(shown)))


@dataclass(frozen=True, slots=True)
class _Now:
    track: Track
    playing: bool


def _tracks(rooms: Sequence[Room], now_us: int) -> Mapping[int, _Now]:
    """What each room is at. The row says it, until the track that it names ends."""
    ended = [room for room in rooms if room.ends_us is not None and room.ends_us <= now_us][:MAX_CAUGHT_UP]
    queues = play_orders(ended) if ended else {}
    late = {room.pk: view for room in ended if (view := view_of(room, now_us, queues[room.pk])).current}
    at = [room.entry for room in rooms if room.entry is not None and room.pk not in late]
    entries = QueueEntry.objects.select_related("track").in_bulk(at)
    now = {
        room.pk: _Now(entry.track, room.status == Status.PLAYING)
        for room in rooms
        if room.pk not in late and (entry := entries.get(room.entry or 0)) and entry.removed_revision is None
    }
    return now | {pk: _of(view) for pk, view in late.items()}


def _of(view: RoomView) -> _Now:
    assert view.current is not None
    return _Now(view.current.track, view.transport.status is Status.PLAYING)


def _card(room: Room, now: _Now | None, is_host: bool) -> RoomCard:
    people = board.people(room.pk)
    return RoomCard(
        slug=room.slug, name=room.name, playing=bool(now and now.playing),
        title=now.track.title if now else "", artist=now.track.artist if now else "",
        cover_url=cover_url(now.track, 640) if now else "", listeners=len(people),
        names=[person.nickname for person in people[:NAMES_ON_CARD]], is_host=is_host,
    )  # fmt: skip
