"""A socket's view of a room: who is at its other end, what it is told on arrival, what its commands do.

Everything here reads or writes the database and runs in the database thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation

from playback import metrics, protocol
from rooms.commands import carry_out
from rooms.errors import RoomError
from rooms.identity import Identity, identify_cookies
from rooms.models import Room
from rooms.people.presence import Presence
from rooms.permissions import Role, may_control, membership, role_of
from rooms.selectors import find_room
from rooms.updates import frame_since
from rooms.view import RoomView
from rooms.web.limits import count_join
from synchro.limits.rates import CODE, TooManyRequests

Cookies = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Session:
    """The person at a socket's other end, in one room. `identity` is None for nobody: no cookie, or one that is not
    ours."""

    room_id: int
    slug: str
    identity: Identity | None
    role: Role
    may_control: bool
    nickname: str
    revision: int
    """The room's, when the session was read."""

    def self_update(self) -> str:
        return protocol.encode(protocol.SelfUpdate(self.role.value, self.nickname, self.may_control))

    def presence(self) -> Presence | None:
        """What the others see of them; None for one who only looks on."""
        if not (self.nickname and self.identity):
            return None
        return Presence(self.identity.key, self.nickname, self.role.value, self.identity.user_id is None)


def open_session(slug: str, cookies: Cookies) -> Session | None:
    """The session of a new socket, or None if there is no such room."""
    try:
        return _session(find_room(slug), identify_cookies(cookies))
    except RoomError:
        return None


def renewed(session: Session, cookies: Cookies) -> Session | None:
    """The session as it is now: whoever was signed out, deactivated or demoted has other rights. None: no such room."""
    try:
        return _session(find_room(session.room_id), identify_cookies(cookies))
    except RoomError:
        return None


def _session(room: Room, identity: Identity | None) -> Session:
    member = membership(room, identity)
    role = role_of(identity, member)
    signed_in = identity is not None and identity.user_id is not None
    control = may_control(role, room.control, signed_in=signed_in)
    return Session(room.pk, room.slug, identity, role, control, member.nickname if member else "", room.revision)


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since a revision: the `room.update` frame, and the revision to which it leads."""

    frame: str
    revision: int


def update_since(room_id: int, revision: int, now_us: int) -> Since | None:
    """For who has `revision`; None if the room is gone."""
    try:
        room = find_room(room_id)
    except RoomError:
        return None
    anew = revision > room.revision  # of another database, say a restored backup
    return Since(frame_since(RoomView(room, now_us), 0 if anew else revision, anew=anew), room.revision)


def answer(
    session: Session, cookies: Cookies, client: str, message: protocol.CommandMessage, language: str, now_us: int
) -> tuple[str, Session | None]:
    """Do what a command asks, as whoever the cookies name by now, at the address `client`. The answer's frame, and the
    session if it changed."""
    identity = identify_cookies(cookies)
    with translation.override(language):
        try:
            if identity and isinstance(message, protocol.RoomJoin):
                count_join(client, session.room_id, identity)
            done = carry_out(session.room_id, message, identity=identity, now_us=now_us)
            frame = protocol.encode(protocol.CommandAccepted(message.id, done.revision))
        except RoomError as refused:
            metrics.count_command(message, accepted=False)
            frame = protocol.encode(protocol.CommandRefused(message.id, refused.code.value, refused.message))
        except TooManyRequests as refused:
            metrics.count_command(message, accepted=False)
            frame = protocol.encode(protocol.CommandRefused(message.id, CODE, refused.refusal.message))
        else:
            metrics.count_command(message, accepted=True)
    if identity != session.identity or isinstance(message, protocol.RoomJoin | protocol.RoomLeave):
        return frame, renewed(session, cookies)
    return frame, None
