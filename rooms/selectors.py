"""Rooms as pages, sockets and the API read them: plain frozen values, at one instant."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max

from playback.protocol import TransportPart
from playback.timeline import Status, Transport, instant_of
from rooms.change import RoomKey, room_named
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import QueueEntry, Room, RoomEvent
from rooms.people.part import PeopleShown, people_shown
from rooms.permissions import may_control, membership, role_of
from rooms.queue.part import with_current
from rooms.updates import initial_parts, json_of, list_fragment
from rooms.view import RoomView


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
    room_id: int
    revision: int
    queue: str  # rendered, as far as a page shows it at first
    has_queue: bool
    history: str
    people: PeopleShown
    transport: TransportPart
    parts: str  # what the page's script needs of it, as JSON


def latest_us() -> int:
    """The latest instant that rooms have written, in server time; 0: none."""
    of_rooms = Room.objects.aggregate(latest=Max("at_us"))["latest"]
    of_event = RoomEvent.objects.order_by("-pk").values_list("at_us", flat=True).first()
    return max(of_rooms or 0, of_event or 0)


def revisions(room_ids: Collection[int]) -> dict[int, int]:
    """The revision of each of these rooms that is still there."""
    return dict(Room.objects.filter(pk__in=room_ids).order_by().values_list("pk", "revision"))


def find_room(key: RoomKey) -> Room:
    """Raises RoomError(NO_SUCH_ROOM)."""
    room = Room.objects.filter(**room_named(key)).first()
    if room is None:
        raise RoomError(ErrorCode.NO_SUCH_ROOM)
    return room


def room_page(slug: str, identity: Identity, now_us: int, language: str) -> RoomPage:
    """Raises RoomError(NO_SUCH_ROOM)."""
    room = find_room(slug)
    view = RoomView(room, now_us)
    parts = initial_parts(view)
    assert parts.transport is not None
    member = membership(room, identity)
    role = role_of(identity, member)
    return RoomPage(
        slug=room.slug, name=room.name, visibility=room.visibility, control=room.control, volume=room.volume,
        role=role.value, may_control=may_control(role, room.control, signed_in=identity.user_id is not None),
        nickname=member.nickname if member else identity.display_name,
        room_id=room.pk, revision=room.revision,
        queue=with_current(list_fragment(view, "queue", language), view.transport.entry),
        has_queue=bool(view.queue), history=list_fragment(view, "history", language), people=people_shown(room.pk),
        transport=parts.transport, parts=json_of(parts),
    )  # fmt: skip


def standing(room: Room, now_us: int) -> tuple[Transport, list[QueueEntry]]:
    """The room's transport as it is at `now_us`, whoever wrote it down last, and its queue."""
    view = RoomView(room, now_us)
    return view.transport, view.queue


def next_change_us(key: RoomKey, now_us: int) -> int | None:
    """When the timeline will next change by itself (a track's end), or None. Raises RoomError(NO_SUCH_ROOM)."""
    view = RoomView(find_room(key), now_us)
    if view.current is None or view.transport.status is not Status.PLAYING:
        return None
    return instant_of(view.transport, view.current.track.total_samples)
