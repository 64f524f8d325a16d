"""What the players in each room said of themselves lately, for the sync monitor.

In memory, and gone with the socket. Other processes tell of theirs (`rooms.people.elsewhere`). Written on the event
loop; request threads read tuples that nobody changes any more.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from secrets import randbits

import msgspec

from playback.protocol import ListenerReport
from rooms.people.presence import SocketKey

MAX_READINGS = 120
"""Of one player: ten minutes at one report per 5 s (static/js/player/report.js)."""

MIN_READINGS = 12
"""A minute: that much of everybody, however many there are."""

MAX_READINGS_IN_ALL = 60_000
"""Some 600 bytes each, so 36 MB. With more than 500 players, each one's history becomes shorter."""

MIN_INTERVAL_US = 900_000
"""A page reports at most once a second. Of one that reports faster the newest counts, so that it cannot push its own
history out."""


PROCESS_BITS = 20
"""Of a player's number, in front of the 32 that count: processes give different ones, exact in a script."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """A report, and the server time of its arrival. The garbage collector leaves it alone: it refers to nothing that
    could refer back, and to walk sixty thousand of them would keep clock pings waiting."""

    at_us: int
    report: ListenerReport


@dataclass(frozen=True, slots=True)
class Player:
    """One socket's readings, oldest first. `number` names it to whoever looks at the monitor."""

    number: int
    readings: tuple[Reading, ...] = ()

    @property
    def last(self) -> Reading | None:
        return self.readings[-1] if self.readings else None


@dataclass
class Readings:
    """The readings of every room's sockets."""

    _rooms: dict[int, dict[SocketKey, Player]] = field(default_factory=lambda: defaultdict(dict))
    _numbers: Iterator[int] = field(default_factory=lambda: count((randbits(PROCESS_BITS) << 32) + 1))
    _players: int = 0

    def note(
        self, room_id: int, socket_id: SocketKey, report: ListenerReport, now_us: int, number: int | None = None
    ) -> Reading | None:
        """Keep a report. The socket's reading before this one; None: it is the first. `number`: the player's, where
        another process has given it one."""
        room = self._rooms[room_id]
        player = room.get(socket_id)
        if player is None:
            player = Player(next(self._numbers) if number is None else number)
            self._players += 1
        before = player.last
        held = player.readings
        if before and now_us - before.at_us < MIN_INTERVAL_US:
            held = held[:-1]
        kept = held[-(self._allowance() - 1) :]
        room[socket_id] = Player(player.number, (*kept, Reading(now_us, report)))
        return before

    def forget(self, room_id: int, socket_id: SocketKey) -> None:
        """The socket is gone, or its person has left the room."""
        room = self._rooms.get(room_id, {})
        if room.pop(socket_id, None):
            self._players -= 1
        if not room:
            self._rooms.pop(room_id, None)

    def players(self, room_id: int) -> dict[SocketKey, Player]:
        """By socket."""
        return dict(self._rooms.get(room_id, {}))

    def _allowance(self) -> int:
        return max(MIN_READINGS, min(MAX_READINGS, MAX_READINGS_IN_ALL // self._players))


readings = Readings()
