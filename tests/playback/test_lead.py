"""The lead follows the room's networks, within bounds, and nobody lengthens it alone."""

from hypothesis import given
from hypothesis import strategies as st

from playback.lead import DEFAULT_LEAD_MS, FETCH_MS, MAX_LEAD_MS, MIN_LEAD_MS, lead_ms

rtts = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(rtts), st.floats(0, 10_000), st.booleans())
def test_the_lead_stays_within_its_bounds(rtts_ms: list[float], fan_out_ms: float, fetching: bool) -> None:
    assert MIN_LEAD_MS <= lead_ms(rtts_ms, fan_out_ms, fetching=fetching) <= MAX_LEAD_MS


def test_nobody_has_reported_yet() -> None:
    assert lead_ms([], 0) == DEFAULT_LEAD_MS


def test_a_house_full_of_near_devices_feels_immediate() -> None:
    assert lead_ms([0.8, 1.2, 9.0], 1) == MIN_LEAD_MS


def test_a_room_of_phones_on_the_road_gets_more() -> None:
    assert 350 < lead_ms([200, 220, 260], 5) < 500


@given(st.lists(st.floats(0, 300), min_size=2), rtts)
def test_one_liar_in_company_lengthens_nothing_beyond_the_slowest_honest_one(
    honest_ms: list[float], lie_ms: float
) -> None:
    assert lead_ms([*honest_ms, lie_ms], 0) <= lead_ms([max(honest_ms)], 0)


def test_what_is_yet_to_be_fetched_gets_the_time_for_it_and_still_feels_immediate() -> None:
    assert lead_ms([], 0, fetching=True) == DEFAULT_LEAD_MS + FETCH_MS
    assert lead_ms([40], 2) + FETCH_MS < lead_ms([40], 2, fetching=True) < 500
