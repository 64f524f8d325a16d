"""The clock that processes agree on: how near the estimate comes, and how the clock that is read follows it."""

import random
from itertools import pairwise

import pytest

from playback.agreement import (
    SLEW_PPM,
    STEP_US,
    WINDOW_US,
    Estimate,
    Estimator,
    Exchange,
    Reading,
    SteadyClock,
)

AHEAD_US = 7_200_000_000
HOST_US = 5_000_000_000
SECOND_US = 1_000_000


def exchange(asked_us: int, there_us: float, back_us: float, lean_us: float = AHEAD_US) -> Exchange:
    return Exchange(asked_us, round(asked_us + there_us + lean_us), round(asked_us + there_us + back_us))


@pytest.mark.parametrize("skew_ppm", [0, 40, -40])
def test_the_clock_is_known_far_better_than_a_round_trip(skew_ppm: float) -> None:
    chance = random.Random(1)
    estimator = Estimator()
    at_us = HOST_US
    for _ in range(120):
        lean_us = AHEAD_US + skew_ppm * 1e-6 * (at_us - HOST_US)
        estimator.add(exchange(at_us, 100 + chance.expovariate(1 / 200), 100 + chance.expovariate(1 / 200), lean_us))
        at_us += 2 * SECOND_US
    found = estimator.estimate(at_us)
    assert found is not None
    true_us = at_us + AHEAD_US + skew_ppm * 1e-6 * (at_us - HOST_US)
    assert abs(found.common_us - true_us) < 30
    assert abs(found.slope * 1e6 - skew_ppm) < 3
    assert abs(found.common_us - true_us) <= found.bound_us < 250


def test_one_exchange_is_enough_to_begin_with() -> None:
    estimator = Estimator()
    assert estimator.estimate(HOST_US) is None
    estimator.add(exchange(HOST_US, 300, 300))
    found = estimator.estimate(HOST_US + 600)
    assert found is not None
    assert found.common_us == pytest.approx(HOST_US + 600 + AHEAD_US, abs=1)
    assert found.bound_us == pytest.approx(300, abs=1)


def test_a_step_forgets_what_was_before_it() -> None:
    estimator = Estimator()
    for second in range(5):
        estimator.add(exchange(HOST_US + second * SECOND_US, 100, 100))
    estimator.add(exchange(HOST_US + 5 * SECOND_US, 100, 100, AHEAD_US + SECOND_US))
    found = estimator.estimate(HOST_US + 5 * SECOND_US)
    assert found is not None
    assert found.common_us == pytest.approx(HOST_US + 6 * SECOND_US + AHEAD_US, abs=1)


def test_what_is_older_than_the_window_counts_no_more() -> None:
    estimator = Estimator()
    estimator.add(exchange(HOST_US, 0, 0))
    later_us = HOST_US + WINDOW_US + SECOND_US
    estimator.add(exchange(later_us, 400, 400))
    found = estimator.estimate(later_us)
    assert found is not None
    assert found.bound_us == pytest.approx(400, abs=1)


def estimate(at_us: int, lean_us: int) -> Estimate:
    return Estimate(at_us, at_us + lean_us, 0.0, 100)


def test_a_small_correction_is_given_slowly_and_time_never_goes_back() -> None:
    steady = SteadyClock()
    steady.follow(estimate(HOST_US, 0))
    reading = steady.follow(estimate(HOST_US + SECOND_US, -4000))
    assert reading.common_at(HOST_US + SECOND_US) == HOST_US + SECOND_US
    read = [reading.common_at(HOST_US + SECOND_US + ms * 1000) for ms in range(20_000)]
    assert all(0 < late - early <= 1000 * (1 + SLEW_PPM * 1e-6) for early, late in pairwise(read))
    assert reading.common_at(HOST_US + 11 * SECOND_US) == HOST_US + 11 * SECOND_US - 4000


@pytest.mark.parametrize(("off_us", "steps"), [(STEP_US, False), (STEP_US + 1, True)])
def test_a_large_one_is_a_step_once_two_estimates_say_so(off_us: float, steps: bool) -> None:
    steady = SteadyClock()
    steady.follow(estimate(HOST_US, 0))
    first = steady.follow(estimate(HOST_US + SECOND_US, round(off_us)))
    assert first.common_at(HOST_US + SECOND_US) == HOST_US + SECOND_US
    if steps:
        second = steady.follow(estimate(HOST_US + 2 * SECOND_US, round(off_us)))
        assert second.common_at(HOST_US + 2 * SECOND_US) == HOST_US + 2 * SECOND_US + off_us


def test_a_reading_runs_at_its_slope() -> None:
    assert Reading(HOST_US, HOST_US, slope=20e-6).common_at(HOST_US + 10 * SECOND_US) == HOST_US + 10 * SECOND_US + 200
