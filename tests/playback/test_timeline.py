"""The timeline's promises, over all that hypothesis can think of. tests/contract has the cases shared with the page."""

from hypothesis import given
from hypothesis import strategies as st

from playback.timeline import (
    MAX_STARTS_KEPT,
    Entry,
    Repeat,
    Status,
    Transport,
    advance,
    instant_of,
    position_at,
    upcoming,
    us_for,
)

NOW_US = 1_790_000_000_000_000

instants = st.integers(NOW_US, NOW_US + 10**12)
lengths = st.integers(1, 48_000 * 600)
queues = st.lists(lengths, min_size=1, max_size=8).map(
    lambda lengths: [Entry(i, length) for i, length in enumerate(lengths, 1)]
)
repeats = st.sampled_from(Repeat)


def playing(entry: int = 1, position: int = 0, at_us: int = NOW_US, repeat: Repeat = Repeat.OFF) -> Transport:
    return Transport(Status.PLAYING, entry, position, at_us, repeat)


@given(instants, instants)
def test_position_never_goes_back_while_playing(a: int, b: int) -> None:
    early, late = sorted((a, b))
    assert position_at(playing(), early) <= position_at(playing(), late)


@given(st.integers(0, 10**11))
def test_instant_of_is_the_first_microsecond_that_has_reached_the_sample(sample: int) -> None:
    instant = instant_of(playing(), sample)
    assert position_at(playing(), instant) >= sample > position_at(playing(), instant - 1)


@given(queues, repeats, instants, instants)
def test_advancing_in_steps_ends_where_advancing_at_once_does(
    queue: list[Entry], repeat: Repeat, a: int, b: int
) -> None:
    early, late = sorted((a, b))
    halfway, _ = advance(playing(repeat=repeat), queue, early)
    stepped, _ = advance(halfway, queue, late)
    direct, _ = advance(playing(repeat=repeat), queue, late)
    assert (stepped.status, stepped.entry, position_at(stepped, late)) == (
        direct.status, direct.entry, position_at(direct, late),
    )  # fmt: skip


@given(queues, st.integers(0, 10**10))
def test_a_chain_of_tracks_loses_no_sample(queue: list[Entry], elapsed_us: int) -> None:
    """However many tracks were joined: what has sounded of the queue is exactly the time that has passed."""
    transport, _ = advance(playing(), queue, NOW_US + elapsed_us)
    if transport.status is Status.PLAYING:
        before = sum(e.total_samples for e in queue if e.id < (transport.entry or 0))
        assert before + position_at(transport, NOW_US + elapsed_us) == elapsed_us * 6 // 125


def test_the_next_track_starts_between_microseconds_without_rounding() -> None:
    queue = [Entry(1, 48_001), Entry(2, 100), Entry(3, 48_000)]  # 48 001 samples end 1/6 µs behind a microsecond
    transport, starts = advance(playing(), queue, NOW_US + 1_010_000)
    assert transport == playing(entry=3, position=-48_101)
    assert [start.entry for start in starts] == [2, 3]
    assert starts[0].at_us == NOW_US + us_for(48_001)


def test_the_end_of_the_queue_stops_at_the_last_sample() -> None:
    transport, starts = advance(playing(), [Entry(1, 48_000)], NOW_US + 5_000_000)
    assert transport == Transport(Status.STOPPED, 1, 48_000, NOW_US + 1_000_000)
    assert starts == ()


def test_one_repeated_track_starts_again_and_again() -> None:
    transport, starts = advance(playing(repeat=Repeat.ONE), [Entry(1, 48_000), Entry(2, 48_000)], NOW_US + 2_500_000)
    assert transport.entry == 1
    assert position_at(transport, NOW_US + 2_500_000) == 24_000
    assert [start.at_us for start in starts] == [NOW_US + 1_000_000, NOW_US + 2_000_000]


def test_a_month_without_anybody_is_caught_up_in_bounded_steps() -> None:
    queue = [Entry(i, 1) for i in range(1, 501)]
    month_us = 30 * 86_400 * 1_000_000
    transport, starts = advance(playing(repeat=Repeat.ALL), queue, NOW_US + month_us)
    assert len(starts) <= MAX_STARTS_KEPT
    assert position_at(transport, NOW_US + month_us) == 0
    heard = month_us * 6 // 125
    assert transport.entry == heard % 500 + 1


def test_an_entry_that_has_yet_to_start_has_a_negative_position() -> None:
    transport = playing(position=-48_000)
    assert position_at(transport, NOW_US) == -48_000
    assert advance(transport, [Entry(1, 10)], NOW_US)[0] == transport


def test_paused_music_stands_still() -> None:
    transport = Transport(Status.PAUSED, 1, 1234, NOW_US)
    assert position_at(transport, NOW_US + 10**9) == 1234
    assert advance(transport, [Entry(1, 2000)], NOW_US + 10**9) == (transport, ())


def test_upcoming_goes_round_a_repeating_queue() -> None:
    queue = [Entry(1, 10), Entry(2, 10)]
    assert [e.id for e in upcoming(queue, playing(repeat=Repeat.ALL), 3)] == [2, 1, 2]
    assert [e.id for e in upcoming(queue, playing(repeat=Repeat.ONE), 3)] == [1, 1, 1]
    assert [e.id for e in upcoming(queue, playing(), 3)] == [2]
