"""What players said lately: how much of it is kept, and for how long."""

import gc

import pytest

from playback import protocol
from playback.protocol import ListenerReport
from rooms.monitor import readings as module
from rooms.monitor.readings import MAX_READINGS, MIN_INTERVAL_US, MIN_READINGS, Readings
from tests.builders import NOW_US, SECOND_US

KITCHEN, BATH = 1, 2
ALICE, BOB = 10, 11


def report(error_ms: float = 0.1) -> ListenerReport:
    return ListenerReport(audio="playing", error_ms=error_ms)


def test_a_reading_is_kept_with_its_time_and_the_one_before_is_told() -> None:
    readings = Readings()
    assert readings.note(KITCHEN, ALICE, report(1), NOW_US) is None
    before = readings.note(KITCHEN, ALICE, report(2), NOW_US + 5 * SECOND_US)
    assert before is not None
    assert (before.at_us, before.report.error_ms) == (NOW_US, 1)
    held = readings.players(KITCHEN)[ALICE].readings
    assert [(r.at_us - NOW_US, r.report.error_ms) for r in held] == [(0, 1), (5 * SECOND_US, 2)]


def test_no_garbage_collection_walks_what_is_kept() -> None:
    readings = Readings()
    frame = b'{"type":"listener.report","audio":"playing","error_ms":0.2,"rendition":"flac"}'
    reported = protocol.decode(frame)
    assert isinstance(reported, ListenerReport)
    readings.note(KITCHEN, ALICE, reported, NOW_US)
    (held,) = readings.players(KITCHEN)[ALICE].readings
    assert not gc.is_tracked(held)
    assert not gc.is_tracked(held.report)


def test_only_the_newest_are_kept() -> None:
    readings = Readings()
    for n in range(MAX_READINGS + 7):
        readings.note(KITCHEN, ALICE, report(n), NOW_US + n * 5 * SECOND_US)
    held = readings.players(KITCHEN)[ALICE].readings
    assert len(held) == MAX_READINGS
    assert held[-1].report.error_ms == MAX_READINGS + 6


def test_a_page_that_reports_too_fast_does_not_push_its_history_out() -> None:
    readings = Readings()
    readings.note(KITCHEN, ALICE, report(0), NOW_US)
    for n in range(1, 500):
        readings.note(KITCHEN, ALICE, report(n), NOW_US + SECOND_US + n * MIN_INTERVAL_US // 1000)
    held = readings.players(KITCHEN)[ALICE].readings
    assert [r.report.error_ms for r in held] == [0, 499]


def test_with_many_players_each_ones_history_is_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READINGS_IN_ALL", 3 * 40)
    readings = Readings()

    def lengths() -> list[int]:
        for n in range(MAX_READINGS):
            for socket in sockets:
                readings.note(KITCHEN, socket, report(), NOW_US + n * 5 * SECOND_US)
        return [len(player.readings) for player in readings.players(KITCHEN).values()]

    sockets = list(range(3))
    assert lengths() == [40] * 3
    sockets = list(range(30))
    assert lengths() == [MIN_READINGS] * 30
    for socket in range(1, 30):
        readings.forget(KITCHEN, socket)
    sockets = [0]
    assert lengths() == [MAX_READINGS]


def test_a_socket_that_goes_is_forgotten_and_its_number_never_used_again() -> None:
    readings = Readings()
    readings.note(KITCHEN, ALICE, report(), NOW_US)
    readings.note(BATH, BOB, report(), NOW_US)
    number = readings.players(KITCHEN)[ALICE].number
    readings.forget(KITCHEN, ALICE)
    readings.forget(KITCHEN, ALICE)
    assert readings.players(KITCHEN) == {}
    assert len(readings.players(BATH)) == 1
    readings.note(KITCHEN, ALICE, report(), NOW_US)
    assert readings.players(KITCHEN)[ALICE].number > number


def test_who_reads_is_not_disturbed_by_what_comes_in() -> None:
    readings = Readings()
    readings.note(KITCHEN, ALICE, report(), NOW_US)
    seen = readings.players(KITCHEN)
    readings.note(KITCHEN, ALICE, report(), NOW_US + 5 * SECOND_US)
    readings.note(KITCHEN, BOB, report(), NOW_US)
    assert [len(player.readings) for player in seen.values()] == [1]
