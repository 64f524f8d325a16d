"""Nobody presses anything: how far apart two speakers are while the music goes on, and what it costs."""

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.acoustic.processes import audio_process, page_process
from tests.acoustic.recording import Lags, dropouts, is_the_musics, lags, together_from_s
from tests.acoustic.session import BATH, KITCHEN
from tests.bench.acoustic.case import Figure, Music, Pair, pair

SETTLING_S = 3
"""From the first sound; before that it is the start, which has bars of its own."""

STUMBLES = ("underruns", "resyncs", "splices", "handovers", "device_steps")
"""What a page's status counts."""


@dataclass(frozen=True)
class Bar:
    p50_ms: float
    p95_ms: float


def held(music: Music, networks: tuple[str, str], bar: Bar, duration_s: float = 120) -> Iterator[Figure]:
    with pair(music, networks) as both:
        both.rig.listen(SETTLING_S)
        start_s, stop_s = both.rig.listen(duration_s)
        yield from steadiness(both, start_s, stop_s, bar)


def steadiness(
    both: Pair, start_s: float, stop_s: float, bar: Bar, changes_s: Sequence[float] = ()
) -> Iterator[Figure]:
    """`changes_s`: where one track follows another, and with what silence it likes."""
    heard = both.rig.heard()
    apart = lags(heard, KITCHEN, BATH, start_s, stop_s)
    length = f"{(stop_s - start_s) / 60:.0f} min" if stop_s - start_s > 300 else f"{stop_s - start_s:.0f} s"
    together = skew(f"apart, {length}", apart, bar)
    yield together
    gaps = [
        f"{name} {gap.length_ms:.0f} ms after {gap.at_s - start_s:.2f} s"
        for name in (KITCHEN, BATH)
        for gap in dropouts(heard, name, start_s, stop_s)
        if not is_the_musics(heard, gap, changes_s)
    ]
    yield Figure("dropouts", f"{len(gaps)} ({', '.join(gaps)})" if gaps else "0", "0", not gaps)
    if gaps or not together.met:
        over_s = [
            at_s - start_s for at_s, lag_ms in zip(apart.at_s, apart.lag_ms, strict=True) if abs(lag_ms) > bar.p95_ms
        ]
        yield Figure("meanwhile", _meanwhile(both, start_s, stop_s, over_s))


def _meanwhile(both: Pair, start_s: float, stop_s: float, over_s: Sequence[float]) -> str:
    """What may lie behind a miss: in which windows they were too far apart, what the players noticed since they began,
    and when the machine stood still."""
    too_far = f"{len(over_s)} windows over the bar, after {over_s[0]:.1f} to {over_s[-1]:.1f} s; " if over_s else ""
    counts = [
        f"{listener.name} {', '.join(f'{count} {listener.status()[count]}' for count in STUMBLES)}"
        for listener in (both.kitchen, both.bath)
    ]
    still = [
        f"{length_ms:.0f} ms after {both.rig.place_s(at_s) - start_s:.2f} s"
        for at_s, length_ms in both.machine.since(0, least_ms=0)
        if start_s - 1 < both.rig.place_s(at_s) < stop_s
    ]
    return f"{too_far}{'; '.join(counts)}; the machine stood still: {', '.join(still) or 'never'}"


def skew(what: str, apart: Lags, bar: Bar) -> Figure:
    p50, p95, worst = (apart.percentile_ms(percent) for percent in (50, 95, 100))
    return Figure(
        what, f"p50 {p50:.2f}, p95 {p95:.2f}, max {worst:.2f} ms",
        f"p50 {bar.p50_ms:g}, p95 {bar.p95_ms:g}" if bar.p50_ms < bar.p95_ms else f"p95 {bar.p95_ms:g}",
        p50 <= bar.p50_ms and p95 <= bar.p95_ms and apart.complete,
    )  # fmt: skip


LAN = Bar(0.25, 0.5)
WIFI = Bar(0.85, 0.85)
BUSY = Bar(2, 2)
MOBILE = Bar(6, 6)
"""The 4g profile's ways differ by 10 ms: half of that nobody can know, and a millisecond."""

STALL_S = 0.15
"""Longer than the 85 ms that a browser gives PulseAudio ahead: its stream runs dry, and goes on later than it was."""
MENDED_WITHIN_S = 2
MENDED_MS = 1.0


def lan(music: Music) -> Iterator[Figure]:
    """With the cost of the page while it plays, and a step of the audio server's at the end."""
    with pair(music, ("lan", "lan")) as both:
        both.rig.listen(SETTLING_S)
        used_s, began_s = page_process(both.kitchen.page).cpu_s(), time.monotonic()
        start_s, stop_s = both.rig.listen(120)
        used_s, took_s = page_process(both.kitchen.page).cpu_s() - used_s, time.monotonic() - began_s
        yield from steadiness(both, start_s, stop_s, LAN)
        percent = 100 * used_s / took_s
        yield Figure("CPU of the page", f"{percent:.1f} % of a core", "6", percent <= 6)
        yield step(both)


def step(both: Pair) -> Figure:
    """One browser's audio process stands still until its stream has run dry."""
    process = audio_process(both.bath.page)
    stopped_s = both.rig.now_s()
    process.stall(STALL_S)
    both.rig.listen(8)
    heard = both.rig.heard()
    gaps = dropouts(heard, BATH, stopped_s - 0.5, stopped_s + 2)
    step_s = gaps[-1].at_s + gaps[-1].length_ms / 1000 if gaps else stopped_s
    found = lags(heard, KITCHEN, BATH, step_s, step_s + 5, window_s=0.25, step_s=0.05)
    worst = max(map(abs, found.lag_ms), default=0)
    mended_s = together_from_s(heard, KITCHEN, BATH, step_s, step_s + 5, MENDED_MS) - step_s
    lengths = ", ".join(f"{gap.length_ms:.0f} ms" for gap in gaps)
    return Figure(
        "a step of the audio server", f"silence of {lengths or 'nothing'}, then up to {worst:.1f} ms off; "
        f"under {MENDED_MS:g} ms after {mended_s:.2f} s", f"{MENDED_WITHIN_S} s", mended_s <= MENDED_WITHIN_S,
    )  # fmt: skip


CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {
    "lan": lan,
    "wifi": functools.partial(held, networks=("wifi", "wifi"), bar=WIFI),
    "busy-wifi": functools.partial(held, networks=("busy-wifi", "busy-wifi"), bar=BUSY),
    "4g and lan": functools.partial(held, networks=("4g", "lan"), bar=MOBILE),
}
