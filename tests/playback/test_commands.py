"""What each transport command makes of a state, and when it refuses."""

import pytest

from playback.commands import (
    Jump,
    Next,
    Pause,
    Play,
    Previous,
    RefusalCode,
    Refused,
    Seek,
    SetRepeat,
    Stop,
    after_queue_change,
    apply,
    place_of_next,
)
from playback.timeline import SAMPLE_RATE_HZ, Entry, Repeat, Status, Transport, position_at

NOW_US = 1_790_000_000_000_000
LEAD_US = 300_000
SECOND_US = 1_000_000
QUEUE = [Entry(1, 60 * SAMPLE_RATE_HZ), Entry(2, 60 * SAMPLE_RATE_HZ), Entry(3, 60 * SAMPLE_RATE_HZ)]
IDLE = Transport(Status.STOPPED, None, 0, 0)


def playing(entry: int = 1, position_s: float = 0, repeat: Repeat = Repeat.OFF) -> Transport:
    """Playing, and `position_s` into the entry, right now."""
    return Transport(Status.PLAYING, entry, round(position_s * SAMPLE_RATE_HZ), NOW_US, repeat)


def do(transport: Transport, command, queue=QUEUE, now_us: int = NOW_US) -> Transport:
    return apply(transport, queue, command, now_us, LEAD_US)


def refusal(transport: Transport, command, queue=QUEUE) -> RefusalCode:
    with pytest.raises(Refused) as refused:
        do(transport, command, queue)
    return refused.value.code


def test_play_begins_with_the_first_entry() -> None:
    assert do(IDLE, Play()) == Transport(Status.PLAYING, 1, 0, NOW_US + LEAD_US)


def test_play_while_playing_changes_nothing() -> None:
    assert do(playing(), Play()) == playing()


def test_pause_takes_effect_after_the_lead_and_keeps_the_place() -> None:
    paused = do(playing(position_s=10), Pause())
    assert paused == Transport(Status.PAUSED, 1, round(10.3 * SAMPLE_RATE_HZ), NOW_US + LEAD_US)


def test_pause_then_play_loses_nothing() -> None:
    paused = do(playing(position_s=10), Pause())
    resumed = do(paused, Play(), now_us=NOW_US + 5 * SECOND_US)
    assert resumed == Transport(Status.PLAYING, 1, paused.position, NOW_US + 5 * SECOND_US + LEAD_US)


def test_play_on_the_heels_of_a_pause_waits_for_it() -> None:
    paused = do(playing(), Pause())
    resumed = do(paused, Play(), now_us=NOW_US + 10)
    assert resumed.at_us >= paused.at_us
    assert resumed.position == paused.position


def test_a_pause_behind_the_end_of_a_track_pauses_the_next_one() -> None:
    paused = do(playing(position_s=59.9), Pause())
    assert (paused.entry, paused.position) == (2, round(0.2 * SAMPLE_RATE_HZ))


def test_stop_goes_back_to_the_start_of_the_entry() -> None:
    assert do(playing(position_s=10), Stop()) == Transport(Status.STOPPED, 1, 0, NOW_US + LEAD_US)


def test_next_starts_the_following_entry() -> None:
    assert do(playing(position_s=10), Next(1)) == Transport(Status.PLAYING, 2, 0, NOW_US + LEAD_US)


def test_two_people_who_press_next_at_once_skip_one_track() -> None:
    skipped = do(playing(position_s=10), Next(1))
    assert refusal(skipped, Next(1)) is RefusalCode.ENTRY_CHANGED


def test_next_in_the_last_moments_of_an_entry_leaves_that_entry_only() -> None:
    assert do(playing(position_s=59.9), Next(1)).entry == 2


def test_next_leaves_a_track_that_repeats() -> None:
    assert do(playing(repeat=Repeat.ONE), Next(1)).entry == 2


def test_next_at_the_end_of_the_queue_is_refused() -> None:
    assert refusal(playing(entry=3), Next(3)) is RefusalCode.END_OF_QUEUE


def test_next_goes_round_when_the_queue_repeats() -> None:
    assert do(playing(entry=3, repeat=Repeat.ALL), Next(3)).entry == 1


