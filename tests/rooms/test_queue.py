"""The queue: adding, taking out, putting back, moving, shuffling."""

import pytest

from playback.commands import Jump, Play, RefusalCode
from playback.fields import Place
from playback.timeline import Status
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity, of_user
from rooms.models import Room
from rooms.queue.commands import MAX_QUEUE_ENTRIES
from rooms.queue.tracks import track_going
from rooms.rows import play_order
from tests import acting
from tests.builders import NOW_US, SECOND_US, guest, make_room, make_user, ready_track

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Identity:
    return of_user(make_user("alice"))


@pytest.fixture
def room(alice: Identity) -> Room:
    return make_room(alice)


def add(room: Room, who: Identity, *titles: str, place: Place = "end", now_us: int = NOW_US) -> list[int]:
    tracks = [ready_track(title) for title in titles]
    acting.queue_add(room.slug, identity=who, track_ids=[t.pk for t in tracks], now_us=now_us, place=place)
    return [e.pk for e in play_order(fresh(room)) if e.track in tracks]


def fresh(room: Room) -> Room:
    return Room.objects.get(pk=room.pk)


def titles(room: Room) -> list[str]:
    return [e.track.title for e in play_order(fresh(room))]


def play(room: Room, who: Identity) -> None:
    acting.transport(room.slug, identity=who, command=Play(), now_us=NOW_US)


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(RoomError) as refused:
        call(*args, **kwargs)
    return refused.value.code.value


def test_tracks_are_added_at_the_end(room: Room, alice: Identity) -> None:
    add(room, alice, "one", "two")
    add(room, alice, "three")
    assert titles(room) == ["one", "two", "three"]


def test_play_next_goes_behind_the_current_entry(room: Room, alice: Identity) -> None:
    add(room, alice, "one", "two")
    play(room, alice)
    add(room, alice, "next", place="next")
    assert titles(room) == ["one", "next", "two"]


def test_play_next_in_a_room_that_never_played_is_what_plays_first(room: Room, alice: Identity) -> None:
    add(room, alice, "one", "two")
    add(room, alice, "next", place="next")
    assert titles(room) == ["next", "one", "two"]
    play(room, alice)
    assert fresh(room).entry == play_order(fresh(room))[0].pk


def test_play_now_plays_it(room: Room, alice: Identity) -> None:
    add(room, alice, "one", "two")
    play(room, alice)
    (entry,) = add(room, alice, "now", place="now", now_us=NOW_US + SECOND_US)
    assert titles(room) == ["one", "now", "two"]
    assert (fresh(room).entry, fresh(room).status) == (entry, "playing")


def test_a_track_that_is_not_ready_cannot_be_added(room: Room, alice: Identity) -> None:
    track = ready_track()
    track.status = "processing"
    track.save()
    add_it = {"identity": alice, "track_ids": [track.pk], "now_us": NOW_US}
    assert refusal(acting.queue_add, room.slug, **add_it) == ErrorCode.NO_SUCH_TRACK


def test_a_full_queue_refuses_and_keeps_what_it_has(room: Room, alice: Identity) -> None:
    track = ready_track()
    acting.queue_add(room.slug, identity=alice, track_ids=[track.pk] * MAX_QUEUE_ENTRIES, now_us=NOW_US)
    one_more = {"identity": alice, "track_ids": [track.pk], "now_us": NOW_US}
    assert refusal(acting.queue_add, room.slug, **one_more) == ErrorCode.QUEUE_FULL
    assert len(titles(room)) == MAX_QUEUE_ENTRIES


def test_a_removed_entry_comes_back_where_it_was(room: Room, alice: Identity) -> None:
    entries = add(room, alice, "one", "two", "three")
    revision = acting.queue_remove(room.slug, identity=alice, entry=entries[1], now_us=NOW_US)
    assert titles(room) == ["one", "three"]
    acting.queue_restore(room.slug, identity=alice, revision=revision, now_us=NOW_US)
    assert titles(room) == ["one", "two", "three"]


def test_removing_the_current_entry_plays_the_next(room: Room, alice: Identity) -> None:
    entries = add(room, alice, "one", "two")
    play(room, alice)
    acting.queue_remove(room.slug, identity=alice, entry=entries[0], now_us=NOW_US + SECOND_US)
    assert (fresh(room).entry, fresh(room).status) == (entries[1], "playing")


def test_clear_leaves_what_is_playing_and_can_be_undone(room: Room, alice: Identity) -> None:
    add(room, alice, "one", "two", "three")
    play(room, alice)
    revision = acting.queue_clear(room.slug, identity=alice, now_us=NOW_US + SECOND_US)
    assert titles(room) == ["one"]
    acting.queue_restore(room.slug, identity=alice, revision=revision, now_us=NOW_US + SECOND_US)
    assert titles(room) == ["one", "two", "three"]


