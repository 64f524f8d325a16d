"""Who is here by the sockets of other processes, and what their players report, as those processes tell.

A process tells all of its sockets in a room each time, so a lost message does no harm. One that was silent for
SILENT_AFTER_US was killed, or cut off: its people are here no more.
"""

from collections.abc import Sequence

import msgspec

from rooms.monitor.readings import Player, Reading, Readings, readings
from rooms.people.presence import Board, Presence, board

TELL_EVERY_US = 5_000_000
"""At least so often a process tells of its sockets: as often as players report."""

MAX_TOLD = 12
"""Readings of one player: a page reports once a second at most, and a large room waits at most TELL_EVERY_US."""

SILENT_AFTER_US = 15_500_000
"""Three tellings did not come."""


class Told(msgspec.Struct, frozen=True, array_like=True):
    """One socket, as its process tells of it to the others: with what its player reported since the last time, or with
    its newest report again."""

    socket: int
    person_key: str
    nickname: str
    role: str
    is_guest: bool
    number: int | None = None
    readings: tuple[Reading, ...] = ()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Told])


def told_of(room_id: int, since_us: int) -> bytes:
    """The sockets here in a room, for the others, who know the readings until `since_us`."""
    players = readings.players(room_id)
    return _encoder.encode(
        [_told(socket, presence, players.get(socket), since_us) for socket, presence in board.here(room_id).items()]
    )


def _told(socket: int, presence: Presence, player: Player | None, since_us: int) -> Told:
    held = player.readings if player else ()
    fresh = tuple(reading for reading in held[-MAX_TOLD:] if reading.at_us > since_us) or held[-1:]
    number = player.number if player else None
    return Told(socket, presence.person_key, presence.nickname, presence.role, presence.is_guest, number, fresh)


def read(told: bytes) -> list[Told]:
    """Raises msgspec.DecodeError: a process of another version speaks."""
    return _decoder.decode(told)


class Elsewhere:
    """The other processes' part of the board and of the readings. Used on the event loop only."""

    def __init__(self, board: Board, readings: Readings) -> None:
        self._board, self._readings = board, readings
        self._heard_us: dict[tuple[str, int], int] = {}  # by process and room

    def note(self, process: str, room_id: int, told: Sequence[Told], fan_out_ms: float, now_us: int) -> bool:
        """What a process tells of a room; whether that changes what people see."""
        changed = self._forget_all_but({one.socket for one in told}, process, room_id)
        if not told:
            self._heard_us.pop((process, room_id), None)
            return changed
        self._heard_us[process, room_id] = now_us
        players = self._readings.players(room_id)
        for one in told:
            key = (process, one.socket)
            report = one.readings[-1].report if one.readings else None
            presence = Presence(one.person_key, one.nickname, one.role, one.is_guest, report)
            changed = self._board.put(room_id, key, presence) or changed
            known = players.get(key)
            last_us = known.last.at_us if known and known.last else 0
            for reading in one.readings:
                if reading.at_us > last_us:
                    self._readings.note(room_id, key, reading.report, reading.at_us, one.number)
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
            self._readings.forget(room_id, key)
        if not sockets:
            self._board.forget_fan_out(room_id, process)
        return bool(gone)


elsewhere = Elsewhere(board, readings)
