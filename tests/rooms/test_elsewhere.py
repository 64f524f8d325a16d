"""Who is here by the sockets of other processes: taken up, kept apart from the own ones, and let go of."""

import msgspec
import pytest

from playback.protocol import ListenerReport
from rooms.monitor.readings import Readings
from rooms.people import elsewhere as module
from rooms.people.elsewhere import MAX_TOLD, SILENT_AFTER_US, Elsewhere, Told, read, told_of
from rooms.people.presence import Board, Presence
from tests.builders import NOW_US, SECOND_US

KITCHEN = 1
WELL = ListenerReport(audio="playing", error_ms=0.1, rtt_ms=3)
BEA = Presence("guest-b", "Bea", "listener", True)


class Process:
    """One of the site's processes, with what it knows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.board, self.readings = Board(), Readings()
        self.elsewhere = Elsewhere(self.board, self.readings)
        self._monkeypatch = monkeypatch

    def tells(self, since_us: int = 0) -> list[Told]:
        """What it says of its kitchen, as it comes to another one."""
        with self._monkeypatch.context() as patch:
            patch.setattr(module, "board", self.board)
            patch.setattr(module, "readings", self.readings)
            return read(told_of(KITCHEN, since_us))

    def reports(self, socket: int, report: ListenerReport, at_us: int) -> None:
        self.board.report(KITCHEN, socket, report)
        self.readings.note(KITCHEN, socket, report, at_us)

    def names(self) -> list[str]:
        return [person.nickname for person in self.board.people(KITCHEN)]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Process:
    return Process(monkeypatch)


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Process:
    process = Process(monkeypatch)
    process.board.put(KITCHEN, 7, BEA)
    process.reports(7, WELL, NOW_US)
    return process


def test_what_a_process_tells_is_what_it_knows(here: Process, there: Process) -> None:
    assert here.elsewhere.note("b", KITCHEN, there.tells(), 3.5, NOW_US)
    (person,) = here.board.people(KITCHEN)
    assert (person.nickname, person.state, person.error_ms) == ("Bea", "playing", 0.1)
    (mine,) = here.readings.players(KITCHEN).values()
    (theirs,) = there.readings.players(KITCHEN).values()
    assert mine == theirs
    assert here.board.fan_out_ms(KITCHEN) == 3.5


def test_hearing_it_again_changes_nothing(here: Process, there: Process) -> None:
    here.elsewhere.note("b", KITCHEN, there.tells(), 0, NOW_US)
    assert not here.elsewhere.note("b", KITCHEN, there.tells(), 0, NOW_US + SECOND_US)
    assert [len(player.readings) for player in here.readings.players(KITCHEN).values()] == [1]


def test_readings_come_that_were_not_told_before_and_the_newest_always(here: Process, there: Process) -> None:
    for n in range(1, 4):
        there.reports(7, WELL, NOW_US + n * SECOND_US)
    (told,) = there.tells(since_us=NOW_US + SECOND_US)
    assert [reading.at_us - NOW_US for reading in told.readings] == [2 * SECOND_US, 3 * SECOND_US]
    (told,) = there.tells(since_us=NOW_US + 9 * SECOND_US)
    assert [reading.at_us - NOW_US for reading in told.readings] == [3 * SECOND_US]
    for n in range(4, 4 + MAX_TOLD):
        there.reports(7, WELL, NOW_US + n * SECOND_US)
    (told,) = there.tells()
    assert len(told.readings) == MAX_TOLD


def test_own_sockets_are_told_and_nobody_elses(here: Process, there: Process) -> None:
    here.elsewhere.note("b", KITCHEN, there.tells(), 0, NOW_US)
    here.board.put(KITCHEN, 1, Presence("guest-a", "Ann", "listener", True))
    assert [told.nickname for told in here.tells()] == ["Ann"]
    assert here.board.count_by_state() == {"locked": 1}
    assert here.names() == ["Bea", "Ann"]


def test_who_has_left_there_is_gone_here(here: Process, there: Process) -> None:
    here.elsewhere.note("b", KITCHEN, there.tells(), 2.0, NOW_US)
    here.elsewhere.note("c", KITCHEN, [Told(1, "guest-c", "Cem", "listener", True)], 0, NOW_US)
    assert here.elsewhere.note("b", KITCHEN, [], 2.0, NOW_US + SECOND_US)
    assert here.names() == ["Cem"]
    assert here.readings.players(KITCHEN) == {}
    assert here.board.fan_out_ms(KITCHEN) == 0


def test_a_process_that_is_silent_for_too_long_is_gone(here: Process, there: Process) -> None:
    here.elsewhere.note("b", KITCHEN, there.tells(), 0, NOW_US)
    assert here.elsewhere.forget_silent(NOW_US + SILENT_AFTER_US) == set()
    assert here.elsewhere.forget_silent(NOW_US + SILENT_AFTER_US + 1) == {KITCHEN}
    assert here.names() == []
    assert here.elsewhere.forget_silent(NOW_US + 2 * SILENT_AFTER_US) == set()


def test_what_another_version_tells_is_not_understood() -> None:
    with pytest.raises(msgspec.DecodeError):
        read(msgspec.msgpack.encode([[1, "guest-a"]]))
