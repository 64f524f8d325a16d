"""Redis goes, hangs and comes back, its clock is stepped, a process is killed: rooms go on, and come together again."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from rooms.people.elsewhere import SILENT_AFTER_US
from tests.processes.conftest import APART_US, Pair
from tests.processes.listeners import Listener
from tests.processes.test_one_room import RIGHTS, Counter, counts, lists
from tests.serving import Site
from tests.waiting import until

DEADLINE_S = 30


def state(site: Site) -> str:
    """What /readyz says."""
    answer = httpx.get(f"{site.url}/readyz").json()
    return str(answer.get("code", answer["status"]))


def becomes(site: Site, wanted: str) -> None:
    until(lambda: state(site) == wanted, DEADLINE_S, f"{wanted}, not {state(site)}")


@pytest.fixture
def whole(pair: Pair) -> Iterator[Pair]:
    """The pair, which the test may take apart."""
    yield pair
    pair.redis.kill()
    pair.redis.start()
    for site in (pair.a, pair.b):
        becomes(site, "ready")


@pytest.fixture
def carried(whole: Pair, counter: Callable[[Site, str], float]) -> Callable[[Listener, Listener], bool]:
    """Whether a press at one process comes to the other by Redis, and not by a look into the database."""

    def is_carried(presser: Listener, hearer: Listener) -> bool:
        looked = counter(whole.b, "synchro_catch_ups_total")
        hearer.has(presser.command("transport.play")["revision"])
        hearer.has(presser.command("transport.pause")["revision"])
        return counter(whole.b, "synchro_catch_ups_total") == looked

    return is_carried


def test_rooms_go_on_without_redis_and_come_together_again(
    whole: Pair, carried: Callable[[Listener, Listener], bool]
) -> None:
    slug = whole.room()
    logged = [len(site.log.read_text()) for site in (whole.a, whole.b)]
    with ExitStack() as at:
        ann, bea = (at.enter_context(Listener(*who)) for who in ((whole.a, slug, "Ann"), (whole.b, slug, "Bea")))
        alice = at.enter_context(Listener(whole.b, slug, "Alice", whole.alice))
        before = alice.role
        whole.redis.kill()
        for site in (whole.a, whole.b):
            becomes(site, "redis_unreachable")
            assert httpx.get(f"{site.url}/rooms/{slug}/").status_code == 200
        for presser in (ann, bea):
            for kind in ("transport.play", "transport.pause"):
                revision = presser.command(kind)["revision"]
                for one in (ann, bea):
                    one.has(revision)
        assert ann.transport == bea.transport
        assert (ann.gaps, bea.gaps) == (0, 0)
        whole.a.manage("shell", "--verbosity", "0", "--command", RIGHTS)
        at.enter_context(Listener(whole.b, slug, "Ben"))
        whole.redis.start()
        for site in (whole.a, whole.b):
            becomes(site, "ready")
        lists(whole.a, slug, {"Ann", "Bea", "Ben", "Alice"})
        until(lambda: alice.role != before, DEADLINE_S, "Alice hears of what she missed")
        until(lambda: carried(ann, bea), DEADLINE_S, "presses are carried by Redis again")
    for site, length in zip((whole.a, whole.b), logged, strict=True):
        log = site.log.read_text()[length:]
        assert (log.count("does not answer"), log.count("answers again"), log.count("Traceback")) == (1, 1, 0)


def test_a_subscription_that_is_cut_loses_nothing_and_comes_back(
    whole: Pair, carried: Callable[[Listener, Listener], bool]
) -> None:
    slug = whole.room()
    with Listener(whole.a, slug, "Ann") as ann, Listener(whole.b, slug, "Bea") as bea:
        assert whole.redis.client.execute_command("CLIENT", "KILL", "TYPE", "pubsub") == 2
        for kind in ("transport.play", "transport.pause") * 2:
            bea.has(ann.command(kind)["revision"])
        assert bea.transport == ann.transport
        until(lambda: carried(ann, bea), DEADLINE_S, "presses are carried by Redis again")


def test_commands_are_answered_while_redis_hangs(whole: Pair, carried: Callable[[Listener, Listener], bool]) -> None:
    slug = whole.room()
    with Listener(whole.a, slug, "Ann") as ann, Listener(whole.b, slug, "Bea") as bea:
        os.kill(whole.redis.pid, signal.SIGSTOP)
        try:
            for kind in ("transport.play", "transport.pause") * 3:
                revision = ann.command(kind)["revision"]
                for one in (ann, bea):
                    one.has(revision)
            becomes(whole.a, "redis_unreachable")
        finally:
            os.kill(whole.redis.pid, signal.SIGCONT)
        becomes(whole.a, "ready")
        until(lambda: carried(ann, bea), DEADLINE_S, "presses are carried by Redis again")


def test_a_process_that_starts_without_redis_serves_and_joins_the_others_later(
    whole: Pair, carried: Callable[[Listener, Listener], bool]
) -> None:
    slug = whole.room()
    whole.redis.kill()
    whole.b.restart()
    assert state(whole.b) == "redis_unreachable"
    with Listener(whole.a, slug, "Ann") as ann, Listener(whole.b, slug, "Bea") as bea:
        ann.has(bea.command("transport.play")["revision"])
        whole.redis.start()
        for site in (whole.a, whole.b):
            becomes(site, "ready")
            lists(site, slug, {"Ann", "Bea"})
        until(lambda: carried(ann, bea), DEADLINE_S, "presses are carried by Redis")


def test_who_was_at_a_process_that_was_killed_is_here_no_more(whole: Pair) -> None:
    slug = whole.room()
    with Listener(whole.a, slug, "Ann") as ann, Listener(whole.b, slug, "Bea") as bea:
        counts(ann, 2)
        whole.b.kill()
        until(lambda: bea.closed, DEADLINE_S, "the socket ends")
        assert ann.command("transport.play")["type"] == "command.accepted"
        with Listener(whole.a, slug, "Bea", bea.cookies):  # her page comes back elsewhere
            counts(ann, 2)
        until(lambda: ann.people == 1, DEADLINE_S + SILENT_AFTER_US / 1e6, "Bea is here no more")
        lists(whole.a, slug, {"Ann"})
        whole.b.start()
        lists(whole.b, slug, {"Ann"})


def test_rooms_do_not_follow_a_step_of_redis_clock(whole: Pair, counter: Counter) -> None:
    slug = whole.room()
    key = "tests:time-shift-us"
    whole.redis.client.ping()
    agreed_us = int(whole.redis.client.get(key) or 0)  # type: ignore[arg-type]  # of a client that does not wait
    before_us = whole.a.room(slug)["server_us"]
    whole.redis.client.incrby(key, APART_US)  # the same as a step of the clock that it is added to

    def back() -> bool:
        return abs(int(whole.redis.client.get(key) or 0) - agreed_us) < 5_000  # type: ignore[arg-type]

    until(back, DEADLINE_S, "the shift takes the step back")
    for site in (whole.a, whole.b):
        assert 0 < site.room(slug)["server_us"] - before_us < APART_US / 10
        assert state(site) == "ready"
    assert sum(site.log.read_text().count("was stepped by 10800") for site in (whole.a, whole.b)) == 1
