"""The one way to Redis: a pool of connections, a short time to wait, and a memory of "down".

Whoever asks is told at once that Redis cannot be reached, for as long as that is known, and goes on without it. Only
one in DOWN_US tries, so that a Redis that hangs costs one command a wait, not each.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError
from redis.retry import Retry

from playback import clock
from synchro.shared.connection import CONNECTION

DOWN_US = 1_000_000
"""How long nobody else tries after a failure. Rooms come together again so much later than Redis does."""

LOG_EVERY_US = 60_000_000
"""How often the log says that Redis is still away."""

PROCESS = secrets.token_hex(8)
"""Names this process to the others."""

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class Unreachable(Exception):
    """Redis does not answer, or refuses."""


class Link:
    """Used by any thread."""

    def __init__(self, url: str, prefix: str) -> None:
        self._prefix = prefix
        parts = urlsplit(url)
        self._where = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
        # A connection that Redis closed, idle or by a restart, is replaced at once; a wait is not repeated.
        again = Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))
        self._client = Redis(connection_pool=ConnectionPool.from_url(url, retry=again, **CONNECTION))
        self._lock = threading.Lock()
        self._tried_us: int | None = None  # the last failed try, while Redis is down
        self._told_us = 0

    def key(self, name: str) -> str:
        """What `name` is called in Redis, where other sites may keep theirs."""
        return f"{self._prefix}:{name}"

    def is_down(self) -> bool:
        """Whether the last one who asked got no answer."""
        return self._tried_us is not None

    def ask(self, question: Callable[[Redis], Answer]) -> Answer:
        """What Redis answers. Waits, so not for the event loop. Raises Unreachable."""
        self.expect()
        try:
            answer = question(self._client)
        except (RedisError, OSError) as error:
            self.failed(error)
            raise Unreachable(str(error)) from error
        self.worked()
        return answer

    def expect(self) -> None:
        """Before asking. Raises Unreachable while Redis is known to be down, but once in DOWN_US."""
        if self._tried_us is None:
            return
        now_us = clock.now_us()
        with self._lock:
            if self._tried_us is not None and 0 <= now_us - self._tried_us < DOWN_US:
                raise Unreachable(f"Redis at {self._where} is down")
            self._tried_us = now_us  # this one tries; whoever comes meanwhile does not wait with it

    def failed(self, error: BaseException) -> None:
        """Redis did not answer somebody who asked."""
        now_us = clock.now_us()
        with self._lock:
            began = self._tried_us is None
            self._tried_us = now_us
            tell = began or now_us - self._told_us >= LOG_EVERY_US
            if tell:
                self._told_us = now_us
        if tell:
            log.error(
                "Redis at %s does not answer (%s). Rooms go on in this process; other processes follow within a"
                " second, by the database. It is tried again all the time.", self._where, error or type(error).__name__
            )  # fmt: skip

    def worked(self) -> None:
        """Redis answered."""
        if self._tried_us is None:
            return
        with self._lock:
            back, self._tried_us = self._tried_us is not None, None
        if back:
            log.warning("Redis at %s answers again.", self._where)


@cache
def link() -> Link | None:
    """This process's; None where the site is one process, without REDIS_URL."""
    return Link(settings.REDIS_URL, settings.REDIS_PREFIX) if settings.REDIS_URL else None
