"""What every limit does: counts, refuses, says for how long, and forgets; and whom an address stands for."""

import threading
from collections.abc import Callable

import pytest
from django.utils import translation

from playback import clock
from synchro.limits import counters, rates
from synchro.limits.counters import BoundedMemory
from synchro.limits.rates import Charge, Limit, address_key, give_back, give_back_all, peek, spend, spend_all, words
from tests.builders import NOW_US, SECOND_US

THREE_A_MINUTE = Limit("test three a minute", 3, 60)


@pytest.fixture
def at_s(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock to so many seconds after a fixed instant."""

    def set_clock(seconds: float) -> None:
        monkeypatch.setattr(clock, "now_us", lambda: NOW_US + round(seconds * SECOND_US))

    set_clock(0)
    return set_clock


def test_the_amount_passes_and_one_more_does_not(at_s: Callable[[float], None]) -> None:
    assert [spend(THREE_A_MINUTE, "alice") for _ in range(3)] == [None] * 3
    at_s(20.5)
    refusal = spend(THREE_A_MINUTE, "alice")
    assert refusal is not None
    assert (refusal.limit, refusal.wait_s) == (THREE_A_MINUTE, 40)


def test_who_is_told_to_wait_gets_in_then_and_not_before(at_s: Callable[[float], None]) -> None:
    for _ in range(3):
        spend(THREE_A_MINUTE, "alice")
    at_s(59.9)
    assert spend(THREE_A_MINUTE, "alice")
    at_s(60)
    assert [spend(THREE_A_MINUTE, "alice") for _ in range(3)] == [None] * 3


@pytest.mark.parametrize("other", [("bob",), ("alice", ""), ("alic", "e"), ("alice\0",), ()])
def test_each_key_has_its_own_count(other: tuple[str, ...]) -> None:
    for _ in range(3):
        spend(THREE_A_MINUTE, "alice")
    assert spend(THREE_A_MINUTE, "alice")
    assert spend(THREE_A_MINUTE, *other) is None


def test_each_limit_has_its_own_count() -> None:
    for _ in range(3):
        spend(THREE_A_MINUTE, "alice")
    assert spend(Limit("test another", 3, 60), "alice") is None


def test_looking_counts_nothing() -> None:
    assert [peek(THREE_A_MINUTE, "alice") for _ in range(10)] == [None] * 10
    assert [spend(THREE_A_MINUTE, "alice") for _ in range(3)] == [None] * 3
    assert peek(THREE_A_MINUTE, "alice")


def test_what_is_refused_counts_nothing() -> None:
    assert spend(THREE_A_MINUTE, "alice", amount=2) is None
    assert spend(THREE_A_MINUTE, "alice", amount=2)
    assert spend(THREE_A_MINUTE, "alice") is None
    assert spend(THREE_A_MINUTE, "alice")
    give_back(THREE_A_MINUTE, "alice")
    assert spend(THREE_A_MINUTE, "alice") is None


def test_what_is_given_back_may_be_spent_again() -> None:
    for _ in range(3):
        spend(THREE_A_MINUTE, "alice")
    give_back(THREE_A_MINUTE, "alice")
    assert spend(THREE_A_MINUTE, "alice") is None
    assert spend(THREE_A_MINUTE, "alice")


def test_nothing_is_saved_up_by_giving_back_what_was_not_spent(at_s: Callable[[float], None]) -> None:
    give_back(THREE_A_MINUTE, "alice", amount=100)
    at_s(30)
    assert [spend(THREE_A_MINUTE, "alice") for _ in range(3)] == [None] * 3
    refusal = spend(THREE_A_MINUTE, "alice")
    assert refusal is not None
    assert refusal.wait_s == 60  # giving back began no window


@pytest.fixture
def never_seen_in_time(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Every look finds room, as when others are counted between the look and the count."""
    monkeypatch.setattr(rates, "peek", lambda *args, **more: None)
    return monkeypatch


def test_who_comes_too_late_for_one_of_several_counts_for_none(never_seen_in_time: pytest.MonkeyPatch) -> None:
    first, second = Charge(THREE_A_MINUTE, ("alice",)), Charge(Limit("test one", 1, 60), ("here",))
    refused = [spend_all([first, second]) is not None for _ in range(3)]
    never_seen_in_time.undo()
    assert refused == [False, True, True]
    assert [spend(THREE_A_MINUTE, "alice") is None for _ in range(3)] == [True, True, False]


def test_of_several_all_are_counted_or_none(at_s: Callable[[float], None]) -> None:
    an_hour = Limit("test two an hour", 2, 3600)
    both = [Charge(THREE_A_MINUTE, ("alice",)), Charge(an_hour, ("here",))]
    assert [spend_all(both) for _ in range(2)] == [None, None]
    refusal = spend_all(both)
    assert refusal is not None
    assert (refusal.limit, refusal.wait_s) == (an_hour, 3600)
    assert spend(THREE_A_MINUTE, "alice") is None  # the refused one counted nothing
    assert spend(THREE_A_MINUTE, "alice")
    longest = spend_all(both)
    assert longest is not None
    assert longest.wait_s == 3600
    give_back_all(both)
    assert spend_all(both) is None


def test_the_factor_raises_what_grows(settings) -> None:
    settings.RATE_LIMIT_FACTOR = 10
    fixed = Limit("test fixed", 3, 60, grows=False)
    assert [spend(THREE_A_MINUTE, "alice") is None for _ in range(31)] == [True] * 30 + [False]
    assert [spend(fixed, "alice") is None for _ in range(4)] == [True] * 3 + [False]


def test_many_threads_together_get_no_more_than_the_amount() -> None:
    limit, passed, start = Limit("test together", 50, 60), [], threading.Barrier(8)

    def hammer() -> None:
        start.wait()
        passed.extend(1 for _ in range(100) if spend(limit, "alice") is None)

    threads = [threading.Thread(target=hammer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 50


def test_counting_starts_no_thread(at_s: Callable[[float], None], monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)
    for second in range(5):
        at_s(second)
        spend(THREE_A_MINUTE, "alice")
    assert started == []


def test_counters_are_bounded_and_the_one_in_use_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "MAX_COUNTERS", 10)
    storage = BoundedMemory()
    for other in range(100):
        storage.incr("attacked", 60)
        storage.incr(f"other {other}", 60)
    assert storage.get("attacked") == 100
    assert storage.get("other 0") == 0
    assert storage.reset() == 10


@pytest.mark.parametrize(
    ("remote_addr", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("192.0.2.7:80", "unknown"),
    ],
)
def test_whom_an_address_stands_for(remote_addr: str, key: str) -> None:
    assert address_key(remote_addr) == key


@pytest.mark.parametrize(
    ("wait_s", "said"),
    [(1, "1 minute"), (60, "1 minute"), (61, "2 minutes"), (900, "15 minutes"), (3600, "1 hour"),
     (3601, "1 hour, 1 minute"), (86_400, "1 day")],
)  # fmt: skip
def test_how_long_is_said_in_words(wait_s: int, said: str) -> None:
    assert words(wait_s).replace("\xa0", " ") == said


def test_a_refusal_speaks_the_readers_language() -> None:
    for _ in range(3):
        spend(THREE_A_MINUTE, "alice")
    refusal = spend(THREE_A_MINUTE, "alice")
    assert refusal is not None
    assert refusal.message.replace("\xa0", " ") == "Too many attempts. Try again in 1 minute."
    with translation.override("zh-hans"):
        assert refusal.message.replace("\xa0", " ") == "尝试次数过多。请在 1 分钟后再试。"