def test_there_is_nothing_to_restore_twice(room: Room, alice: Identity) -> None:
    (entry,) = add(room, alice, "one")
    revision = acting.queue_remove(room.slug, identity=alice, entry=entry, now_us=NOW_US)
    acting.queue_restore(room.slug, identity=alice, revision=revision, now_us=NOW_US)
    again = {"identity": alice, "revision": revision, "now_us": NOW_US}
    assert refusal(acting.queue_restore, room.slug, **again) == ErrorCode.NOTHING_TO_RESTORE


@pytest.mark.parametrize(
    ("moved", "before", "order"),
    [(2, 0, ["three", "one", "two"]), (0, None, ["two", "three", "one"]), (1, 1, ["one", "two", "three"])],
)
def test_an_entry_moves_before_another_or_to_the_end(
    room: Room, alice: Identity, moved: int, before: int | None, order: list[str]
) -> None:
    entries = add(room, alice, "one", "two", "three")
    target = None if before is None else entries[before]
    acting.queue_move(room.slug, identity=alice, entry=entries[moved], before=target, now_us=NOW_US)
    assert titles(room) == order


def test_moving_an_unknown_entry_is_refused(room: Room, alice: Identity) -> None:
    move = {"identity": alice, "entry": 99, "before": None, "now_us": NOW_US}
    assert refusal(acting.queue_move, room.slug, **move) == RefusalCode.NO_SUCH_ENTRY


def test_shuffle_starts_from_the_current_entry_and_can_be_taken_back(room: Room, alice: Identity) -> None:
    names = [str(n) for n in range(20)]
    entries = add(room, alice, *names)
    play(room, alice)
    acting.transport(room.slug, identity=alice, command=Jump(entries[5]), now_us=NOW_US + SECOND_US)
    acting.set_shuffle(room.slug, identity=alice, on=True, now_us=NOW_US + 2 * SECOND_US)
    shuffled = titles(room)
    assert shuffled[0] == "5"
    assert sorted(shuffled) == sorted(names)
    assert shuffled != names
    acting.set_shuffle(room.slug, identity=alice, on=False, now_us=NOW_US + 3 * SECOND_US)
    assert titles(room) == names


def test_what_is_added_while_shuffling_stands_at_the_end_of_both_orders(room: Room, alice: Identity) -> None:
    add(room, alice, "one", "two", "three")
    acting.set_shuffle(room.slug, identity=alice, on=True, now_us=NOW_US)
    add(room, alice, "four")
    assert titles(room)[-1] == "four"
    acting.set_shuffle(room.slug, identity=alice, on=False, now_us=NOW_US)
    assert titles(room) == ["one", "two", "three", "four"]


def test_a_track_that_goes_leaves_every_queue_and_the_music_goes_on(room: Room, alice: Identity) -> None:
    entries = add(room, alice, "one", "two")
    play(room, alice)
    track_going(play_order(fresh(room))[0].track_id, NOW_US + SECOND_US)
    assert titles(room) == ["two"]
    assert (fresh(room).entry, fresh(room).status) == (entries[1], Status.PLAYING)


def test_deleting_a_track_takes_it_out_of_the_queue_and_tells_the_room(room: Room, alice: Identity) -> None:
    add(room, alice, "one", "two")
    before = fresh(room).revision_of("queue")
    play_order(fresh(room))[0].track.delete()
    assert titles(room) == ["two"]
    assert fresh(room).revision_of("queue") > before


def test_renaming_a_track_tells_the_rooms_that_show_it(room: Room, alice: Identity) -> None:
    add(room, alice, "one")
    before = fresh(room).revision_of("queue")
    track = play_order(fresh(room))[0].track
    track.title = "uno"
    track.save()
    assert fresh(room).revision_of("queue") > before


def test_a_visitor_may_not_touch_the_queue(room: Room) -> None:
    track = ready_track()
    add_it = {"identity": guest("mallory"), "track_ids": [track.pk], "now_us": NOW_US}
    assert refusal(acting.queue_add, room.slug, **add_it) == ErrorCode.NOT_JOINED


def test_a_listener_may_add_where_everyone_controls_but_not_where_hosts_do(room: Room, alice: Identity) -> None:
    bob = guest("bob")
    acting.join(room.slug, identity=bob, nickname="Bob")
    add(room, bob, "bobs")
    assert play_order(fresh(room))[0].added_by == "Bob"
    acting.update_settings(room.slug, identity=alice, control="hosts", now_us=NOW_US)
    add_it = {"identity": bob, "track_ids": [ready_track().pk], "now_us": NOW_US}
    assert refusal(acting.queue_add, room.slug, **add_it) == ErrorCode.NOT_ALLOWED
