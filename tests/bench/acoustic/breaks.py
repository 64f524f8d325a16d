"""Everything breaks once: a cut, a network that freezes, a server that is killed. Nobody hears it."""

import contextlib
from collections.abc import Callable, Iterable, Iterator

from tests.acoustic.netproxy import FREEZE_S
from tests.acoustic.recording import dropouts, lags, together_from_s
from tests.acoustic.session import BATH, KITCHEN
from tests.bench.acoustic.case import Figure, Music, Pair, pair

BACK_WITHIN_S = 3.0
BACK_MS = 1.0
SEEK_WITHIN_S = 2.0
AWAY_S = 6.0
"""A server that is killed stays away so long; the players have 8 s decoded at least."""


def cut(music: Music) -> Iterator[Figure]:
    with _settled(music) as both:
        start_s = both.rig.now_s()
        both.bath.cut()
        yield from _unheard("cut", both, start_s, start_s)


def freeze(music: Music) -> Iterator[Figure]:
    with _settled(music) as both:
        start_s = both.rig.now_s()
        both.bath.freeze()
        both.rig.listen(FREEZE_S)
        yield from _unheard("frozen for 5 s", both, start_s, both.rig.now_s())


def kill(music: Music) -> Iterator[Figure]:
    with _settled(music) as both:
        start_s = both.rig.now_s()
        music.site.kill()
        both.rig.listen(AWAY_S)
        music.site.start()
        yield from _unheard("server killed and restarted", both, start_s, both.rig.now_s())


def missed_seek(music: Music) -> Iterator[Figure]:
    """The one seeks while nothing reaches the other."""
    with _settled(music) as both:
        both.bath.freeze()
        frozen_s = both.rig.now_s()
        both.rig.listen(1)
        music.command("seek", position_s=100.0)
        back_s = frozen_s + FREEZE_S
        both.rig.listen(FREEZE_S + 6)
        together_s = together_from_s(both.rig.heard(), KITCHEN, BATH, frozen_s + 2, back_s + 5, BACK_MS)
        made_good_s = max(0.0, together_s - back_s)
        yield Figure(
            "a seek missed while frozen", f"made good after {made_good_s:.2f} s", f"{SEEK_WITHIN_S:g} s",
            made_good_s <= SEEK_WITHIN_S,
        )  # fmt: skip


@contextlib.contextmanager
def _settled(music: Music) -> Iterator[Pair]:
    """On wifi, with all the music in hand that players hold ready, and clocks that are known."""
    with pair(music, ("wifi", "wifi")) as both:
        both.rig.listen(30)
        yield both


def _unheard(what: str, both: Pair, start_s: float, back_s: float) -> Iterator[Figure]:
    """What a break that began at `start_s` and was over at `back_s` did to the one in the bath."""
    both.rig.listen(BACK_WITHIN_S + 9)
    heard, stop_s = both.rig.heard(), both.rig.now_s() - 1
    gaps = dropouts(heard, BATH, start_s, stop_s)
    yield Figure(f"dropouts, {what}", str(len(gaps)), "0", not gaps)
    together_s = together_from_s(heard, KITCHEN, BATH, start_s, stop_s, BACK_MS) - back_s
    worst = lags(heard, KITCHEN, BATH, start_s, stop_s).percentile_ms(100)
    yield Figure(
        f"apart, {what}", f"max {worst:.2f} ms", f"under {BACK_MS:g} ms {BACK_WITHIN_S:g} s after it is over",
        together_s <= BACK_WITHIN_S,
    )  # fmt: skip


CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {
    "cut": cut,
    "freeze": freeze,
    "kill": kill,
    "missed seek": missed_seek,
}
