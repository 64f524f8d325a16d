"""The sync monitor of a room: who listens, how well, and what their players reported lately."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from playback.protocol import ListenerReport
from rooms.monitor.readings import Player, Reading, readings
from rooms.monitor.verdicts import Verdict, judge
from rooms.people.presence import Presence, board

Column = list[float | int | str | None]

FIELDS = tuple(field.name for field in msgspec.structs.fields(ListenerReport))


@dataclass(frozen=True, slots=True)
class Listener:
    """One device of somebody in the room. `number` names it; None: its player has said nothing yet. `device` counts
    the devices of one person; 0: there is but this one."""

    number: int | None
    nickname: str
    is_host: bool
    device: int
    verdict: Verdict
    readings: tuple[Reading, ...]

    @property
    def name(self) -> str:
        return f"{self.nickname} · {self.device}" if self.device else self.nickname

    @property
    def report(self) -> ListenerReport | None:
        """The newest."""
        return self.readings[-1].report if self.readings else None


def listeners(room_id: int, now_us: int) -> list[Listener]:
    """Everybody who has joined, by device, in the order of arrival."""
    presences, players = board.by_socket(room_id), readings.players(room_id)
    devices = Counter(presence.person_key for presence in presences.values())
    met: Counter[str] = Counter()
    found = []
    for socket_id, presence in presences.items():
        met[presence.person_key] += 1
        device = met[presence.person_key] if devices[presence.person_key] > 1 else 0
        found.append(_listener(presence, device, players.get(socket_id), now_us))
    return found


def _listener(presence: Presence, device: int, player: Player | None, now_us: int) -> Listener:
    held = player.readings if player else ()
    return Listener(
        number=player.number if player else None, nickname=presence.nickname, is_host=presence.role == "host",
        device=device, verdict=judge(held, now_us), readings=held,
    )  # fmt: skip


def columns(held: Sequence[Reading], after_us: int = 0) -> dict[str, Column]:
    """Readings newer than `after_us`, one list for each number, as plots want them; `at_us` is server time."""
    fresh = [reading for reading in held if reading.at_us > after_us]
    return {
        "at_us": [reading.at_us for reading in fresh],
        **{name: [getattr(reading.report, name) for reading in fresh] for name in FIELDS},
    }
