"""The room socket's messages, both ways, and nothing else: types, names, limits, codes.

JSON text frames with a `type`. `manage.py protocol_docs` writes the AsyncAPI document, `docs/protocol.md` and
`static/js/protocol.d.ts` from these structs; a test fails when they differ.

Units are in the names. `position` is in samples at 48 kHz (see `playback.timeline`), `at_us` in server time.
Structs from clients forbid unknown fields: a frame that is not exactly one of these is refused with `bad_message`.
"""

from typing import Annotated, Literal

import msgspec

from playback.fields import CommandId, Count, EntryId, Ms, Name, Nickname, Ppm, RepeatMode, Revision, Seconds, Volume

PROTOCOL_VERSION = 1

UPCOMING_ENTRIES = 3
"""Entries behind the current one that every client knows in advance, so that joins need no message in time."""


class ClientMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """A message from a page to the server."""


class ClockPing(ClientMessage, frozen=True, tag="clock.ping"):
    """One clock exchange. `t0` is the client's own reading, in ms, returned as it came. Answered by `clock.pong`."""

    t0: float


class RoomResume(ClientMessage, frozen=True, tag="room.resume"):
    """Ask for what changed since `revision`; 0 asks for everything. Answered by `room.update`."""

    revision: Revision = 0


class RoomJoin(ClientMessage, frozen=True, tag="room.join"):
    """Become a listener of the room. Signed-in people may leave the nickname out."""

    id: CommandId
    nickname: Nickname = ""


class RoomLeave(ClientMessage, frozen=True, tag="room.leave"):
    """Stop being a listener; the page stays open."""

    id: CommandId


class TransportPlay(ClientMessage, frozen=True, tag="transport.play"):
    """Play, or go on. A queue that ran out goes on with what was added since, or begins again."""

    id: CommandId


class TransportPause(ClientMessage, frozen=True, tag="transport.pause"):
    """Hold the music where it is."""

    id: CommandId


class TransportStop(ClientMessage, frozen=True, tag="transport.stop"):
    """Go back to the start of the entry, and stay there."""

    id: CommandId


class TransportNext(ClientMessage, frozen=True, tag="transport.next"):
    """Leave `entry`; refused with `entry_changed` if another one plays by now."""

    id: CommandId
    entry: EntryId


class TransportPrevious(ClientMessage, frozen=True, tag="transport.previous"):
    """From `entry`: to its start, or within its first 3 s to the entry before it. `revision` is the newest transport
    revision that the sender has seen; refused with `stale_revision` if there is a newer one.
    """

    id: CommandId
    entry: EntryId
    revision: Revision


class TransportJump(ClientMessage, frozen=True, tag="transport.jump"):
    """Play `entry` from its start."""

    id: CommandId
    entry: EntryId


class TransportSeek(ClientMessage, frozen=True, tag="transport.seek"):
    """To `position_s` of `entry`."""

    id: CommandId
    entry: EntryId
    position_s: Annotated[float, msgspec.Meta(ge=0)]


class TransportVolume(ClientMessage, frozen=True, tag="transport.volume"):
    """The room's volume, for every listener; hosts only. 1 is full scale."""

    id: CommandId
    volume: Volume


class TransportRepeat(ClientMessage, frozen=True, tag="transport.repeat"):
    """What follows the end: `off` nothing, `all` the queue again, `one` the same entry again."""

    id: CommandId
    mode: RepeatMode


class TransportShuffle(ClientMessage, frozen=True, tag="transport.shuffle"):
    """Play in a random order from the current entry on, or in the arranged order again."""

    id: CommandId
    on: bool


class ListenerReport(ClientMessage, frozen=True, tag="listener.report"):
    """A player's own summary: every 5 s while it listens, and within a second when what people see of it changes.
    `audio` is what the person hears: `playing`, `buffering` (due but not there), `muted`, `waiting` (nothing is due),
    `locked` (the browser wants a press). The numbers are those of `window.synchro.status()`; null: not known yet.
    Counters begin with the page.
    """

    audio: Literal["playing", "buffering", "muted", "waiting", "locked"]
    error_ms: Ms | None = None
    offset_error_ms: Ms | None = None
    offset_bound_ms: Ms | None = None
    rtt_ms: Ms | None = None
    rtt_slow_ms: Ms | None = None
    clock_skew_ppm: Ppm | None = None
    device_skew_ppm: Ppm | None = None
    output_latency_ms: Ms | None = None
    output_latency_source: Name | None = None
    trim_ms: Ms | None = None
    buffered_s: Seconds | None = None
    decoded_s: Seconds | None = None
    rendition: Name | None = None
    underruns: Count = 0
    resyncs: Count = 0
    corrections: Count = 0


