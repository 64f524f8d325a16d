"""Messages from a page to the server: what it asks, what it reports, and the commands.

A command is the same struct whichever way it comes: a socket's frame, a request of the API, a form of a page. All of
them are made by `decode` or `command`, so that every bound stands here and is checked once.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from playback import limits
from playback.fields import (
    CommandId,
    Control,
    Count,
    EntryId,
    Ms,
    Name,
    Nickname,
    Place,
    Ppm,
    RepeatMode,
    Revision,
    RoomName,
    Seconds,
    TrackId,
    Visibility,
    Volume,
)


class ClientMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """A message from a page to the server."""


class ClockPing(ClientMessage, frozen=True, tag="clock.ping"):
    """One clock exchange. `t0` is the client's own reading, in ms, returned as it came. Answered by `clock.pong`."""

    t0: float


class RoomResume(ClientMessage, frozen=True, tag="room.resume"):
    """Ask for what changed since `revision`; 0 asks for everything. Answered by `room.update`."""

    revision: Revision = 0


class PeopleResume(ClientMessage, frozen=True, tag="people.resume"):
    """Ask for the whole list of people. Answered by `people.update` from base 0."""


class RoomJoin(ClientMessage, frozen=True, tag="room.join"):
    """Become a listener of the room. Signed-in people may leave the nickname out."""

    id: CommandId
    nickname: Nickname = ""


class RoomLeave(ClientMessage, frozen=True, tag="room.leave"):
    """Stop being a listener; the page stays open."""

    id: CommandId


class RoomSettings(ClientMessage, frozen=True, tag="room.settings"):
    """Rename the room, or say who may control it or find it; what is left out stays. Hosts only. A room that is made
    unlisted gets a new address that nobody can guess, and its old one leads nowhere."""

    id: CommandId
    name: RoomName | None = None
    control: Control | None = None
    visibility: Visibility | None = None


class RoomDestroy(ClientMessage, frozen=True, tag="room.destroy"):
    """The room goes for good, with its queue and history. Hosts only."""

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
    position_s: Annotated[float, msgspec.Meta(ge=0, le=limits.MAX_POSITION_S)]


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


class QueueAdd(ClientMessage, frozen=True, tag="queue.add"):
    """Add ready tracks: at the end, behind the current entry, or there with the first of them playing at once."""

    id: CommandId
    tracks: Annotated[list[TrackId], msgspec.Meta(min_length=1, max_length=limits.MAX_TRACKS_PER_COMMAND)]
    place: Place = "end"


class QueueRemove(ClientMessage, frozen=True, tag="queue.remove"):
    """Take an entry out; if it is the current one, the next one plays. `queue.restore` of the revision that this makes
    puts it back."""

    id: CommandId
    entry: EntryId


class QueueMove(ClientMessage, frozen=True, tag="queue.move"):
    """Put `entry` in front of the entry `before`; null: at the end."""

    id: CommandId
    entry: EntryId
    before: EntryId | None


class QueueClear(ClientMessage, frozen=True, tag="queue.clear"):
    """Take out everything but what is playing; `queue.restore` puts it back."""

    id: CommandId


class QueueRestore(ClientMessage, frozen=True, tag="queue.restore"):
    """Put back what the change that made `revision` took out, where it was."""

    id: CommandId
    revision: Revision


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
    clock_step_ms: Ms | None = None
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
RoomMessage = RoomJoin | RoomLeave | RoomSettings | RoomDestroy
QueueMessage = QueueAdd | QueueRemove | QueueMove | QueueClear | QueueRestore
CommandMessage = RoomMessage | TransportMessage | QueueMessage
FromClient = ClockPing | RoomResume | PeopleResume | CommandMessage | ListenerReport

Decoded = TypeVar("Decoded")
_frames: msgspec.json.Decoder[FromClient] = msgspec.json.Decoder(FromClient)
_commands: msgspec.json.Decoder[CommandMessage] = msgspec.json.Decoder(CommandMessage)


def decode(frame: str | bytes) -> FromClient:
    """The message in a client's frame. Raises msgspec.DecodeError (msgspec.ValidationError among it)."""
    return _decoded(_frames, frame)


def decode_command(body: bytes) -> CommandMessage:
    """The command in a request's body. Raises msgspec.DecodeError."""
    return _decoded(_commands, body)


def command(kind: str, fields: Mapping[str, Any], *, from_text: bool = False) -> CommandMessage:
    """The command of type `kind`, e.g. "queue.move". `from_text`: values may be words, as a form sends them ("41").
    Raises msgspec.ValidationError."""
    message: CommandMessage = msgspec.convert({**fields, "type": kind}, CommandMessage, strict=not from_text)
    return message


def _decoded(decoder: msgspec.json.Decoder[Decoded], text: str | bytes) -> Decoded:
    try:
        return decoder.decode(text)
    except RecursionError:  # brackets in brackets, a thousand deep
        raise msgspec.DecodeError("nested too deeply") from None
