"""One server time for all processes: each measures itself against Redis's clock, again and again, in a thread.

Redis's clock is its host's, which may be stepped. So server time is that clock plus a shift that Redis keeps: the
first process of a site sets it, so that the site's time goes on; and whoever sees Redis's clock step moves the shift
the other way, by compare-and-set, so that one of those who see it does so and no music moves. Who was asleep meanwhile
saw no such thing, and takes over what Redis says.
"""

import logging
import threading
from dataclasses import dataclass
from functools import cache
from typing import cast

from redis import Redis

from playback import clock
from playback.agreement import STEP_US, Estimator, Exchange, SteadyClock
from synchro.shared.link import Link, Unreachable, link

MEASURE_EVERY_S = 4.0
"""Crystals differ by 50 ppm at the most: 0.2 ms from one measurement to the next, and the slope is known soon. Each
estimate holds Python's lock for some milliseconds."""

EXCHANGES = 4
"""At a time, the quickest of which counts. Together they take a millisecond."""

FIRST_EXCHANGES = 8
MOVES_APART_US = 600_000_000
"""Between two moves of the shift by one process. A virtual machine that was paused takes its own gap for a step of
Redis's clock; the others move the shift back, and it then takes over what they say."""

MAX_BOUND_US = 5_000.0
"""A process that knows the common clock no better than this is not ready: 10 ms are heard as an echo."""

_TIME = "local time = redis.call('TIME') return {time[1], time[2], redis.call('GET', KEYS[1])}"
_MOVE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    """Redis's own clock, between two readings of the host's; and the shift to server time, None: nobody has set it."""

    asked_us: int
    redis_us: int
    answered_us: int
    shift_us: int | None

    @property
    def rtt_us(self) -> int:
        return self.answered_us - self.asked_us

    def exchange(self, shift_us: int) -> Exchange:
        return Exchange(self.asked_us, self.redis_us + shift_us, self.answered_us)


class CommonTime:
    """This process's measurements."""

    def __init__(self, to_redis: Link) -> None:
        self._link = to_redis
        self._key = to_redis.key("time-shift-us")
        self._estimator = Estimator()
        self._clock = SteadyClock()
        self._bound_us: float | None = None
        self._asleep_us = clock.asleep_us()
        self._moved_us: int | None = None  # by this host's clock

    def is_known(self) -> bool:
        """Whether this process serves the common time. It still does when Redis is gone, and drifts off slowly."""
        return self._bound_us is not None and self._bound_us <= MAX_BOUND_US

    def begin(self) -> None:
        """Measure at once, and from now on."""
        self._measure_or_wait(FIRST_EXCHANGES)
        threading.Thread(target=self._keep, name="common-time", daemon=True).start()

    def _keep(self) -> None:
        never = threading.Event()
        while not never.wait(MEASURE_EVERY_S):
            self._measure_or_wait(EXCHANGES)

    def _measure_or_wait(self, exchanges: int) -> None:
        try:
            self.measure(exchanges)
        except Unreachable:
            return  # the link says so; the clock goes on by what is known of it

    def measure(self, exchanges: int) -> None:
        """Raises Unreachable."""
        best = min((self._link.ask(self._exchange) for _ in range(exchanges)), key=lambda answer: answer.rtt_us)
        shift_us = best.shift_us
        if shift_us is None:  # nobody's yet, or Redis lost what it held: this site's time goes on
            middle_us = (best.asked_us + best.answered_us) // 2
            shift_us = self._set_first(clock.now_us() - (clock.host_us() - middle_us) - best.redis_us)
        elif off_us := self._stepped_by(best.exchange(shift_us)):
            shift_us = self._moved(shift_us, shift_us - off_us)
        self._estimator.add(best.exchange(shift_us))
        estimate = self._estimator.estimate(clock.host_us())
        assert estimate is not None
        self._bound_us = estimate.bound_us
        clock.follow(self._clock.follow(estimate))

    def _exchange(self, redis: Redis) -> _Answer:
        asked_us = clock.host_us()
        seconds, micros, shift = cast(list[bytes | None], redis.eval(_TIME, 1, self._key))
        answered_us = clock.host_us()
        redis_us = int(seconds or 0) * 1_000_000 + int(micros or 0)
        return _Answer(asked_us, redis_us, answered_us, None if shift is None else int(shift))

    def _stepped_by(self, exchange: Exchange) -> int:
        """By how much Redis's clock was stepped since it was last measured, in µs; 0: it was not, as far as this host
        can tell."""
        asleep_us, self._asleep_us = self._asleep_us, clock.asleep_us()
        if self._clock.reading is None or self._asleep_us - asleep_us > STEP_US:
            return 0
        if self._moved_us is not None and exchange.answered_us - self._moved_us < MOVES_APART_US:
            return 0
        early_us = exchange.common_us - self._clock.reading.common_at(exchange.asked_us)
        late_us = exchange.common_us - self._clock.reading.common_at(exchange.answered_us)
        if min(abs(early_us), abs(late_us)) < STEP_US or early_us * late_us < 0:
            return 0
        return (early_us + late_us) // 2

    def _set_first(self, shift_us: int) -> int:
        """The shift that counts: this one, or another process's that was quicker."""

        def set_first(redis: Redis) -> bytes | None:
            redis.set(self._key, shift_us, nx=True)
            return cast(bytes | None, redis.get(self._key))

        held = self._link.ask(set_first)
        return shift_us if held is None else int(held)

    def _moved(self, from_us: int, to_us: int) -> int:
        """Redis's clock was stepped: the shift that counts from now on."""
        done = self._link.ask(lambda redis: redis.eval(_MOVE, 1, self._key, str(from_us), str(to_us)))
        if done:
            self._moved_us = clock.host_us()
            log.warning(
                "The clock of Redis's host was stepped by %.3f s. Rooms do not follow it.", (from_us - to_us) / 1e6
            )
            return to_us
        return self._set_first(to_us)  # another process has moved it


@cache
def common_time() -> CommonTime | None:
    """This process's; None without REDIS_URL."""
    return CommonTime(to_redis) if (to_redis := link()) else None
