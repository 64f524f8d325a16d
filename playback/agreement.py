"""Where the common clock of several processes is, estimated from exchanges with it. Pure: handed every reading.

The same filter as a page's (static/js/link/clock.js, which explains it): each exchange bounds the common clock from
both sides, all of them together leave a channel that narrows wherever one way was quick, and the estimate is the line
that keeps the widest distance to both of its sides. `lean` = common µs minus this host's µs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

WINDOW_US = 240_000_000
SLOPE_SIGMA_PPM = 50.0
"""Crystals are within some 50 ppm of each other: the prior of the slope."""

SOFT_US = 50.0
"""How far above the quickest delay others still speak for where a side is. Between computers on a wire delays scatter a
tenth of what they do on the way to a page."""

WANDER_US = 100.0
"""What a crystal's wander makes of a straight line in one window: an old exchange binds that much less."""

FLOOR_US = 5.0
"""Scatter of readings by themselves."""

OVERLAP_US = 500.0
"""The sides of the channel may overlap by this; beyond it one of the clocks was stepped."""

SLEW_PPM = 500.0
"""A clock that is read moves at most this far off its true rate."""

STEP_US = 5_000.0
"""Beyond this it steps, once STEP_AFTER estimates in a row say so."""

STEP_AFTER = 2
LINES = 6
"""Tried to each side of the most likely one."""

NARROW_PPM = 0.5
"""How well the most likely slope is found: 2 µs in 4 s, when the next exchange comes."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question: asked and answered at these instants of this host's clock, `common_us` in between."""

    asked_us: int
    common_us: int
    answered_us: int

    @property
    def rtt_us(self) -> int:
        return self.answered_us - self.asked_us


@dataclass(frozen=True, slots=True)
class Estimate:
    """Common time at `at_us` of this host's clock. `slope`: by how much the common clock is faster, as a ratio.
    `bound_us`: the error is certainly no larger."""

    at_us: int
    common_us: int
    slope: float
    bound_us: float


@dataclass(frozen=True, slots=True)
class Reading:
    """How the clock is to be read until the next one. `residue_us` is what it still has to give up."""

    at_us: int
    common_us: int
    slope: float = 0.0
    residue_us: float = 0.0

    def common_at(self, host_us: int) -> int:
        elapsed_us = host_us - self.at_us
        residue_us = self.residue_us
        if residue_us:
            given_us = max(0, elapsed_us) * SLEW_PPM * 1e-6
            residue_us = math.copysign(max(0.0, abs(residue_us) - given_us), residue_us)
        return self.common_us + elapsed_us + round(elapsed_us * self.slope + residue_us)


@dataclass(frozen=True, slots=True)
class _Side:
    at_us: float
    above: float  # the lean is at most this
    below: float  # and at least this
    rtt: float


@dataclass(frozen=True, slots=True)
class _Channel:
    """At a slope: half its width and its middle by the soft sides, half its width by the hard ones."""

    widest: float
    middle: float
    hardest: float


@dataclass
class Estimator:
    """Gathers exchanges and says where the common clock is."""

    _sides: list[_Side] = field(default_factory=list)
    _base_us: int = 0  # subtracted from every lean, so that small numbers are computed with
    _slope: float = 0.0

    def add(self, exchange: Exchange) -> None:
        if exchange.rtt_us < 0:
            return
        if not self._sides:
            self._base_us = exchange.common_us - exchange.asked_us
        above = exchange.common_us - exchange.asked_us - self._base_us
        below = exchange.common_us - exchange.answered_us - self._base_us
        middle_us = (exchange.asked_us + exchange.answered_us) / 2
        self._sides.append(_Side(middle_us, above, below, exchange.rtt_us))
        self._sides = [side for side in self._sides if side.at_us > exchange.answered_us - WINDOW_US]
        while len(self._sides) > 1 and self._channel(self._slope, exchange.answered_us).hardest < -OVERLAP_US:
            del self._sides[0]

    def estimate(self, at_us: int) -> Estimate | None:
        """At an instant of this host's clock; None before the first exchange."""
        if not self._sides:
            return None
        self._slope, middle = self._line(at_us)
        bound_us = max(self._channel(self._slope, at_us).hardest, 0.0)
        return Estimate(at_us, self._base_us + at_us + round(middle), self._slope, bound_us)

    def _channel(self, slope: float, at_us: float) -> _Channel:
        above, below = [], []
        for side in self._sides:
            age_us = at_us - side.at_us
            ahead = slope * age_us
            slack = WANDER_US * (max(0.0, age_us) / WINDOW_US) ** 1.5
            above.append(side.above + ahead + slack)
            below.append(slack - side.below - ahead)
        top, bottom = _soft_least(above), _soft_least(below)
        return _Channel((top + bottom) / 2, (top - bottom) / 2, (min(above) + min(below)) / 2)

    def _line(self, at_us: int) -> tuple[float, float]:
        """The mean of the lines that the exchanges allow, each as likely as its channel is wide: slope and middle."""
        count = len(self._sides)
        flat = self._channel(0.0, at_us)
        if count < 4:
            return 0.0, flat.middle
        excess = sum(side.rtt / 2 - flat.widest for side in self._sides) / count + FLOOR_US

        def worth(ppm: float, channel: _Channel | None = None) -> float:
            channel = channel or self._channel(ppm * 1e-6, at_us)
            return 2 * count / excess * channel.widest - (ppm / SLOPE_SIGMA_PPM) ** 2 / 2

        low, high = -4 * SLOPE_SIGMA_PPM, 4 * SLOPE_SIGMA_PPM
        while high - low > NARROW_PPM:  # both terms are concave
            third = (high - low) / 3
            if worth(low + third) < worth(high - third):
                low += third
            else:
                high -= third
        best = (low + high) / 2
        top = worth(best)
        reach = 1.0
        while reach < SLOPE_SIGMA_PPM and max(worth(best - reach), worth(best + reach)) > top - 4:
            reach *= 1.5
        total = slope = middle = 0.0
        for step in range(-LINES, LINES + 1):
            ppm = best + reach * step / LINES
            channel = self._channel(ppm * 1e-6, at_us)
            weight = math.exp(worth(ppm, channel) - top)
            total += weight
            slope += weight * ppm * 1e-6
            middle += weight * channel.middle
        return slope / total, middle / total


def _soft_least(delays: Sequence[float]) -> float:
    """The least of some delays, softened: below it by what their number makes likely, and moved little by one alone."""
    least = min(delays)
    near = least + 10 * SOFT_US  # what is further says nothing, and most is
    return least - SOFT_US * math.log(sum(math.exp((least - delay) / SOFT_US) for delay in delays if delay < near))


@dataclass
class SteadyClock:
    """The clock that is read: follows the estimates without stepping back or running off its rate, unless it was so
    wrong that a step is the smaller evil."""

    reading: Reading | None = None
    _off: int = 0

    def follow(self, estimate: Estimate) -> Reading:
        reading = Reading(estimate.at_us, estimate.common_us, estimate.slope)
        residue_us = self.reading.common_at(estimate.at_us) - estimate.common_us if self.reading else 0
        if abs(residue_us) > STEP_US:
            self._off += 1
            if self._off < STEP_AFTER and self.reading:
                return self.reading
            residue_us = 0
        self._off = 0
        self.reading = replace(reading, residue_us=float(residue_us))
        return self.reading
