"""Transport commands on a room: once each, written down, remembered in the history."""

import pytest

from library.models import Track
from playback.commands import Jump, Next, Pause, Play, Previous, RefusalCode, Seek, SetRepeat, Stop
from playback.lead import DEFAULT_LEAD_MS
from playback.timeline import Repeat, Status
from rooms.change import ConcurrentChange, changing
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity, of_user
from rooms.models import Room
from rooms.queue.tracks import track_going
from rooms.rows import play_order
from rooms.selectors import standing
from tests import acting
from tests.builders import NOW_US, SECOND_US, guest, make_room, make_user, ready_track

pytestmark = pytest.mark.django_db

LEAD_US = DEFAULT_LEAD_MS * 1000


@pytest.fixture
def alice() -> Identity:
    return of_user(make_user("alice"))


@pytest.fixture
def room(alice: Identity) -> Room:
    room = make_room(alice)
    tracks = [ready_track(name, seconds=60).pk for name in ("one", "two", "three")]
    acting.queue_add(room.slug, identity=alice, track_ids=tracks, now_us=NOW_US)
    return room


def do(room: Room, who: Identity, command, at_s: float = 0, **kwargs) -> int:
    now_us = NOW_US + round(at_s * SECOND_US)
    return acting.transport(room.slug, identity=who, command=command, now_us=now_us, **kwargs)


def state(room: Room) -> Room:
    return Room.objects.get(pk=room.pk)


def played(room: Room) -> list[str]:
    return [row.title for row in state(room).history.all()][::-1]


def entries(room: Room) -> list[int]:
    return [e.pk for e in play_order(state(room))]


