"""How far ahead a change of the music takes effect: long enough that nearly everybody has it in time, short enough that
it feels immediate. The room never waits for its slowest member: who gets a change late joins it at the right place.
"""

from collections.abc import Sequence

MIN_LEAD_MS = 150
"""What a page needs to take a message apart, cut what is scheduled and start the new, on a slow phone."""

MAX_LEAD_MS = 1500
"""Beyond that a button seems broken, whatever anybody's network is like."""

DEFAULT_LEAD_MS = 300
"""Before anybody has reported: enough for a mobile network (4g: 60 ms and seldom 250 more)."""

FETCH_MS = 150
"""For what no page holds ready, as after a seek: a segment is served, decoded (25 to 60 ms) and laid. The old music
goes on meanwhile."""

WORK_MS = 100
"""From the message's arrival to the new sound, with margin for a busy page."""

RTTS_PER_LEAD = 1.5
"""Half of one is the message's way; the rest is room for one that is slower than nearly all that were measured."""


def lead_ms(rtts_ms: Sequence[float], fan_out_ms: float, *, fetching: bool = False) -> int:
    """The lead for listeners who report these round trips, their slower ones, in a room whose broadcasts take
    `fan_out_ms`. `fetching`: the change sounds what the pages have yet to fetch.

    It is made for the listener at three quarters of the order, rounded down: in company no single one, however slow,
    dead or lying, lengthens it.
    """
    plausible = sorted(rtt for rtt in rtts_ms if 0 <= rtt < float("inf"))
    if not plausible:
        return DEFAULT_LEAD_MS + (FETCH_MS if fetching else 0)
    rtt_ms = plausible[(len(plausible) - 1) * 3 // 4]
    told_ms = max(MIN_LEAD_MS, WORK_MS + RTTS_PER_LEAD * rtt_ms + fan_out_ms)
    return round(min(MAX_LEAD_MS, told_ms + (FETCH_MS + rtt_ms if fetching else 0)))
