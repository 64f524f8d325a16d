"""The ping budget keeps the whole process affordable, however many listen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.ping_budget import FULL_PINGS_PER_MIN, MAX_PINGS_PER_S, MIN_PINGS_PER_MIN, pings_per_min


@given(st.integers(0, 6_000))
def test_all_together_stay_within_what_the_process_affords(sockets: int) -> None:
    assert pings_per_min(sockets) * sockets <= MAX_PINGS_PER_S * 60


@pytest.mark.parametrize(("sockets", "budget"), [(0, 96), (500, 96), (501, 48), (2000, 24), (4001, 8), (10**5, 8)])
def test_the_budget_falls_by_halves(sockets: int, budget: int) -> None:
    assert pings_per_min(sockets) == budget


@given(st.integers(0, 10**6))
def test_a_page_always_gets_enough_to_hold_its_clock(sockets: int) -> None:
    assert MIN_PINGS_PER_MIN <= pings_per_min(sockets) <= FULL_PINGS_PER_MIN
