"""Hours, and sound cards that are not alike."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from tests.acoustic.bare_chromium import BareChromium
from tests.acoustic.recording import lags
from tests.acoustic.session import BATH, KITCHEN, join_bare
from tests.acoustic.sound_cards import Device
from tests.bench.acoustic.case import Figure, Music, pair
from tests.bench.acoustic.steady import SETTLING_S, WIFI, steadiness

DEVICE_PPM = 104
DRIFT_S = 600
DRIFT_FROM_S = 30
MOVES_MS = 0.5

LONG_S = 30 * 60
WARM_S = 300
"""By then a page holds all the sound that it keeps."""
WEIGHED_EVERY_S = 30
"""What a page holds swings by some segments of sound, 2 MB each: of two weighings alone one may be low, one high."""
GROWS_BY = 1.05


def unlike_devices(music: Music) -> Iterator[Figure]:
    """One device plays 104 ppm fast, the other one as much slow: uncorrected they part by 12 ms a minute."""
    with pair(music, ("lan", "lan"), (Device(ppm=DEVICE_PPM), Device(ppm=-DEVICE_PPM))) as both:
        both.rig.listen(DRIFT_FROM_S)
        start_s, stop_s = both.rig.listen(DRIFT_S)
        found = lags(both.rig.heard(), KITCHEN, BATH, start_s, stop_s)
        low, high = np.percentile(found.lag_ms, [2.5, 97.5])
        begin, end = np.median(found.lag_ms[:20]), np.median(found.lag_ms[-20:])
        moved = max(abs(end - begin), high - low)
        yield Figure(
            f"device +{DEVICE_PPM} against −{DEVICE_PPM} ppm, 10 min",
            f"from {begin:+.2f} to {end:+.2f} ms, 95 % within {high - low:.2f} ms",
            f"{MOVES_MS:g} ms", bool(moved <= MOVES_MS),
        )  # fmt: skip


def half_an_hour(music: Music) -> Iterator[Figure]:
    """Two are heard; a third one, whose browser keeps nothing for its inspectors, tells what the page needs."""
    with (
        pair(music, ("wifi", "wifi")) as both,
        tempfile.TemporaryDirectory(prefix="synchro-bench-") as profile,
        BareChromium(Path(profile), music.room_url) as third,
    ):
        join_bare(third)
        both.rig.listen(SETTLING_S)
        start_s = both.rig.now_s()
        both.rig.listen(WARM_S)
        weighed_mb = []
        while (now_s := both.rig.now_s()) < start_s + LONG_S:
            weighed_mb.append(third.page_mb())
            both.rig.listen(WEIGHED_EVERY_S)
        changes_s = [now_s - ago_s for ago_s in music.changes_ago_s()]
        yield from steadiness(both, start_s, now_s, WIFI, changes_s)
        sounds = third.evaluate("window.synchro.status().error_ms !== null")
        yield growth(weighed_mb, sounds)


def growth(weighed_mb: Sequence[float], sounds: bool) -> Figure:
    """By the line through what the page weighed."""
    slope_mb, begin_mb = np.polyfit(range(len(weighed_mb)), weighed_mb, 1)
    end_mb = begin_mb + slope_mb * (len(weighed_mb) - 1)
    return Figure(
        "memory of a page that listens, from 5 min on",
        f"from {begin_mb:.1f} to {end_mb:.1f} MB by the line through {len(weighed_mb)} weighings"
        f" ({min(weighed_mb):.0f} to {max(weighed_mb):.0f})",
        "flat", bool(sounds and end_mb <= begin_mb * GROWS_BY),
    )  # fmt: skip


CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {
    "devices": unlike_devices,
    "30 min": half_an_hour,
}
