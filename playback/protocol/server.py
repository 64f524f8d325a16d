"""Messages from the server to a page."""

from typing import Literal

import msgspec

from playback.protocol.parts import ListPart, RoomParts


class ServerMessage(msgspec.Struct, frozen=True, tag_field="type"):
    """A message from the server to a page."""


class ClockPong(ServerMessage, frozen=True, tag="clock.pong"):
    """`t0` as it came; `t1_us` and `t2_us` are server time at arrival and just before this answer left."""

    t0: float
    t1_us: int
    t2_us: int


class ClockBudget(ServerMessage, frozen=True, tag="clock.budget"):
    """How many pings a minute this page may send, bursts included, once it has its first ones behind it."""

    pings_per_min: int


class RoomUpdate(ServerMessage, frozen=True, omit_defaults=True, tag="room.update"):
    """The room went from `base_revision` to `revision`. A client whose own revision is below `base_revision` has missed
    something and sends `room.resume`; one at or above `revision` ignores it. `anew`: the server was restored from a
    backup and is behind what the client had; this is all that it knows."""

    revision: int
    base_revision: int
    parts: RoomParts
    anew: bool = False


class PeopleUpdate(ServerMessage, frozen=True, tag="people.update"):
    """Who is here: `count` listeners, and how the list of them changed; from base 0, it is the whole list. Its
    revisions only grow within a server process."""

    count: int
    people: ListPart


class SelfUpdate(ServerMessage, frozen=True, tag="self.update"):
    """Who the reader of this socket is here. `role`: `visitor` looks on, `listener` may hear, `host` owns the room."""

    role: Literal["visitor", "listener", "host"]
    nickname: str
    may_control: bool


class CommandAccepted(ServerMessage, frozen=True, tag="command.accepted"):
    """The command with this `id` was carried out (or had been before) and made, or found, `revision`."""

    id: str
    revision: int


class CommandRefused(ServerMessage, frozen=True, tag="command.refused"):
    """The command with this `id` was not carried out. `code` is stable, `message` is for people."""

    id: str
    code: str
    message: str


class ProtocolError(ServerMessage, frozen=True, tag="error"):
    """A frame that could not be taken: `bad_message`, `too_large`, `rate_limited`."""

    code: str
    message: str


class RoomClosed(ServerMessage, frozen=True, tag="room.closed"):
    """The room was destroyed; the socket closes with 4404."""

    message: str


class SocketRefused(ServerMessage, frozen=True, tag="socket.refused"):
    """The page may not have this socket: it is not at an address that the server takes for its own. `code` is stable,
    `message` is for people, with both addresses and the setting to change; the socket closes with 4403."""

    code: str
    message: str


FromServer = (
    ClockPong
    | ClockBudget
    | RoomUpdate
    | PeopleUpdate
    | SelfUpdate
    | CommandAccepted
    | CommandRefused
    | ProtocolError
    | RoomClosed
    | SocketRefused
)

CLOSE_NO_ROOM = 4404
"""There is no such room, or no longer. Final: a page does not reconnect."""

CLOSE_BAD_ORIGIN = 4403
"""Foreign host or origin; `socket.refused` said which. Final."""

CLOSE_TOO_SLOW = 4408  # the peer did not read what was sent. Not final: it comes back, and asks for what changed
CLOSE_RESTARTING = 1012
"""The server process ends. The page comes back, to another one or to the next. The code is the registry's, of which
RFC 6455 is the first entry: service restart."""

CLOSE_TOO_MUCH = 4429
"""The peer ignored `rate_limited`."""

_encoder = msgspec.json.Encoder()


def encode(message: FromServer) -> str:
    return _encoder.encode(message).decode()