def test_a_command_takes_effect_after_the_lead(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    assert (state(room).status, state(room).at_us) == ("playing", NOW_US + LEAD_US)


def test_every_change_adds_one_to_the_revision(room: Room, alice: Identity) -> None:
    before = state(room).revision
    assert do(room, alice, Play()) == before + 1
    assert do(room, alice, Pause(), at_s=5) == before + 2


def test_a_command_that_changes_nothing_makes_no_revision(room: Room, alice: Identity) -> None:
    revision = do(room, alice, Play())
    assert do(room, alice, Play(), at_s=5) == revision


def test_a_repeated_id_gets_the_first_answer_and_acts_once(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    current = state(room).entry
    first = do(room, alice, Next(current), at_s=5, command_id="a")
    assert do(room, alice, Next(current), at_s=6, command_id="a") == first
    assert state(room).entry == entries(room)[1]


def test_a_repeated_id_gets_the_first_refusal(room: Room, alice: Identity) -> None:
    for at_s in (0, 10):
        with pytest.raises(RoomError) as refused:
            do(room, alice, Next(99), at_s=at_s, command_id="a")
        assert refused.value.code is RefusalCode.ENTRY_CHANGED


def test_two_nexts_that_name_one_entry_skip_one_track(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    current = state(room).entry
    do(room, alice, Next(current), at_s=5)
    with pytest.raises(RoomError) as refused:
        do(room, alice, Next(current), at_s=5)
    assert refused.value.code is RefusalCode.ENTRY_CHANGED
    assert state(room).entry == entries(room)[1]


def test_a_previous_from_a_page_that_missed_a_change_is_refused(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    seen = state(room).revision_of("transport")
    current = state(room).entry
    do(room, alice, Previous(current), at_s=10, seen_revision=seen)
    with pytest.raises(RoomError) as refused:
        do(room, alice, Previous(current), at_s=10.1, seen_revision=seen)
    assert refused.value.code is RefusalCode.STALE_REVISION


def test_the_end_of_a_track_is_written_down_by_whoever_asks(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    acting.settle(room.slug, now_us=NOW_US + 70 * SECOND_US)
    assert state(room).entry == entries(room)[1]
    assert played(room) == ["one"]  # what plays is not played yet


def test_settling_twice_writes_one_history_entry(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    for _ in range(2):
        acting.settle(room.slug, now_us=NOW_US + 70 * SECOND_US)
    assert played(room) == ["one"]


def test_the_next_track_is_joined_to_the_sample(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    acting.settle(room.slug, now_us=NOW_US + 130 * SECOND_US)
    assert (state(room).position, state(room).at_us) == (-2 * 60 * 48_000, NOW_US + LEAD_US)


def test_reading_sees_the_next_track_before_anybody_wrote_it(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    transport, _ = standing(state(room), NOW_US + 70 * SECOND_US)
    assert transport.entry == entries(room)[1]


def test_the_queues_end_stops_the_room(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    acting.settle(room.slug, now_us=NOW_US + 1000 * SECOND_US)
    assert state(room).status == Status.STOPPED
    assert played(room) == ["one", "two", "three"]


@pytest.mark.parametrize(("heard_us", "counted"), [(30 * SECOND_US - 21, []), (30 * SECOND_US, ["one"])])
def test_what_is_skipped_counts_from_half_a_minute_on(
    room: Room, alice: Identity, heard_us: int, counted: list[str]
) -> None:
    """Both commands take effect a lead ahead. A sample is 21 µs."""
    do(room, alice, Play())
    do(room, alice, Next(entries(room)[0]), at_s=heard_us / SECOND_US)
    assert played(room) == counted


@pytest.mark.parametrize(("heard_s", "counted"), [(9.9, []), (10, ["short"])])
def test_of_a_short_track_half_is_enough(alice: Identity, heard_s: float, counted: list[str]) -> None:
    room = make_room(alice, "Attic")
    tracks = [ready_track("short", seconds=20).pk, ready_track("long", seconds=60).pk]
    acting.queue_add(room.slug, identity=alice, track_ids=tracks, now_us=NOW_US)
    do(room, alice, Play())
    do(room, alice, Next(entries(room)[0]), at_s=heard_s)
    assert played(room) == counted


def test_to_and_fro_between_two_tracks_is_no_play_of_either(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    one = entries(room)[0]
    for round in range(10):
        do(room, alice, Next(one), at_s=10 * round + 2)
        do(room, alice, Jump(one), at_s=10 * round + 4)
    assert played(room) == []
    do(room, alice, Next(one), at_s=130)
    assert played(room) == ["one"]


def test_pauses_and_leaps_are_not_heard(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    one = entries(room)[0]
    do(room, alice, Pause(), at_s=10)
    do(room, alice, Play(), at_s=100)
    do(room, alice, Seek(50 * 48_000, one), at_s=105)
    do(room, alice, Seek(0, one), at_s=110)  # 20 s by now
    do(room, alice, Pause(), at_s=119)
    do(room, alice, Next(one), at_s=500)
    assert played(room) == []


def test_a_track_that_is_heard_in_parts_is_one_entry_from_when_it_began(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    one = entries(room)[0]
    do(room, alice, Pause(), at_s=10)
    do(room, alice, Play(), at_s=20)
    do(room, alice, Seek(48_000, one), at_s=30)
    do(room, alice, Jump(one), at_s=40)
    do(room, alice, Pause(), at_s=45)
    do(room, alice, Next(one), at_s=46)
    (row,) = state(room).history.all()
    assert (row.title, row.started_us) == ("one", NOW_US + LEAD_US)


def test_a_track_that_was_chosen_while_paused_begins_when_it_plays(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, Pause(), at_s=40)
    do(room, alice, Next(entries(room)[0]), at_s=50)
    assert played(room) == ["one"]
    do(room, alice, Play(), at_s=100)
    do(room, alice, Stop(), at_s=140)
    assert played(room) == ["one", "two"]
    assert state(room).history.all()[0].started_us == NOW_US + 100 * SECOND_US + LEAD_US


def test_a_track_that_repeats_is_played_each_time(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, SetRepeat(Repeat.ONE), at_s=1)
    acting.settle(room.slug, now_us=NOW_US + 190 * SECOND_US)
    assert played(room) == ["one"] * 3


@pytest.mark.parametrize("gone", ["removed", "deleted"])
def test_what_was_taken_out_while_it_played_was_played(room: Room, alice: Identity, gone: str) -> None:
    do(room, alice, Play())
    entry = play_order(state(room))[0]
    acting.settle(room.slug, now_us=NOW_US + 40 * SECOND_US)
    if gone == "removed":
        acting.queue_remove(room.slug, identity=alice, entry=entry.pk, now_us=NOW_US + 40 * SECOND_US)
    else:
        track_going(entry.track_id, NOW_US + 40 * SECOND_US)
        Track.objects.get(pk=entry.track_id).delete()
    (row,) = state(room).history.all()
    assert (row.title, row.track_id) == ("one", entry.track_id if gone == "removed" else None)
    assert play_order(state(room))[0].pk == state(room).entry


def test_a_play_whose_row_is_gone_stops_nobody(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    play_order(state(room))[0].delete()
    do(room, alice, Stop(), at_s=40)
    do(room, alice, Play(), at_s=41)
    assert state(room).status == Status.PLAYING
    assert played(room) == []


def test_stop_goes_to_the_start(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, Stop(), at_s=10)
    assert (state(room).status, state(room).position) == ("stopped", 0)


def test_history_remembers_who_added_the_track(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, Stop(), at_s=40)
    assert state(room).history.get().added_by == "alice"


def test_a_stranger_is_refused_and_nothing_changes(room: Room) -> None:
    before = state(room).revision
    with pytest.raises(RoomError) as refused:
        do(room, guest("mallory"), Play())
    assert refused.value.code is ErrorCode.NOT_JOINED
    assert state(room).revision == before


def test_the_rooms_volume_is_the_hosts(room: Room, alice: Identity) -> None:
    acting.set_volume(room.slug, identity=alice, volume=0.5, now_us=NOW_US)
    assert state(room).volume == 0.5
    acting.join(room.slug, identity=guest("bob"), nickname="Bob")
    with pytest.raises(RoomError) as refused:
        acting.set_volume(room.slug, identity=guest("bob"), volume=1, now_us=NOW_US)
    assert refused.value.code is ErrorCode.NOT_ALLOWED


def test_a_revision_is_written_by_one_process_only(room: Room) -> None:
    def lose_the_race() -> None:
        with changing(room.slug, NOW_US) as change:
            Room.objects.filter(pk=room.pk).update(revision=change.base_revision + 1)  # another process was first
            change.touch("settings")

    with pytest.raises(ConcurrentChange):
        lose_the_race()
