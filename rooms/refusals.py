"""What was refused lately, so that a repeated command gets the answer that it had, and is not carried out late.

In memory, and in Redis where there are several processes: a page that lost its socket may repeat a command to another
one. After a restart without Redis a repeated command is asked anew, as if it came for the first time.
"""

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock
from typing import cast

from playback.commands import RefusalCode
from rooms.errors import ErrorCode
from synchro.shared.link import Link, Unreachable, link

REFUSAL_LIFE_US = 60 * 1_000_000
"""A page repeats a command for 10 s at most (static/js/link/commands.js)."""

MAX_KEPT_REFUSALS = 10_000
"""Some 3 MB. Only who may command at all gets one kept."""

Key = tuple[int | str, str, str]
"""Room, person, command id."""

Code = ErrorCode | RefusalCode


class Refusals:
    """Used by several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, tuple[int, Code]] = OrderedDict()
        self._lock = Lock()

    def keep(self, key: Key, code: Code, now_us: int) -> None:
        with self._lock:
            self._kept[key] = (now_us, code)
            if len(self._kept) > MAX_KEPT_REFUSALS:
                self._kept.popitem(last=False)
        if to_redis := link():
            _keep_shared(to_redis, key, code)

    def of(self, key: Key, now_us: int) -> Code | None:
        with self._lock:
            at_us, code = self._kept.get(key, (0, None))
        if code and now_us - at_us < REFUSAL_LIFE_US:
            return code
        return _shared(to_redis, key) if (to_redis := link()) else None


def _keep_shared(to_redis: Link, key: Key, code: Code) -> None:
    name = _name(to_redis, key)
    try:
        to_redis.ask(lambda redis: redis.set(name, code.value, px=REFUSAL_LIFE_US // 1000))
    except Unreachable:
        return  # this process knows it


def _shared(to_redis: Link, key: Key) -> Code | None:
    name = _name(to_redis, key)
    try:
        held = cast(bytes | None, to_redis.ask(lambda redis: redis.get(name)))
    except Unreachable:
        return None
    return _code(held.decode()) if held else None


def _code(value: str) -> Code | None:
    """None: a process of another version refused it, by a code that is unknown here."""
    return next((code for kind in (ErrorCode, RefusalCode) for code in kind if code.value == value), None)


def _name(to_redis: Link, key: Key) -> str:
    room, person, command_id = key
    named = f"{len(str(room))}:{room}{len(person)}:{person}{command_id}"
    return to_redis.key(f"refused:{blake2b(named.encode(), digest_size=16).hexdigest()}")
