"""The way to Redis, and what counts by it: against a real Redis that stops, hangs and comes back."""

import logging
import os
import signal
from collections.abc import Callable, Iterator

import pytest
from limits.strategies import FixedWindowRateLimiter
from redis import Redis

from playback import clock
from rooms import refusals
from rooms.errors import ErrorCode
from rooms.refusals import REFUSAL_LIFE_US, Refusals
from synchro.limits import rates, shared_counters
from synchro.limits.rates import Limit, give_back, peek, spend
from synchro.limits.shared_counters import SharedCounters
from synchro.shared import link as module
from synchro.shared.link import DOWN_US, LOG_EVERY_US, Link, Unreachable
from tests.builders import NOW_US
from tests.processes.redis_server import RedisServer

TWO_A_MINUTE = Limit("test two a minute", 2, 60)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def to_redis(redis: RedisServer, request: pytest.FixtureRequest) -> Link:
    return Link(redis.url, request.node.name)


@pytest.fixture
def at_us(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets server time to so much after a fixed instant."""

    def set_clock(us: int) -> None:
        monkeypatch.setattr(clock, "now_us", lambda: NOW_US + us)

    set_clock(0)
    return set_clock


def ping(redis: Redis) -> bool:
    return bool(redis.ping())


def test_what_is_down_is_asked_again_once_in_a_while_and_said_once(
    redis: RedisServer, to_redis: Link, at_us: Callable[[int], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, module.__name__)
    asked: list[int] = []

    def question(client: Redis) -> bool:
        asked.append(1)
        return ping(client)

    assert to_redis.ask(question)
    redis.kill()
    for us in (0, DOWN_US - 1, DOWN_US, DOWN_US + 1, 2 * DOWN_US - 1, LOG_EVERY_US):
        at_us(us)
        with pytest.raises(Unreachable):
            to_redis.ask(question)
    assert len(asked) == 4  # well; then at 0, at DOWN_US and at LOG_EVERY_US
    assert to_redis.is_down()
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    redis.start()
    at_us(LOG_EVERY_US + DOWN_US)
    assert to_redis.ask(question)
    assert not to_redis.is_down()
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR", "WARNING"]


def test_a_restart_between_two_questions_is_not_noticed(redis: RedisServer, to_redis: Link) -> None:
    assert to_redis.ask(ping)
    redis.kill()
    redis.start()
    assert to_redis.ask(ping)


def test_a_redis_that_hangs_is_waited_for_once(
    redis: RedisServer, to_redis: Link, at_us: Callable[[int], None]
) -> None:
    os.kill(redis.pid, signal.SIGSTOP)
    try:
        for us in (0, DOWN_US - 1):
            at_us(us)
            with pytest.raises(Unreachable, match=r"is down" if us else r"(?i)timeout"):
                to_redis.ask(ping)
    finally:
        os.kill(redis.pid, signal.SIGCONT)
    at_us(DOWN_US)
    assert to_redis.ask(ping)


def test_a_password_is_not_told(at_us: Callable[[int], None], caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unreachable) as error:
        Link("redis://:hunter2@127.0.0.1:1/0", "test").ask(ping)
    assert "hunter2" not in str(error.value) + caplog.text
    assert "127.0.0.1:1" in caplog.text


@pytest.fixture
def shared(to_redis: Link, monkeypatch: pytest.MonkeyPatch) -> Link:
    """The rates and refusals of this process use it."""
    for user in (shared_counters, refusals):
        monkeypatch.setattr(user, "link", lambda: to_redis)
    limiter = FixedWindowRateLimiter(SharedCounters())
    monkeypatch.setattr(rates, "_limiter", lambda: limiter)
    return to_redis


def test_a_shared_limit_counts_refuses_gives_back_and_ends(shared: Link) -> None:
    assert [spend(TWO_A_MINUTE, "alice") for _ in range(2)] == [None, None]
    refusal = spend(TWO_A_MINUTE, "alice")
    assert refusal
    assert 59 <= refusal.wait_s <= 60
    assert spend(TWO_A_MINUTE, "bob") is None
    give_back(TWO_A_MINUTE, "alice")
    assert peek(TWO_A_MINUTE, "alice") is None
    assert spend(TWO_A_MINUTE, "alice") is None
    assert peek(TWO_A_MINUTE, "alice")


def test_what_is_given_back_too_late_is_no_credit(shared: Link) -> None:
    give_back(TWO_A_MINUTE, "alice")
    assert [spend(TWO_A_MINUTE, "alice") is None for _ in range(3)] == [True, True, False]


def test_a_window_ends_in_redis(redis: RedisServer, shared: Link) -> None:
    counters = SharedCounters()
    assert [counters.incr("a", 60), counters.incr("a", 60)] == [1, 2]
    (key,) = redis.client.keys(shared.key("limit:a*"))  # type: ignore[misc]  # of a client that does not wait
    assert 59_000 < redis.client.pttl(key) <= 60_000  # type: ignore[operator]
    redis.client.pexpire(key, 0)
    assert counters.incr("a", 60) == 1


def test_each_process_counts_by_itself_while_redis_is_away(redis: RedisServer, shared: Link) -> None:
    assert [spend(TWO_A_MINUTE, "alice") is None for _ in range(3)] == [True, True, False]
    redis.kill()
    try:
        assert [spend(TWO_A_MINUTE, "alice") is None for _ in range(3)] == [True, True, False]
    finally:
        redis.start()


def test_a_refusal_is_known_to_another_process_for_a_minute(redis: RedisServer, shared: Link) -> None:
    mine, theirs, key = Refusals(), Refusals(), (1, "guest-a", "command")
    assert theirs.of(key, NOW_US) is None
    mine.keep(key, ErrorCode.NO_SUCH_TRACK, NOW_US)
    assert theirs.of(key, NOW_US) is ErrorCode.NO_SUCH_TRACK
    assert theirs.of((1, "guest-a", "another"), NOW_US) is None
    (held,) = redis.client.keys(shared.key("refused:*"))  # type: ignore[misc]  # of a client that does not wait
    assert REFUSAL_LIFE_US / 1000 - 5_000 < redis.client.pttl(held) <= REFUSAL_LIFE_US / 1000  # type: ignore[operator]


def test_a_refusal_by_a_code_that_is_not_known_here_is_none(redis: RedisServer, shared: Link) -> None:
    key = (1, "guest-a", "command")
    Refusals().keep(key, ErrorCode.NO_SUCH_TRACK, NOW_US)
    (held,) = redis.client.keys(shared.key("refused:*"))  # type: ignore[misc]
    redis.client.set(held, "of_tomorrow")
    assert Refusals().of(key, NOW_US) is None
