"""The lead follows the room's networks and outputs, within bounds, and nobody lengthens it alone."""

from hypothesis import given
from hypothesis import strategies as st

from playback.lead import DEFAULT_LEAD_MS, FETCH_MS, MAX_LEAD_MS, MIN_LEAD_MS, Listening, lead_ms

anything = st.floats(allow_nan=True, allow_infinity=True)
listeners = st.builds(Listening, anything, anything)


def on(*rtts_ms: float, latency_ms: float = 0) -> list[Listening]:
    return [Listening(rtt_ms, latency_ms) for rtt_ms in rtts_ms]


@given(st.lists(listeners), st.floats(0, 10_000), st.booleans())
def test_the_lead_stays_within_its_bounds(room: list[Listening], fan_out_ms: float, fetching: bool) -> None:
    assert MIN_LEAD_MS <= lead_ms(room, fan_out_ms, fetching=fetching) <= MAX_LEAD_MS


def test_nobody_has_reported_yet() -> None:
    assert lead_ms([], 0) == DEFAULT_LEAD_MS


def test_a_house_full_of_near_devices_feels_immediate() -> None:
    assert lead_ms(on(0.8, 1.2, 9.0), 1) == MIN_LEAD_MS


def test_a_room_of_phones_on_the_road_gets_more() -> None:
    assert 300 < lead_ms(on(200, 220, 260), 5) < 400


def test_what_is_on_its_way_to_the_loudspeaker_cannot_be_changed_any_more() -> None:
    assert lead_ms(on(80, 80, latency_ms=85), 2) == lead_ms(on(80, 80), 2) + 85


@given(st.lists(st.floats(0, 300), min_size=2), listeners)
def test_one_liar_in_company_lengthens_nothing_beyond_the_slowest_honest_one(
    honest_ms: list[float], liar: Listening
) -> None:
    assert lead_ms([*on(*honest_ms), liar], 0) <= lead_ms(on(max(honest_ms)), 0)


@given(listeners, st.integers(1, 1000))
def test_a_liar_does_not_speak_for_those_who_have_told_nothing(liar: Listening, untold: int) -> None:
    assert lead_ms([liar], 0, untold=untold) <= DEFAULT_LEAD_MS


@given(st.lists(st.floats(0, 300), min_size=1), st.integers(0, 1000))
def test_who_has_told_nothing_lengthens_nothing(rtts_ms: list[float], untold: int) -> None:
    assert lead_ms(on(*rtts_ms), 0, untold=untold) <= lead_ms(on(*rtts_ms), 0)


def test_what_is_yet_to_be_fetched_gets_the_time_for_it_and_still_feels_immediate() -> None:
    assert lead_ms([], 0, fetching=True) == DEFAULT_LEAD_MS + FETCH_MS
    assert lead_ms(on(40), 2) + FETCH_MS < lead_ms(on(40), 2, fetching=True) < 500
