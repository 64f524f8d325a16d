"""What a transport command does to a transport: pure, and the same whoever asks by whichever door.

A command names what it acts on (`Next(entry=41)`), so that two people pressing at once skip one track: the second one
names an entry that is no longer current and is refused. It takes effect at `now_us + lead_us`, and never before a
change that is already agreed but still ahead.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from playback.timeline import (
    SAMPLE_RATE_HZ,
    Entry,
    Repeat,
    Status,
    Transport,
    advance,
    find,
    following,
    position_at,
)

RESTART_AFTER_SAMPLES = 3 * SAMPLE_RATE_HZ
"""`previous` restarts a track that has played longer than this, as every player since the CD has done."""


class RefusalCode(StrEnum):
    """Why a command was not carried out. Stable: pages, scripts and tests rely on these words."""

    EMPTY_QUEUE = "empty_queue"
    ENTRY_CHANGED = "entry_changed"
    NO_SUCH_ENTRY = "no_such_entry"
    NOTHING_PLAYING = "nothing_playing"
    END_OF_QUEUE = "end_of_queue"
    BAD_POSITION = "bad_position"
    STALE_REVISION = "stale_revision"


class Refused(Exception):
    """The command asks for something that the room's state does not allow."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


@dataclass(frozen=True, slots=True)
class Play:
    pass


@dataclass(frozen=True, slots=True)
class Pause:
    pass


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Next:
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Jump:
    entry: int


@dataclass(frozen=True, slots=True)
class Seek:
    position: int
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class SetRepeat:
    repeat: Repeat


Command = Play | Pause | Stop | Next | Previous | Jump | Seek | SetRepeat


def sounds_elsewhere(command: Command) -> bool:
    """Whether it goes where the pages hold no music ready. (They do hold what "play" and "next" sound.)"""
    return isinstance(command, Previous | Jump | Seek)


def apply(transport: Transport, queue: Sequence[Entry], command: Command, now_us: int, lead_us: int) -> Transport:
    """The transport that `command` makes of `transport`. Raises Refused.

    The music up to the effective instant is taken into account: a pause that falls behind a track's end pauses
    the next.
    """
    if isinstance(command, SetRepeat):
        return replace(transport, repeat=command.repeat)
    if not queue:
        raise Refused(RefusalCode.EMPTY_QUEUE)
    named = getattr(command, "entry", None)
    if named is not None and not isinstance(command, Jump):
        heard, _ = advance(transport, queue, now_us)
        if named != heard.entry:
            raise Refused(RefusalCode.ENTRY_CHANGED)
    at_us = max(now_us + lead_us, transport.at_us)
    reached, _ = advance(transport, queue, at_us)
    if named is not None and not isinstance(command, Jump) and reached.entry != named:
        at_us, reached = now_us, heard  # the named entry ends within the lead: act on it while it is there
    return _APPLY[type(command)](reached, queue, command, at_us)


def _started(transport: Transport, entry: Entry, position: int, at_us: int, status: Status) -> Transport:
    return replace(transport, status=status, entry=entry.id, position=position, at_us=at_us)


def _play(transport: Transport, queue: Sequence[Entry], command: Play, at_us: int) -> Transport:
    if transport.status is Status.PLAYING:
        return transport
    index = find(queue, transport.entry)
    if index is None:
        return _started(transport, queue[0], 0, at_us, Status.PLAYING)
    entry, position = queue[index], transport.position
    if position >= entry.total_samples:  # the queue had run out; go on with what was added since, or begin again
        entry, position = following(queue, entry.id, Repeat.OFF) or queue[0], 0
    return _started(transport, entry, position, at_us, Status.PLAYING)


def _pause(transport: Transport, queue: Sequence[Entry], command: Pause, at_us: int) -> Transport:
    if transport.status is not Status.PLAYING:
        return transport
    position = max(0, position_at(transport, at_us))
    return replace(transport, status=Status.PAUSED, position=position, at_us=at_us)


def _stop(transport: Transport, queue: Sequence[Entry], command: Stop, at_us: int) -> Transport:
    if transport.status is Status.STOPPED:
        return transport
    return replace(transport, status=Status.STOPPED, position=0, at_us=at_us)


def _next(transport: Transport, queue: Sequence[Entry], command: Next, at_us: int) -> Transport:
    # pressing "next" leaves a track that repeats; it would be a trap otherwise
    skip = Repeat.ALL if transport.repeat is Repeat.ONE else transport.repeat
    entry = following(queue, transport.entry, skip)
    if entry is None:
        raise Refused(RefusalCode.NOTHING_PLAYING if transport.entry is None else RefusalCode.END_OF_QUEUE)
    return _started(transport, entry, 0, at_us, transport.status)


def _previous(transport: Transport, queue: Sequence[Entry], command: Previous, at_us: int) -> Transport:
    index = find(queue, transport.entry)
    if index is None:
        raise Refused(RefusalCode.NOTHING_PLAYING)
    if position_at(transport, at_us) <= RESTART_AFTER_SAMPLES:
        if index > 0:
            index -= 1
        elif transport.repeat is Repeat.ALL:
            index = len(queue) - 1
    return _started(transport, queue[index], 0, at_us, transport.status)


def _jump(transport: Transport, queue: Sequence[Entry], command: Jump, at_us: int) -> Transport:
    index = find(queue, command.entry)
    if index is None:
        raise Refused(RefusalCode.NO_SUCH_ENTRY)
    return _started(transport, queue[index], 0, at_us, Status.PLAYING)


def _seek(transport: Transport, queue: Sequence[Entry], command: Seek, at_us: int) -> Transport:
    index = find(queue, transport.entry)
    if index is None:
        raise Refused(RefusalCode.NOTHING_PLAYING)
    if not 0 <= command.position < queue[index].total_samples:
        raise Refused(RefusalCode.BAD_POSITION)
    status = Status.PAUSED if transport.status is Status.STOPPED else transport.status
    return replace(transport, status=status, position=command.position, at_us=at_us)


_APPLY: dict[type, Callable[..., Transport]] = {
    Play: _play, Pause: _pause, Stop: _stop, Next: _next, Previous: _previous, Jump: _jump, Seek: _seek,
}  # fmt: skip


def place_of_next(transport: Transport, queue: Sequence[Entry]) -> int:
    """Where in the queue a new entry stands so that it plays next: behind the current one. Where none is, "play" begins
    with the queue's first."""
    index = find(queue, transport.entry)
    return 0 if index is None else index + 1


def after_queue_change(transport: Transport, before: Sequence[Entry], after: Sequence[Entry], at_us: int) -> Transport:
    """The transport once the queue went from `before` to `after`: unchanged unless the current entry went away, in
    which case the music goes on with what stood behind it, at `at_us`.
    """
    if transport.entry is None or find(after, transport.entry) is not None:
        return transport
    left = {entry.id for entry in after}
    index = find(before, transport.entry)
    behind = before[index + 1 :] if index is not None else []
    entry = next((e for e in behind if e.id in left), None)
    if entry is None and after and transport.repeat is Repeat.ALL:
        entry = after[0]
    if entry is None:
        return Transport(Status.STOPPED, None, 0, at_us, transport.repeat)
    return _started(transport, entry, 0, at_us, transport.status)
