"""What was refused lately, so that a repeated command gets the answer that it had, and is not carried out late.

In memory, of this process: after a restart a repeated command is asked anew, as if it came for the first time.
"""

from collections import OrderedDict
from threading import Lock

from playback.commands import RefusalCode
from rooms.errors import ErrorCode

REFUSAL_LIFE_US = 60 * 1_000_000
"""A page repeats a command for 10 s at most (static/js/link/commands.js)."""

MAX_KEPT_REFUSALS = 10_000
"""Some 3 MB. Only who may command at all gets one kept."""

Key = tuple[int | str, str, str]
"""Room, person, command id."""


class Refusals:
    """Used by several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[int, ErrorCode | RefusalCode]] = OrderedDict()
        self._lock = Lock()

    def keep(self, key: Key, code: ErrorCode | RefusalCode, now_us: int) -> None:
        with self._lock:
            self._kept[key] = (now_us, code)
            if len(self._kept) > MAX_KEPT_REFUSALS:
                self._kept.popitem(last=False)

    def of(self, key: Key, now_us: int) -> ErrorCode | RefusalCode | None:
        with self._lock:
            at_us, code = self._kept.get(key, (0, None))
        return code if now_us - at_us < REFUSAL_LIFE_US else None
