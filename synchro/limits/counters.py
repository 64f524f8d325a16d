"""Counters of rate limits in this process's memory, as a storage of the `limits` library.

The library's own `MemoryStorage` starts a thread for every count that comes more than 10 ms after the last one, walks
all of its keys in it, and never forgets the keys of its moving windows. Here nothing runs beside the call, and the
least recently used counters make room once there are `MAX_COUNTERS`.
"""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from limits.storage import Storage

from playback import clock

MAX_COUNTERS = 50_000
"""About 15 MB. A stranger makes one counter with each address and each account name that they try; what is attacked at
the time is the most recently used and stays."""

_US = 1_000_000


@dataclass(slots=True)
class _Counter:
    count: int
    ends_us: int


class BoundedMemory(Storage):
    """For one process. Several of them would each count by themselves (`synchro.limits.shared_counters`)."""

    STORAGE_SCHEME = ["bounded-memory"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._counters: OrderedDict[str, _Counter] = OrderedDict()
        self._lock = Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def _live(self, key: str) -> _Counter | None:
        """The counter, if its window has not ended; then it counts as used."""
        counter = self._counters.get(key)
        if counter is None:
            return None
        if counter.ends_us <= clock.now_us():
            del self._counters[key]
            return None
        self._counters.move_to_end(key)
        return counter

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The new count. The window begins with the first; a negative `amount` takes back what was counted in it."""
        with self._lock:
            counter = self._live(key)
            if counter is None:
                if amount <= 0:
                    return 0
                counter = self._counters[key] = _Counter(0, clock.now_us() + expiry * _US)
                if len(self._counters) > MAX_COUNTERS:
                    self._counters.popitem(last=False)
            counter.count = max(0, counter.count + amount)
            return counter.count

    def get(self, key: str) -> int:
        with self._lock:
            counter = self._live(key)
            return counter.count if counter else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since the epoch."""
        with self._lock:
            counter = self._live(key)
            return (counter.ends_us if counter else clock.now_us()) / _US

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            forgotten = len(self._counters)
            self._counters.clear()
            return forgotten

    def clear(self, key: str) -> None:
        with self._lock:
            self._counters.pop(key, None)
