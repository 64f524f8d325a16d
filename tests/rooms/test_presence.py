"""Who is here, from what open sockets say."""

from playback.protocol import ListenerReport
from rooms.people.presence import Board, Presence

ALICE = Presence("user-1", "Alice", "host", False)
BOB = Presence("guest-b", "Bob", "listener", True)


def test_hosts_stand_first() -> None:
    board = Board()
    board.put(1, 10, BOB)
    board.put(1, 11, ALICE)
    assert [person.nickname for person in board.people(1)] == ["Alice", "Bob"]


def test_two_devices_are_one_person_in_their_best_state() -> None:
    board = Board()
    board.put(1, 10, BOB)
    board.put(1, 11, BOB)
    board.report(1, 11, ListenerReport(audio="playing", rendition="flac", error_ms=0.1))
    (person,) = board.people(1)
    assert (person.devices, person.state, person.rendition) == (2, "playing", "flac")


def test_only_what_people_see_counts_as_a_change() -> None:
    board = Board()
    assert board.put(1, 10, BOB)
    assert not board.put(1, 10, BOB)
    assert board.report(1, 10, ListenerReport(audio="playing", error_ms=0.1))
    assert not board.report(1, 10, ListenerReport(audio="playing", error_ms=0.2))
    assert board.report(1, 10, ListenerReport(audio="buffering"))


def test_rooms_are_apart_and_vanish_with_their_last_socket() -> None:
    board = Board()
    board.put(1, 10, ALICE)
    assert board.people(2) == []
    assert board.take(1, 10)
    assert not board.take(1, 10)
    assert board.people(1) == []


def test_a_report_of_an_unknown_socket_changes_nothing() -> None:
    assert not Board().report(1, 10, ListenerReport(audio="playing"))
