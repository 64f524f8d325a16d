"""The lead of a room, from what its listeners report."""

from playback import lead
from playback.lead import Listening
from playback.protocol import ListenerReport
from rooms.people.presence import board


def lead_ms(room_id: int, *, fetching: bool = False) -> int:
    """How far ahead a change takes effect. `fetching`: it sounds what the pages do not hold ready."""
    slowest: dict[str, Listening | None] = {}  # of each person, whose devices must not outvote the others
    for presence in board.presences(room_id):
        way = _way(presence.report) if presence.report else None
        known = slowest.get(presence.person_key)
        slowest[presence.person_key] = max((w for w in (way, known) if w), key=lambda w: w.rtt_ms, default=None)
    told = [way for way in slowest.values() if way]
    return lead.lead_ms(told, board.fan_out_ms(room_id), fetching=fetching, untold=len(slowest) - len(told))


def _way(report: ListenerReport) -> Listening | None:
    """None while the page knows nothing of its network. Of one that tells only its quickest round trip, that counts."""
    rtt_ms = report.rtt_ms if report.rtt_slow_ms is None else report.rtt_slow_ms
    return None if rtt_ms is None else Listening(rtt_ms, report.output_latency_ms or 0.0)
