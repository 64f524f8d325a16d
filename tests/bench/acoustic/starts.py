"""Somebody presses: whether both speakers stop and start at one instant, and are together from then on, each time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from tests.acoustic.recording import Recording, apart_ms, first_sound_s, lags, last_sound_s
from tests.acoustic.session import BATH, KITCHEN, press, seek, until_all_sound
from tests.bench.acoustic.case import Figure, Music, Pair, pair

ROUNDS = 20
AT_ONCE_MS = 5.0
AFTER_1_S_MS = 2.0
AFTER_5_S_MS = 1.0
LISTEN_S = 6.5


@dataclass
class Heard:
    """Of each change of one kind: how far apart, in ms."""

    stopped: list[float] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    after_1_s: list[float] = field(default_factory=list)
    after_5_s: list[float] = field(default_factory=list)

    def note_start(self, heard: Recording, at_s: float) -> None:
        begun = [first_sound_s(heard, name, at_s) for name in (KITCHEN, BATH)]
        assert begun[0] is not None
        assert begun[1] is not None
        self.started.append(1000 * abs(begun[0] - begun[1]))
        self.note_after(heard, max(begun[0], begun[1]))

    def note_after(self, heard: Recording, begun_s: float) -> None:
        self.after_1_s.append(lag_at(heard, begun_s + 1))
        self.after_5_s.append(lag_at(heard, begun_s + 5))

    def figure(self, what: str) -> Figure:
        parts = {
            "stop": (self.stopped, AT_ONCE_MS), "start": (self.started, AT_ONCE_MS),
            "after 1 s": (self.after_1_s, AFTER_1_S_MS), "after 5 s": (self.after_5_s, AFTER_5_S_MS),
        }  # fmt: skip
        parts = {name: (values, bar_ms) for name, (values, bar_ms) in parts.items() if values}
        return Figure(
            f"{what}, {len(self.after_1_s)} times",
            "; ".join(f"{name} p50 {np.median(part):.2f}, max {max(part):.2f} ms" for name, (part, _) in parts.items()),
            ", ".join(f"{name} {bar_ms:g}" for name, (_, bar_ms) in parts.items()),
            all(max(values) <= bar_ms for values, bar_ms in parts.values()),
        )


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
    paused, stopped, sought = Heard(), Heard(), Heard()
    with pair(music, ("wifi", "wifi")) as both:
        both.rig.listen(3)
        for turn in range(ROUNDS):
            _silence_and_start(both, "play", paused)
            _seek(both, 0.15 + 0.6 * (turn % 7) / 7, sought)
            _silence_and_start(both, "stop", stopped)
    yield paused.figure("pause and play")
    yield stopped.figure("stop and play")
    yield sought.figure("seek")


def _silence_and_start(both: Pair, command: str, into: Heard) -> None:
    pressed_s = both.rig.now_s()
    press(both.kitchen, command)
    until_all_sound(both.rig, False)
    silent_s = both.rig.now_s() - 0.5
    heard = both.rig.heard()
    ends = [last_sound_s(heard, name, silent_s) for name in (KITCHEN, BATH)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert min(ends) > pressed_s - 1
    into.stopped.append(1000 * abs(ends[0] - ends[1]))
    press(both.kitchen, "play")
    until_all_sound(both.rig)
    both.rig.listen(LISTEN_S)
    into.note_start(both.rig.heard(), silent_s)


def _seek(both: Pair, share: float, into: Heard) -> None:
    """Both jump within the music: for how long they do not sound alike is how far apart they jumped."""
    pressed_s = both.rig.now_s()
    seek(both.kitchen, share)
    both.rig.listen(LISTEN_S + 1)
    heard = both.rig.heard()
    into.started.append(apart_ms(heard, KITCHEN, BATH, pressed_s, pressed_s + 2))
    into.note_after(heard, pressed_s + 0.5)


CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {"presses": presses}
