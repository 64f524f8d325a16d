"""The lead of a room, from what its listeners report."""

from playback import lead
from rooms.presence import board


def lead_ms(room_id: int) -> int:
    rtts_ms = [p.report.rtt_ms for p in board.presences(room_id) if p.report and p.report.rtt_ms is not None]
    return lead.lead_ms(rtts_ms, board.fan_out_ms(room_id))
