"""A stream is disturbed as it begins, when nothing is known of it yet: how soon the player is in step all the same."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from tests.acoustic.processes import audio_process
from tests.acoustic.recording import dropouts, lags, together_from_s
from tests.acoustic.rig import Rig
from tests.acoustic.session import BATH, KITCHEN, SOUND_DEADLINE_S, join
from tests.bench.acoustic.case import Figure, Music
from tests.bench.acoustic.joining import arrive
from tests.waiting import until

TIMES = 20
STALLS_MS = (60, 75, 90, 150)
"""From what a stream just about survives to what empties all of its buffers."""
WITHIN_THE_FIRST_S = 1.0
LISTEN_S = 12
IN_STEP_MS = 2.0
IN_STEP_WITHIN_S = 2.0
OWN_SILENCE_S = 0.5
"""What the stall itself leaves out is heard by then."""


@dataclass(frozen=True)
class Found:
    """What became of one stream."""

    stall_ms: float
    after_s: float
    in_step_s: float
    worst_ms: float
    later_silences_ms: list[float]

    @property
    def met(self) -> bool:
        return self.in_step_s <= IN_STEP_WITHIN_S and not self.later_silences_ms

    def __str__(self) -> str:
        silences = "".join(f", silent for {length_ms:.0f} ms" for length_ms in self.later_silences_ms)
        stall = f"{self.stall_ms:g} ms after {self.after_s:.2f} s"
        return f"{stall}: up to {self.worst_ms:.1f} ms, for {self.in_step_s:.1f} s{silences}"


def disturbed(music: Music) -> Iterator[Figure]:
    """One listens on; another one's audio process stands still in the first second of each of its streams."""
    chance = random.Random(20)
    with Rig([KITCHEN, BATH]) as rig:
        kitchen, bath = (rig.listener(name, music.site.port, network="lan") for name in (KITCHEN, BATH))
        music.from_the_top()
        join(kitchen, music.slug, "Alice")
        rig.listen(4)
        found: list[Found] = []
        for turn in range(TIMES):
            stall_ms, delay_s = STALLS_MS[turn % len(STALLS_MS)], chance.uniform(0, WITHIN_THE_FIRST_S)
            arrive(rig, bath, music.slug, patient=False)
            feeder = audio_process(bath.page)
            until(lambda: rig.heard().sounds_at(BATH, rig.now_s() - 0.3, rig.now_s()), SOUND_DEADLINE_S, "it sounds")
            begun_s = rig.now_s()
            time.sleep(delay_s)
            feeder.stall(stall_ms / 1000)
            _, stop_s = rig.listen(LISTEN_S)
            over_s = stop_s - LISTEN_S
            heard = rig.heard()
            in_step_s = together_from_s(heard, KITCHEN, BATH, over_s, stop_s, IN_STEP_MS) - over_s
            apart = lags(heard, KITCHEN, BATH, over_s + OWN_SILENCE_S, stop_s, window_s=0.5, step_s=0.25)
            later = [gap.length_ms for gap in dropouts(heard, BATH, over_s + OWN_SILENCE_S, stop_s)]
            found.append(Found(stall_ms, over_s - begun_s, in_step_s, apart.percentile_ms(100), later))
    took_s = [each.in_step_s for each in found]
    missed = "".join(f"; {each}" for each in found if not each.met)
    yield Figure(
        f"within {IN_STEP_MS:g} ms after a stall in the first second, {TIMES} times",
        f"p50 {np.median(took_s):.1f}, max {max(took_s):.1f} s{missed}",
        f"{IN_STEP_WITHIN_S:g} s, and no other silence", not missed,
    )  # fmt: skip


CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {"disturbed": disturbed}
