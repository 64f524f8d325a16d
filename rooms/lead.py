"""The lead of a room, from what its listeners report."""

from playback import lead
from playback.protocol import ListenerReport
from rooms.presence import board


def lead_ms(room_id: int, *, fetching: bool = False) -> int:
    """How far ahead a change takes effect. `fetching`: it sounds what the pages do not hold ready."""
    rtts_ms = [rtt for p in board.presences(room_id) if p.report and (rtt := _slow_rtt_ms(p.report)) is not None]
    return lead.lead_ms(rtts_ms, board.fan_out_ms(room_id), fetching=fetching)


def _slow_rtt_ms(report: ListenerReport) -> float | None:
    """Of a page that tells only its quickest, that."""
    return report.rtt_ms if report.rtt_slow_ms is None else report.rtt_slow_ms
