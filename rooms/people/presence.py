"""Who is in which room right now, as this process knows from its sockets, and from what other processes tell of theirs
(`rooms.people.elsewhere`). Nothing here is stored: a person is present while a socket of theirs is open and heard from
(`rooms.live.consumer` lets go of silent ones)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from playback.protocol import ListenerReport

STATE_RANK = ("playing", "muted", "buffering", "waiting", "locked")
"""Which state stands for a person with several devices: the one in which they hear most."""


FAN_OUT_FADES = 0.9
"""By each broadcast; a burst of joins has lost its weight after some twenty."""


HERE = ""
"""This process, among the others by their names."""

SocketKey = int | tuple[str, int]
"""A socket here; or the name of another process, and a socket there."""


@dataclass(frozen=True, slots=True)
class Presence:
    """One socket of one person in one room. `report` is its player's latest; None: it has not spoken yet."""

    person_key: str
    nickname: str
    role: str
    is_guest: bool
    report: ListenerReport | None = None

    @property
    def state(self) -> str:
        return self.report.audio if self.report else "locked"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room, all their devices taken together. `number` names them within this process."""

    number: int
    nickname: str
    role: str
    is_guest: bool
    state: str
    rendition: str
    error_ms: float | None
    devices: int


@dataclass
class Board:
    """The presences of every room. Read by request threads, written on the event loop only."""

    _rooms: dict[int, dict[SocketKey, Presence]] = field(default_factory=dict)
    _fan_out_ms: dict[int, dict[str, float]] = field(default_factory=dict)  # by room and process
    _numbers: dict[int, dict[str, int]] = field(default_factory=dict)
    _next_number: Iterator[int] = field(default_factory=lambda: count(1))

    def put(self, room_id: int, socket_id: SocketKey, presence: Presence) -> bool:
        """Note a presence; whether that changes what people see."""
        room = self._rooms.setdefault(room_id, {})
        numbers = self._numbers.setdefault(room_id, {})
        if presence.person_key not in numbers:
            numbers[presence.person_key] = next(self._next_number)
        known = room.get(socket_id)
        room[socket_id] = presence
        return known is None or _seen(known) != _seen(presence)

    def knows(self, room_id: int, socket_id: SocketKey) -> bool:
        return socket_id in self._rooms.get(room_id, {})

    def report(self, room_id: int, socket_id: int, report: ListenerReport) -> bool:
        """Note a player's report; whether that changes what people see."""
        known = self._rooms.get(room_id, {}).get(socket_id)
        return known is not None and self.put(room_id, socket_id, replace(known, report=report))

    def take(self, room_id: int, socket_id: SocketKey) -> bool:
        """Forget a socket; whether it was known."""
        room = self._rooms.get(room_id, {})
        gone = room.pop(socket_id, None)
        if not room:
            self._rooms.pop(room_id, None)
            self._fan_out_ms.pop(room_id, None)
            self._numbers.pop(room_id, None)
        return gone is not None

    def note_fan_out(self, room_id: int, took_ms: float) -> None:
        """How long a broadcast took from the first socket to the last; slow ones count, and are forgotten slowly."""
        if room_id in self._rooms:
            faded_ms = self.fan_out_here_ms(room_id) * FAN_OUT_FADES
            self.set_fan_out(room_id, HERE, max(took_ms, faded_ms))

    def set_fan_out(self, room_id: int, process: str, took_ms: float) -> None:
        self._fan_out_ms.setdefault(room_id, {})[process] = took_ms

    def forget_fan_out(self, room_id: int, process: str) -> None:
        self._fan_out_ms.get(room_id, {}).pop(process, None)

    def fan_out_here_ms(self, room_id: int) -> float:
        return self._fan_out_ms.get(room_id, {}).get(HERE, 0.0)

    def fan_out_ms(self, room_id: int) -> float:
        """Of the slowest process."""
        return max(dict(self._fan_out_ms.get(room_id, {})).values(), default=0.0)

    def presences(self, room_id: int) -> list[Presence]:
        return list(self._rooms.get(room_id, {}).values())

    def by_socket(self, room_id: int) -> dict[SocketKey, Presence]:
        """In the order of arrival."""
        return dict(self._rooms.get(room_id, {}))

    def here(self, room_id: int) -> dict[int, Presence]:
        """Those of this process's sockets."""
        return {key: presence for key, presence in self.by_socket(room_id).items() if isinstance(key, int)}

    def rooms_here(self) -> list[int]:
        """The rooms in which somebody is by a socket of this process."""
        return [room_id for room_id in list(self._rooms) if self.here(room_id)]

    def count_by_state(self) -> Counter[str]:
        """Sockets here of people who have joined, over all rooms."""
        return Counter(p.state for room_id in list(self._rooms) for p in self.here(room_id).values())

    def count(self, room_id: int) -> int:
        """How many people are in the room."""
        return len({presence.person_key for presence in self.presences(room_id)})

    def people(self, room_id: int) -> list[Person]:
        """Everybody in the room, hosts first, then in the order of arrival."""
        devices: dict[str, list[Presence]] = {}
        for presence in self.presences(room_id):
            devices.setdefault(presence.person_key, []).append(presence)
        numbers = self._numbers.get(room_id, {})
        people = [_person(numbers.get(key, 0), presences) for key, presences in devices.items()]
        return sorted(people, key=lambda person: person.role != "host")


def _seen(presence: Presence) -> tuple[str, str, str]:
    return presence.nickname, presence.role, presence.state


def _person(number: int, presences: Iterable[Presence]) -> Person:
    best = sorted(presences, key=lambda p: STATE_RANK.index(p.state))
    first = best[0]
    return Person(
        number=number, nickname=first.nickname, role=first.role, is_guest=first.is_guest, state=first.state,
        devices=len(best),
        rendition=(first.report.rendition or "") if first.report else "",
        error_ms=first.report.error_ms if first.report else None,
    )  # fmt: skip


board = Board()
