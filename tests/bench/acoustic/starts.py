"""Somebody presses: whether both speakers stop and start at one instant, and are together from then on, each time."""

import functools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from tests.acoustic.recording import Recording, apart_ms, dropouts, first_sound_s, lags, last_sound_s
from tests.acoustic.rig import Listener, Rig
from tests.acoustic.session import BATH, KITCHEN, join, join_bare, press, seek, until_all_sound
from tests.bench.acoustic.case import Figure, Music, Pair, pair

ROUNDS = 20
BARS_MS = {"stop": 5.0, "start": 5.0, "after 1 s": 2.0, "after 5 s": 1.0}
"""How far apart the two may be as both stop, as both start, and after that."""

LISTEN_S = 6.5

QUALITY = "aac-256"
"""What wifi carries. How far apart they jump shows only where both sound the same rendition."""

HIDE_AFTER_S = 20
HIDDEN_S = 420

MOST_REPEATED = 3
MENDED_S = 20
"""A report of PulseAudio's swings for a quarter of a minute after that."""

JUST_BEFORE_S = 2.0
"""A device that ran dry is known to be off after a second or two."""

SHORTEST_PAUSE_MS = 500
AT_ONE_INSTANT_S = 0.02
"""Two browsers' streams run dry together only if nothing at all runs."""


@dataclass(frozen=True)
class Change:
    """How far apart the two were at moments of BARS_MS."""

    apart_ms: dict[str, float]

    @property
    def met(self) -> bool:
        return all(apart_ms <= BARS_MS[moment] for moment, apart_ms in self.apart_ms.items())


@dataclass
class Heard:
    """All changes of one kind."""

    changes: list[Change] = field(default_factory=list)
    repeated: int = 0

    def note(self, both: Pair, change: Callable[[], Change]) -> None:
        """Make the change. Where the two were apart, and the machine stood still meanwhile or just before, so that
        pages were late or devices ran dry, make it again when the players have mended that."""
        clock_s, from_s, lost = time.monotonic() - JUST_BEFORE_S, both.rig.now_s(), underruns(both)
        found = change()
        still = both.machine.since(clock_s) or (underruns(both) == lost and fell_silent(both.rig.heard(), from_s))
        if not found.met and still and self.repeated < MOST_REPEATED:
            self.repeated += 1
            both.rig.listen(MENDED_S)
            self.note(both, change)
        else:
            self.changes.append(found)

    def figure(self, what: str) -> Figure:
        moments = self.changes[0].apart_ms
        told = []
        for moment in moments:
            apart_ms = [change.apart_ms[moment] for change in self.changes]
            told.append(f"{moment} p50 {np.median(apart_ms):.2f}, max {max(apart_ms):.2f} ms")
        if self.repeated:
            told.append(f"{self.repeated} missed and made again, as the machine stood still")
        return Figure(
            f"{what}, {len(self.changes)} times", "; ".join(told),
            ", ".join(f"{moment} {BARS_MS[moment]:g}" for moment in moments),
            all(change.met for change in self.changes),
        )  # fmt: skip


def underruns(both: Pair) -> int:
    """How often the players had nothing to sound."""
    return sum(listener.status()["underruns"] for listener in (both.kitchen, both.bath))


def fell_silent(heard: Recording, from_s: float) -> bool:
    """Whether both fell silent at one instant, and for less than a pause is long."""
    stop_s = heard.length_s
    kitchen, bath = (
        [gap.at_s for gap in dropouts(heard, name, from_s, stop_s) if gap.length_ms < SHORTEST_PAUSE_MS]
        for name in (KITCHEN, BATH)
    )
    return any(abs(one - other) < AT_ONE_INSTANT_S for one in kitchen for other in bath)


def lag_at(heard: Recording, at_s: float) -> float:
    """The largest in the half second from there on; where the music is too thin to tell, of the second or two. What
    cannot be told at all counts as missed."""
    for window_s, until_s in ((0.25, 0.5), (0.5, 1), (1, 2)):
        found = lags(heard, KITCHEN, BATH, at_s, at_s + until_s, window_s=window_s, step_s=window_s / 2)
        if found.lag_ms:
            return max(map(abs, found.lag_ms))
    return float("inf")


def presses(music: Music) -> Iterator[Figure]:
    """On wifi; one page presses, the other one follows."""
    with pair(music, ("wifi", "wifi"), quality=QUALITY) as both:
        paused, stopped, sought = Heard(), Heard(), Heard()
        both.rig.listen(3)
        for turn in range(ROUNDS):
            share = 0.15 + 0.6 * (turn % 7) / 7
            paused.note(both, functools.partial(_silence_and_start, both, "play"))
            sought.note(both, functools.partial(_seek, both, share))
            stopped.note(both, functools.partial(_silence_and_start, both, "stop"))
    yield paused.figure("pause and play")
    yield stopped.figure("stop and play")
    yield sought.figure("seek")


def _silence_and_start(both: Pair, command: str) -> Change:
    pressed_s = both.rig.now_s()
    press(both.kitchen, command)
    until_all_sound(both.rig, False)
    silent_s = both.rig.now_s() - 0.5
    heard = both.rig.heard()
    ends = [end for name in (KITCHEN, BATH) if (end := last_sound_s(heard, name, silent_s)) is not None]
    assert len(ends) == 2
    assert min(ends) > pressed_s - 1
    return Change({"stop": 1000 * abs(ends[0] - ends[1]), **_start(both.rig, both.kitchen)})


def _start(rig: Rig, kitchen: Listener) -> dict[str, float]:
    """What was silent sounds again."""
    silent_s = rig.now_s() - 0.5
    press(kitchen, "play")
    until_all_sound(rig)
    rig.listen(LISTEN_S)
    heard = rig.heard()
    begun = [first_sound_s(heard, name, silent_s) for name in (KITCHEN, BATH)]
    assert begun[0] is not None
    assert begun[1] is not None
    both_s = max(begun[0], begun[1])
    return {
        "start": 1000 * abs(begun[0] - begun[1]),
        "after 1 s": lag_at(heard, both_s + 1),
        "after 5 s": lag_at(heard, both_s + 5),
    }


def _seek(both: Pair, share: float) -> Change:
    """Both jump within the music: for how long they do not sound alike is how far apart they jumped."""
    pressed_s = both.rig.now_s()
    seek(both.kitchen, share)
    both.rig.listen(LISTEN_S + 1)
    heard = both.rig.heard()
    return Change(
        {
            "start": apart_ms(heard, KITCHEN, BATH, pressed_s, pressed_s + 2),
            "after 1 s": lag_at(heard, pressed_s + 1.5),
            "after 5 s": lag_at(heard, pressed_s + 5.5),
        }
    )


def hidden(music: Music) -> Iterator[Figure]:
    """One page is hidden, really: Chromium lets its timers run once a minute when it has been silent for five."""
    with Rig((KITCHEN, BATH)) as rig:
        kitchen = rig.listener(KITCHEN, music.site.port, network="wifi")
        music.from_the_top()
        join(kitchen, music.slug, "Alice")
        bath = rig.bare_chromium(BATH, music.room_url)
        join_bare(bath)
        until_all_sound(rig)
        rig.listen(HIDE_AFTER_S)
        bath.hide()
        press(kitchen, "play")
        until_all_sound(rig, False)
        rig.listen(HIDDEN_S)
        started = Heard([Change(_start(rig, kitchen))])
    yield started.figure("play, hidden and silent for 7 min before")


CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {"presses": presses, "hidden": hidden}
