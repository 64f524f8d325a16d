"""A socket's view of a room: who is at its other end, what it is told on arrival, what its commands do.

Everything here reads or writes the database and runs in the database thread.
"""

from contextlib import suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from django.http import HttpRequest
from django.utils import translation

from playback import metrics, protocol
from playback.commands import Command, Jump, Next, Pause, Play, Previous, Seek, SetRepeat, Stop
from playback.timeline import SAMPLE_RATE_HZ, Repeat
from rooms import services
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity, identify_cookies
from rooms.permissions import Role, may_control, membership, role_of
from rooms.presence import Presence
from rooms.selectors import find_room
from rooms.updates import room_frames


@dataclass(frozen=True, slots=True)
class Session:
    """The person at a socket's other end, in one room."""

    room_id: int
    slug: str
    identity: Identity
    role: Role
    may_control: bool
    nickname: str

    def self_update(self) -> str:
        return protocol.encode(protocol.SelfUpdate(self.role.value, self.nickname, self.may_control))

    def presence(self) -> Presence | None:
        """What the others see of them; None for one who only looks on."""
        if not self.nickname:
            return None
        return Presence(self.identity.key, self.nickname, self.role.value, self.identity.user_id is None)


def language_of(cookie_header: str, accept_language: str) -> str:
    """The language of the page that opened the socket: the same rule as for pages."""
    request = HttpRequest()
    with suppress(CookieError):
        request.COOKIES = {name: morsel.value for name, morsel in SimpleCookie(cookie_header).items()}
    request.META["HTTP_ACCEPT_LANGUAGE"] = accept_language
    return translation.get_language_from_request(request)


def open_session(slug: str, cookie_header: str, now_us: int) -> Session | None:
    """The session of a new socket, or None if there is no such room. Brings the room up to now."""
    try:
        services.settle(slug, now_us=now_us)
        return _session(slug, identify_cookies(cookie_header) or Identity(None, "", ""))
    except RoomError:
        return None


def _session(slug: str, identity: Identity) -> Session:
    room = find_room(slug)
    member = membership(room, identity) if identity.user_id or identity.guest_key else None
    role = role_of(identity, member)
    control = may_control(role, room.control, signed_in=identity.user_id is not None)
    return Session(room.pk, slug, identity, role, control, member.nickname if member else "")


def renewed(session: Session) -> Session | None:
    """The session as the database has it now; None if the room is gone."""
    try:
        return _session(session.slug, session.identity)
    except RoomError:
        return None


def update_since(slug: str, revision: int, language: str, now_us: int) -> str | None:
    """The `room.update` frame for a client that has `revision`; None if the room is gone."""
    try:
        room = find_room(slug)
    except RoomError:
        return None
    since = revision if revision <= room.revision else 0  # of another database, say a restored backup: begin anew
    return room_frames(room, since, [language], now_us)[language]


def carry_out(
    session: Session, message: protocol.CommandMessage, language: str, now_us: int
) -> tuple[str, Session | None]:
    """Do what a command asks. The answer's frame, and the session if the command changed it."""
    with translation.override(language):
        try:
            revision = _do(session, message, now_us)
        except RoomError as refused:
            metrics.count_command(message, accepted=False)
            frame = protocol.CommandRefused(message.id, refused.code.value, refused.message)
            return protocol.encode(frame), None
    metrics.count_command(message, accepted=True)
    changed = renewed(session) if isinstance(message, protocol.RoomJoin | protocol.RoomLeave) else None
    return protocol.encode(protocol.CommandAccepted(message.id, revision)), changed


def _do(session: Session, message: protocol.CommandMessage, now_us: int) -> int:
    slug, identity = session.slug, session.identity
    match message:
        case protocol.RoomJoin():
            if not (identity.user_id or identity.guest_key):
                raise RoomError(ErrorCode.NOT_JOINED)  # a socket without the page's cookie has nobody to join as
            services.join(slug, identity=identity, nickname=message.nickname)
            return find_room(slug).revision
        case protocol.RoomLeave():
            services.leave(slug, identity=identity)
            return find_room(slug).revision
        case protocol.TransportVolume():
            return services.set_volume(
                slug, identity=identity, volume=message.volume, now_us=now_us, command_id=message.id
            )
        case protocol.TransportShuffle():
            return services.set_shuffle(slug, identity=identity, on=message.on, now_us=now_us, command_id=message.id)
        case _:
            seen = message.revision if isinstance(message, protocol.TransportPrevious) else None
            return services.transport(
                slug, identity=identity, command=_command(message), now_us=now_us, command_id=message.id,
                seen_revision=seen,
            )  # fmt: skip


def _command(message: protocol.TransportMessage) -> Command:
    match message:
        case protocol.TransportPlay():
            return Play()
        case protocol.TransportPause():
            return Pause()
        case protocol.TransportStop():
            return Stop()
        case protocol.TransportNext():
            return Next(message.entry)
        case protocol.TransportPrevious():
            return Previous(message.entry)
        case protocol.TransportJump():
            return Jump(message.entry)
        case protocol.TransportSeek():
            return Seek(round(message.position_s * SAMPLE_RATE_HZ), message.entry)
        case protocol.TransportRepeat():
            return SetRepeat(Repeat(message.mode))
    raise AssertionError(message)