def test_next_keeps_a_paused_room_paused() -> None:
    paused = Transport(Status.PAUSED, 1, 500, NOW_US - SECOND_US)
    assert do(paused, Next(1)) == Transport(Status.PAUSED, 2, 0, NOW_US + LEAD_US)


def test_previous_restarts_a_track_that_has_played_a_while() -> None:
    assert do(playing(entry=2, position_s=10), Previous(2)) == Transport(Status.PLAYING, 2, 0, NOW_US + LEAD_US)


def test_previous_right_after_the_start_goes_one_back() -> None:
    assert do(playing(entry=2, position_s=1), Previous(2)).entry == 1


def test_previous_on_the_first_entry_restarts_it() -> None:
    assert do(playing(entry=1, position_s=1), Previous(1)).entry == 1


def test_jump_plays_the_chosen_entry_even_if_paused() -> None:
    paused = Transport(Status.PAUSED, 1, 500, NOW_US - SECOND_US)
    assert do(paused, Jump(3)) == Transport(Status.PLAYING, 3, 0, NOW_US + LEAD_US)


def test_jump_to_an_entry_that_is_gone_is_refused() -> None:
    assert refusal(playing(), Jump(99)) is RefusalCode.NO_SUCH_ENTRY


def test_seek_is_at_the_asked_sample_at_the_agreed_instant() -> None:
    sought = do(playing(), Seek(48_000, 1))
    assert position_at(sought, NOW_US + LEAD_US) == 48_000


@pytest.mark.parametrize("position", [-1, 60 * SAMPLE_RATE_HZ])
def test_seek_outside_the_track_is_refused(position: int) -> None:
    assert refusal(playing(), Seek(position, 1)) is RefusalCode.BAD_POSITION


def test_seek_in_a_stopped_room_waits_there() -> None:
    stopped = Transport(Status.STOPPED, 1, 0, NOW_US - SECOND_US)
    assert do(stopped, Seek(48_000, 1)).status is Status.PAUSED


def test_play_after_the_queue_ran_out_goes_on_with_what_was_added() -> None:
    ended = Transport(Status.STOPPED, 2, 60 * SAMPLE_RATE_HZ, NOW_US - SECOND_US)
    assert do(ended, Play()).entry == 3
    assert do(ended, Play(), QUEUE[:2]).entry == 1


def test_repeat_changes_nothing_else() -> None:
    assert do(playing(position_s=3), SetRepeat(Repeat.ONE)) == playing(position_s=3, repeat=Repeat.ONE)


def test_an_empty_queue_refuses() -> None:
    assert refusal(IDLE, Play(), []) is RefusalCode.EMPTY_QUEUE


def test_removing_the_current_entry_plays_what_stood_behind_it() -> None:
    after = after_queue_change(playing(entry=2), QUEUE, [QUEUE[0], QUEUE[2]], NOW_US + LEAD_US)
    assert after == Transport(Status.PLAYING, 3, 0, NOW_US + LEAD_US)


def test_removing_the_last_entry_stops() -> None:
    after = after_queue_change(playing(entry=3), QUEUE, QUEUE[:2], NOW_US + LEAD_US)
    assert (after.status, after.entry) == (Status.STOPPED, None)


def test_removing_another_entry_touches_nothing() -> None:
    assert after_queue_change(playing(entry=2), QUEUE, QUEUE[1:], NOW_US) == playing(entry=2)


@pytest.mark.parametrize(
    ("transport", "goes_on", "place"),
    [(IDLE, Play(), 0), (playing(entry=2), Next(), 2), (Transport(Status.STOPPED, 3, 0, NOW_US), Next(), 3)],
)
def test_what_is_to_play_next_stands_where_the_music_goes_on(
    transport: Transport, goes_on: Play | Next, place: int
) -> None:
    assert place_of_next(transport, QUEUE) == place
    new = Entry(4, 60 * SAMPLE_RATE_HZ)
    assert do(transport, goes_on, [*QUEUE[:place], new, *QUEUE[place:]]).entry == new.id
