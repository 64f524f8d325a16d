"""Counters of rate limits that all processes share, in Redis, as a storage of the `limits` library.

The library's own `RedisStorage` reads the wall clock, which is not server time; and what is given back after its window
has ended is a credit in the next one. While Redis is away each process counts by itself.
"""

from typing import cast

from limits.storage import Storage
from redis import Redis

from playback import clock
from synchro.limits.counters import BoundedMemory
from synchro.shared.link import Link, Unreachable, link

_US = 1_000_000

_COUNT = """
local amount = tonumber(ARGV[1])
if amount <= 0 and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local count = redis.call('INCRBY', KEYS[1], amount)
if count < 0 then
    count = 0
    redis.call('SET', KEYS[1], 0, 'KEEPTTL')
end
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count
"""
"""The new count. The window begins with the first, and a negative amount takes back what was counted in it."""


class SharedCounters(Storage):
    """For any number of processes."""

    STORAGE_SCHEME = ["shared"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        to_redis = link()
        assert to_redis is not None, "without REDIS_URL there is nothing to share"
        self._link: Link = to_redis
        self._alone = BoundedMemory()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        def count(redis: Redis) -> int:
            return cast(int, redis.eval(_COUNT, 1, self._key(key), str(amount), str(expiry * 1000)))

        try:
            return self._link.ask(count)
        except Unreachable:
            return self._alone.incr(key, expiry, amount)

    def get(self, key: str) -> int:
        try:
            return int(cast(bytes | None, self._link.ask(lambda redis: redis.get(self._key(key)))) or 0)
        except Unreachable:
            return self._alone.get(key)

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since the epoch."""
        try:
            left_ms = cast(int, self._link.ask(lambda redis: redis.pttl(self._key(key))))
        except Unreachable:
            return self._alone.get_expiry(key)
        return clock.now_us() / _US + max(left_ms, 0) / 1000

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        """Forgets the counters of this process alone: the others' are not its to forget."""
        return self._alone.reset()

    def clear(self, key: str) -> None:
        self._alone.clear(key)
        try:
            self._link.ask(lambda redis: redis.delete(self._key(key)))
        except Unreachable:
            return

    def _key(self, key: str) -> str:
        return self._link.key(f"limit:{key}")
