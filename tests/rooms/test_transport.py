"""Transport commands on a room: once each, written down, remembered in the history."""

import pytest

from playback.commands import Next, Pause, Play, Previous, RefusalCode, Seek, Stop
from playback.lead import DEFAULT_LEAD_MS
from playback.timeline import Status
from rooms import services
from rooms.change import ConcurrentChange, changing
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity, of_user
from rooms.models import Room
from rooms.rows import play_order
from rooms.selectors import standing
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
    services.queue_add(room.slug, identity=alice, track_ids=tracks, now_us=NOW_US)
    return room


def do(room: Room, who: Identity, command, at_s: float = 0, **kwargs) -> int:
    now_us = NOW_US + round(at_s * SECOND_US)
    return services.transport(room.slug, identity=who, command=command, now_us=now_us, **kwargs)


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
    seen = state(room).transport_revision
    current = state(room).entry
    do(room, alice, Previous(current), at_s=10, seen_revision=seen)
    with pytest.raises(RoomError) as refused:
        do(room, alice, Previous(current), at_s=10.1, seen_revision=seen)
    assert refused.value.code is RefusalCode.STALE_REVISION


def test_the_end_of_a_track_is_written_down_by_whoever_asks(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    services.settle(room.slug, now_us=NOW_US + 70 * SECOND_US)
    assert state(room).entry == entries(room)[1]
    assert played(room) == ["one", "two"]


def test_settling_twice_writes_one_history_entry(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    for _ in range(2):
        services.settle(room.slug, now_us=NOW_US + 70 * SECOND_US)
    assert played(room) == ["one", "two"]


def test_the_next_track_is_joined_to_the_sample(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    services.settle(room.slug, now_us=NOW_US + 130 * SECOND_US)
    assert (state(room).position, state(room).at_us) == (-2 * 60 * 48_000, NOW_US + LEAD_US)


def test_reading_sees_the_next_track_before_anybody_wrote_it(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    transport, _ = standing(state(room), NOW_US + 70 * SECOND_US)
    assert transport.entry == entries(room)[1]


def test_the_queues_end_stops_the_room(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    services.settle(room.slug, now_us=NOW_US + 1000 * SECOND_US)
    assert state(room).status == Status.STOPPED
    assert played(room) == ["one", "two", "three"]


def test_a_track_that_was_skipped_within_the_lead_never_sounded(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, Next(entries(room)[0]), at_s=10)
    do(room, alice, Next(entries(room)[1]), at_s=10.1)
    assert played(room) == ["one", "three"]


def test_pause_and_resume_are_one_entry_of_history(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, Pause(), at_s=10)
    do(room, alice, Play(), at_s=20)
    do(room, alice, Seek(48_000, entries(room)[0]), at_s=30)
    assert played(room) == ["one"]


def test_a_track_that_was_chosen_while_paused_enters_history_when_it_plays(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, Pause(), at_s=10)
    do(room, alice, Next(entries(room)[0]), at_s=20)
    assert played(room) == ["one"]
    do(room, alice, Play(), at_s=30)
    assert played(room) == ["one", "two"]


def test_stop_goes_to_the_start(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    do(room, alice, Stop(), at_s=10)
    assert (state(room).status, state(room).position) == ("stopped", 0)


def test_history_remembers_who_added_the_track(room: Room, alice: Identity) -> None:
    do(room, alice, Play())
    assert state(room).history.get().added_by == "alice"


def test_a_stranger_is_refused_and_nothing_changes(room: Room) -> None:
    before = state(room).revision
    with pytest.raises(RoomError) as refused:
        do(room, guest("mallory"), Play())
    assert refused.value.code is ErrorCode.NOT_JOINED
    assert state(room).revision == before


def test_the_rooms_volume_is_the_hosts(room: Room, alice: Identity) -> None:
    services.set_volume(room.slug, identity=alice, volume=0.5, now_us=NOW_US)
    assert state(room).volume == 0.5
    services.join(room.slug, identity=guest("bob"), nickname="Bob")
    with pytest.raises(RoomError) as refused:
        services.set_volume(room.slug, identity=guest("bob"), volume=1, now_us=NOW_US)
    assert refused.value.code is ErrorCode.NOT_ALLOWED


def test_a_revision_is_written_by_one_process_only(room: Room) -> None:
    def lose_the_race() -> None:
        with changing(room.slug, NOW_US) as change:
            Room.objects.filter(pk=room.pk).update(revision=change.base_revision + 1)  # another process was first
            change.touch("settings")

    with pytest.raises(ConcurrentChange):
        lose_the_race()
