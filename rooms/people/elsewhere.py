"""Who is here by the sockets of other processes, and what their players report, as those processes tell.

A process tells all of its sockets in a room each time, so a lost message does no harm. One that was silent for
SILENT_AFTER_US was killed, or cut off: its people are here no more.
"""

from collections.abc import Sequence

import msgspec

from playback.protocol import ListenerReport
from rooms.monitor.readings import readings
from rooms.people.presence import Board, Presence, board

TELL_EVERY_US = 5_000_000
"""At least so often a process tells of its sockets: as often as players report."""

SILENT_AFTER_US = 15_500_000
"""Three tellings did not come."""


class Told(msgspec.Struct, frozen=True, array_like=True):
    """One socket, as its process tells of it to the others. `at_us`: when its report came."""

    socket: int
    person_key: str
    nickname: str
    role: str
    is_guest: bool
    number: int | None = None
    at_us: int = 0
    report: ListenerReport | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Told])


def told_of(room_id: int) -> bytes:
    """The sockets here in a room, for the others."""
    players = readings.players(room_id)
    told = []
    for socket, presence in board.here(room_id).items():
        player = players.get(socket)
        last = player.last if player else None
        told.append(
            Told(
                socket, presence.person_key, presence.nickname, presence.role, presence.is_guest,
                player.number if player else None, last.at_us if last else 0, presence.report,
            )
        )  # fmt: skip
    return _encoder.encode(told)


def read(told: bytes) -> list[Told]:
    """Raises msgspec.DecodeError: a process of another version speaks."""
    return _decoder.decode(told)


class Elsewhere:
    """The other processes' part of the board and of the readings. Used on the event loop only."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._heard_us: dict[tuple[str, int], int] = {}  # by process and room

    def note(self, process: str, room_id: int, told: Sequence[Told], fan_out_ms: float, now_us: int) -> bool:
        """What a process tells of a room; whether that changes what people see."""
        changed = self._forget_all_but({one.socket for one in told}, process, room_id)
        if not told:
            self._heard_us.pop((process, room_id), None)
            return changed
        self._heard_us[process, room_id] = now_us
        for one in told:
            key = (process, one.socket)
            presence = Presence(one.person_key, one.nickname, one.role, one.is_guest, one.report)
            changed = self._board.put(room_id, key, presence) or changed
            if one.report and one.number:
                player = readings.players(room_id).get(key)
                if not (player and player.last and player.last.at_us >= one.at_us):
                    readings.note(room_id, key, one.report, one.at_us, one.number)
        self._board.set_fan_out(room_id, process, fan_out_ms)
        return changed

    def forget_silent(self, now_us: int) -> set[int]:
        """Let go of processes that were not heard for too long; the rooms that look different now."""
        silent = [key for key, heard_us in self._heard_us.items() if now_us - heard_us > SILENT_AFTER_US]
        for process, room_id in silent:
            self._forget_all_but(set(), process, room_id)
            del self._heard_us[process, room_id]
        return {room_id for _process, room_id in silent}

    def _forget_all_but(self, sockets: set[int], process: str, room_id: int) -> bool:
        gone = [
            key
            for key in self._board.by_socket(room_id)
            if not isinstance(key, int) and key[0] == process and key[1] not in sockets
        ]
        for key in gone:
            self._board.take(room_id, key)
            readings.forget(room_id, key)
        if not sockets:
            self._board.forget_fan_out(room_id, process)
        return bool(gone)


elsewhere = Elsewhere(board)
