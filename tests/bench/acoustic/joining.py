"""Somebody comes late: how long it takes from the press, and from opening the page cold, until they hear it in time."""

import functools
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from tests.acoustic.recording import Recording, first_sound_s, together_from_s
from tests.acoustic.rig import Listener, Rig
from tests.acoustic.session import BATH, KITCHEN, SOUND_DEADLINE_S, join, open_page, press_listen
from tests.bench.acoustic.case import Figure, Music
from tests.browsers import close
from tests.waiting import until

TIMES = 20
LISTEN_S = 4
PATIENCE_S = 6
"""How long somebody looks at the page before the press, where it is the press that is timed."""


def late(
    music: Music, network: str, in_sync_ms: float, pressed_bar_s: float, cold_bar_s: float | None
) -> Iterator[Figure]:
    """One listens on; another one opens the page, each time as a browser that was never here."""
    after_press: list[float] = []
    from_cold: list[float] = []
    with Rig([KITCHEN, BATH]) as rig:
        kitchen = rig.listener(KITCHEN, music.site.port, network="lan")
        bath = rig.listener(BATH, music.site.port, network=network)
        music.from_the_top()
        join(kitchen, music.slug, "Alice")
        rig.listen(4)
        for turn in range(TIMES):
            patient = turn % 2 == 0
            opened_s, pressed_s = arrive(rig, bath, music.slug, patient)
            until(lambda: rig.heard().sounds_at(BATH, rig.now_s() - 0.5, rig.now_s()), SOUND_DEADLINE_S, "it sounds")
            rig.listen(LISTEN_S)
            heard_s = in_sync_s(rig.heard(), pressed_s, in_sync_ms)
            if patient:
                after_press.append(heard_s - pressed_s)
            else:
                from_cold.append(heard_s - opened_s)
    yield _figure("from the press to sound in sync", after_press, pressed_bar_s)
    yield _figure("from opening the page to sound in sync", from_cold, cold_bar_s)


def arrive(rig: Rig, bath: Listener, slug: str, patient: bool) -> tuple[float, float]:
    """When a fresh visitor opened the page, and when they pressed."""
    assert bath.page.context.browser is not None
    browser = bath.page.context.browser
    close(bath.page.context)
    rig.listen(1)
    bath.page = browser.new_context(no_viewport=True, locale="en-GB").new_page()
    opened_s = rig.now_s()
    open_page(bath, slug)
    if patient:
        rig.listen(PATIENCE_S)
    pressed_s = rig.now_s()
    press_listen(bath, "Bob")
    return opened_s, pressed_s


def in_sync_s(heard: Recording, after_s: float, within_ms: float) -> float:
    """When the newcomer's speaker begins to sound, or, if it is not in sync by then, when it is so for good."""
    begun_s = first_sound_s(heard, BATH, after_s)
    assert begun_s is not None
    return together_from_s(heard, KITCHEN, BATH, begun_s, begun_s + LISTEN_S - 0.5, within_ms)


def _figure(what: str, took_s: list[float], bar_s: float | None) -> Figure:
    p50, p95 = np.percentile(took_s, 50), np.percentile(took_s, 95)
    return Figure(
        f"{what}, {len(took_s)} times", f"p50 {p50:.2f}, p95 {p95:.2f} s",
        f"p95 {bar_s:g} s" if bar_s else "", bool(p95 <= bar_s) if bar_s else None,
    )  # fmt: skip


CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {
    "late on lan": functools.partial(late, network="lan", in_sync_ms=2, pressed_bar_s=1.0, cold_bar_s=None),
    # its ways differ by 40 ms, of which nobody can know: half of that, and what a young clock on such a path is off by
    "late on 3g": functools.partial(late, network="3g", in_sync_ms=30, pressed_bar_s=2.5, cold_bar_s=8.0),
}
