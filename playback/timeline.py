"""Where the music is at any instant, as arithmetic.

A room's transport is an anchor: entry `entry` is at sample `position` at the instant `at_us`. Everything else is
computed from that by whoever asks; nothing ticks. `static/js/music/timeline.js` is the same arithmetic, and both are
held to `tests/contract/timeline_cases.json`.

Units: instants are integer microseconds of server time (`playback.clock`), positions integer samples at 48 kHz. One
sample is 125/6 µs, so a join of two tracks falls between microseconds. It stays exact because following an entry keeps
`at_us` and moves `position` back by the length of the entry that ended: a position is negative while its entry has yet
to start. Sound is due from the first instant with `t >= at_us` and `position_at(t) >= 0`.

This module imports nothing of the project and reads no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

SAMPLE_RATE_HZ = 48_000
SAMPLES_PER_125_US = 6  # 48 000 samples a second = 6 samples in 125 µs, exactly

MAX_STARTS_KEPT = 200
"""Starts that `advance` reports at most, newest kept: a room that played to nobody for a month owes no
longer history."""


class Status(StrEnum):
    STOPPED = "stopped"
    PAUSED = "paused"
    PLAYING = "playing"


class Repeat(StrEnum):
    OFF = "off"
    ALL = "all"
    ONE = "one"


@dataclass(frozen=True, slots=True)
class Entry:
    """A track's place in a room's play order. `total_samples` is at least 1."""

    id: int
    total_samples: int


@dataclass(frozen=True, slots=True)
class Transport:
    """A room's transport state. `entry` is None only in a room that never played or whose queue is empty."""

    status: Status
    entry: int | None
    position: int
    at_us: int
    repeat: Repeat = Repeat.OFF


@dataclass(frozen=True, slots=True)
class Start:
    """Entry `entry` begins to sound at `at_us`."""

    entry: int
    at_us: int


def samples_between(start_us: int, end_us: int) -> int:
    """Whole samples from `start_us` to `end_us`, rounded down; negative if `end_us` is earlier."""
    return (end_us - start_us) * SAMPLES_PER_125_US // 125


def us_for(samples: int) -> int:
    """Microseconds that `samples` take, rounded up: after that time they have all sounded."""
    return -(-samples * 125 // SAMPLES_PER_125_US)


def position_at(transport: Transport, now_us: int) -> int:
    """The sample due at `now_us`. Negative: the entry starts that many samples from now."""
    if transport.status is not Status.PLAYING:
        return transport.position
    return transport.position + samples_between(transport.at_us, now_us)


def instant_of(transport: Transport, sample: int) -> int:
    """The first microsecond at which `position_at` has reached `sample`, for a playing transport."""
    return transport.at_us + us_for(sample - transport.position)


def find(queue: Sequence[Entry], entry_id: int | None) -> int | None:
    """The entry's place in the play order, or None."""
    return next((i for i, entry in enumerate(queue) if entry.id == entry_id), None)


def following(queue: Sequence[Entry], entry_id: int | None, repeat: Repeat) -> Entry | None:
    """What plays when `entry_id` ends, or None where the music stops."""
    index = find(queue, entry_id)
    if index is None:
        return None
    if repeat is Repeat.ONE:
        return queue[index]
    if index + 1 < len(queue):
        return queue[index + 1]
    return queue[0] if repeat is Repeat.ALL else None


def upcoming(queue: Sequence[Entry], transport: Transport, count: int) -> list[Entry]:
    """The next `count` entries after the current one, in the order in which they will play."""
    found: list[Entry] = []
    entry_id = transport.entry
    while len(found) < count and (entry := following(queue, entry_id, transport.repeat)):
        found.append(entry)
        entry_id = entry.id
    return found


def advance(transport: Transport, queue: Sequence[Entry], now_us: int) -> tuple[Transport, tuple[Start, ...]]:
    """The transport as it stands at `now_us`, and the entries that started since the anchor (the last
    MAX_STARTS_KEPT). The end of the queue leaves the last entry stopped at its end.
    """
    index = find(queue, transport.entry)
    if transport.status is not Status.PLAYING or index is None:
        return transport, ()
    transport = _without_old_rounds(transport, queue, now_us)
    entry, starts = queue[index], list[Start]()
    while position_at(transport, now_us) >= entry.total_samples:
        ended, entry_after = entry, following(queue, entry.id, transport.repeat)
        if entry_after is None:
            end_us = instant_of(transport, ended.total_samples)
            return replace(transport, status=Status.STOPPED, position=ended.total_samples, at_us=end_us), tuple(starts)
        transport = replace(transport, entry=entry_after.id, position=transport.position - ended.total_samples)
        starts.append(Start(entry_after.id, instant_of(transport, 0)))
        entry = entry_after
    return transport, tuple(starts[-MAX_STARTS_KEPT:])


def _without_old_rounds(transport: Transport, queue: Sequence[Entry], now_us: int) -> Transport:
    """Leave out the rounds of a repeating queue that began more than MAX_STARTS_KEPT starts ago: nobody asks for them,
    and a long absence must not cost a step for each."""
    index = find(queue, transport.entry)
    if transport.repeat is Repeat.OFF or index is None:
        return transport
    cycle = queue if transport.repeat is Repeat.ALL else [queue[index]]
    cycle_samples = sum(entry.total_samples for entry in cycle)
    kept_rounds = 1 + -(-MAX_STARTS_KEPT // len(cycle))
    old_rounds = max(0, position_at(transport, now_us) // cycle_samples - kept_rounds)
    return replace(transport, position=transport.position - old_rounds * cycle_samples)
