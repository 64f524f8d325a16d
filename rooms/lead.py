"""The lead of a room, from what its listeners report."""

from playback import lead
from playback.lead import Listening
from playback.protocol import ListenerReport
from rooms.presence import board


def lead_ms(room_id: int, *, fetching: bool = False) -> int:
    """How far ahead a change takes effect. `fetching`: it sounds what the pages do not hold ready."""
    listeners = [way for p in board.presences(room_id) if p.report and (way := _way(p.report))]
    return lead.lead_ms(listeners, board.fan_out_ms(room_id), fetching=fetching)


def _way(report: ListenerReport) -> Listening | None:
    """None while the page knows nothing of its network. Of one that tells only its quickest round trip, that counts."""
    rtt_ms = report.rtt_ms if report.rtt_slow_ms is None else report.rtt_slow_ms
    return None if rtt_ms is None else Listening(rtt_ms, report.output_latency_ms or 0.0)