TransportMessage = (
    TransportPlay
    | TransportPause
    | TransportStop
    | TransportNext
    | TransportPrevious
    | TransportJump
    | TransportSeek
    | TransportVolume
    | TransportRepeat
    | TransportShuffle
)
CommandMessage = RoomJoin | RoomLeave | TransportMessage
FromClient = ClockPing | RoomResume | CommandMessage | ListenerReport


class RenditionInfo(msgspec.Struct, frozen=True):
    """One encoding of a track. `preroll_samples` lead each segment."""

    id: str
    codec: str
    bitrate: int
    frame_samples: int
    preroll_samples: int


class TrackInfo(msgspec.Struct, frozen=True):
    """What a player needs of a track. Renditions ascend by bitrate. `audio_url` is a folder, told once for all of them:
    it holds `peaks.json`, and for each rendition `<id>/init.mp4` and the segments `<id>/<n>.m4s`.
    """

    id: int
    title: str
    artist: str
    album: str
    duration_s: float
    total_samples: int
    segment_count: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    cover_url: str
    audio_url: str
    renditions: list[RenditionInfo]


class EntryInfo(msgspec.Struct, frozen=True):
    """A queue entry that plays now or next, and its track."""

    entry: int
    track: TrackInfo


class TransportPart(msgspec.Struct, frozen=True):
    """The timeline: `entry` is at sample `position` at `at_us`. `current` and `upcoming` in play order; a player
    joins them by itself, sample for sample, with no further message."""

    revision: int
    status: Literal["stopped", "paused", "playing"]
    entry: int | None
    position: int
    at_us: int
    repeat: RepeatMode
    shuffle: bool
    lead_ms: int
    current: EntryInfo | None
    upcoming: list[EntryInfo]


class QueuePart(msgspec.Struct, frozen=True):
    """The queue, rendered: the same for everybody who reads the same language."""

    revision: int
    entries: list[int]
    html: str


class HistoryPart(msgspec.Struct, frozen=True):
    revision: int
    html: str


class SettingsPart(msgspec.Struct, frozen=True):
    """The room itself. `control` says who may press the transport's buttons."""

    revision: int
    name: str
    control: Literal["everyone", "hosts"]
    volume: float


class RoomParts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parts that changed; each is whole, so a lost update is healed by the next one of its kind."""

    transport: TransportPart | None = None
    queue: QueuePart | None = None
    history: HistoryPart | None = None
    settings: SettingsPart | None = None


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


class RoomUpdate(ServerMessage, frozen=True, tag="room.update"):
    """The room went from `base_revision` to `revision`. A client whose own revision is below `base_revision` has missed
    something and sends `room.resume`; one at or above `revision` ignores it."""

    revision: int
    base_revision: int
    parts: RoomParts


class PeopleUpdate(ServerMessage, frozen=True, tag="people.update"):
    """Who is here, rendered. `count` listeners; `version` only grows within a server process."""

    version: int
    count: int
    html: str


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
)

CLOSE_NO_ROOM = 4404
"""There is no such room, or no longer. Final: a page does not reconnect."""

CLOSE_BAD_ORIGIN = 4403
CLOSE_TOO_MUCH = 4429
"""The peer ignored `rate_limited`."""

_decoder = msgspec.json.Decoder(FromClient)
_encoder = msgspec.json.Encoder()


def decode(text: str | bytes) -> FromClient:
    """The message in a client's frame. Raises msgspec.DecodeError (msgspec.ValidationError among it)."""
    message: FromClient = _decoder.decode(text)
    return message


def encode(message: FromServer) -> str:
    return _encoder.encode(message).decode()
