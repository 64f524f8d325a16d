"""How far ahead a change of the music takes effect: long enough that nearly everybody has it in time, short enough that
it feels immediate. The room never waits for its slowest member: who gets a change late joins it at the right place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MIN_LEAD_MS = 150
"""What a page needs to take a message apart, cut what is scheduled and start the new, on a slow phone."""

MAX_LEAD_MS = 1500
"""Beyond that a button seems broken, whatever anybody's network is like."""

DEFAULT_LEAD_MS = 300
"""Before anybody has reported: enough for a mobile network (4g: 60 ms and seldom 250 more)."""

FETCH_MS = 230
"""For what no page holds ready, as after a seek: a segment is served, decoded (25 to 60 ms) and laid. It comes in many
packets, of which one is held up more easily than a message is: at 150 one seek of twenty on Wi-Fi was 50 ms late. The
old music goes on meanwhile."""

WORK_MS = 100
"""From the message's arrival to the new sound, with margin for a busy page."""

RTTS_PER_LEAD = 1
"""Of the slow ones (one in a hundred is slower): what held those up on one way may hold the message up."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What a listener says of its way to the sound, in ms: a round trip that nearly none exceeds, and how long a frame
    takes from the page to the loudspeaker. What is that far on its way cannot be changed any more."""

    rtt_ms: float
    latency_ms: float = 0.0


def lead_ms(listeners: Sequence[Listening], fan_out_ms: float, *, fetching: bool = False, untold: int = 0) -> int:
    """The lead for these listeners, one for each person, in a room whose broadcasts take `fan_out_ms`. `fetching`: the
    change sounds what the pages have yet to fetch, which takes a round trip more. `untold`: people who are here too and
    have told nothing of their way; they lengthen nothing, but nobody speaks for them either.

    It is made for the listener at three quarters of the order, rounded down: in company no single one, however slow,
    dead or lying, lengthens it.
    """
    fetch_ms = FETCH_MS if fetching else 0
    rtts = RTTS_PER_LEAD + (1 if fetching else 0)
    ways_ms = [way for each in listeners if 0 <= (way := rtts * each.rtt_ms + each.latency_ms) < float("inf")]
    if not ways_ms:
        return DEFAULT_LEAD_MS + fetch_ms
    way_ms = min(_three_quarters(ways_ms), _three_quarters([*ways_ms, *[DEFAULT_LEAD_MS - WORK_MS] * untold]))
    return round(min(MAX_LEAD_MS, max(MIN_LEAD_MS, WORK_MS + way_ms + fan_out_ms) + fetch_ms))


def _three_quarters(ways_ms: Sequence[float]) -> float:
    return sorted(ways_ms)[(len(ways_ms) - 1) * 3 // 4]
