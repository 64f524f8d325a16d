"""Two processes, one room: what happens at one is seen at the other, once and in order."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from rooms.people.elsewhere import TELL_EVERY_US
from tests.processes.conftest import APART_US, SHORT, Pair
from tests.processes.listeners import Listener
from tests.serving import Site
from tests.waiting import until

DEADLINE_S = 30

Counter = Callable[[Site, str], float]

PLAY = """
from playback import clock
from playback.protocol import TransportPlay
from rooms.commands import carry_out_for_site
carry_out_for_site({slug!r}, TransportPlay(""), now_us=clock.now_us())
"""

RIGHTS = """
from django.contrib.auth.models import User
user = User.objects.get(username="alice")
user.is_staff = not user.is_staff
user.save()
"""

RENAME = """
from rooms.models import QueueEntry
track = QueueEntry.objects.filter(room__slug={slug!r}).first().track
track.title = "Renamed"
track.save()
"""


def queue(site: Site, slug: str) -> list[int]:
    return [entry["entry"] for entry in site.room(slug)["queue"]]


def devices(site: Site, slug: str) -> dict[str, int]:
    """Of the people that a process lists."""
    answer = httpx.get(f"{site.url}/api/v1/rooms/{slug}/listeners").json()
    return {person["nickname"]: person["devices"] for person in answer["items"]}


def lists(site: Site, slug: str, people: set[str]) -> None:
    """Wait until a process lists these."""
    until(lambda: set(devices(site, slug)) == people, DEADLINE_S, f"{people} are listed")


def counts(listener: Listener, people: int) -> None:
    """Wait until a page does."""
    until(lambda: listener.people == people, DEADLINE_S, f"{people} people are counted")


def test_what_both_do_is_seen_by_all_in_one_order(pair: Pair) -> None:
    slug = pair.room()
    with (
        Listener(pair.a, slug, "Ann") as ann,
        Listener(pair.a, slug, "Abe") as abe,
        Listener(pair.b, slug, "Bea") as bea,
        Listener(pair.b, slug, "Ben") as ben,
    ):
        everybody = [ann, abe, bea, ben]
        before = ann.revision
        entries = queue(pair.a, slug)
        answers: list[dict[str, object]] = []

        def move(who: Listener, entry: int) -> None:
            for step in range(8):
                answers.append(who.command("queue.move", entry=entry, before=None if step % 2 else entries[0]))

        chosen = zip(everybody, entries[1:], strict=False)
        threads = [threading.Thread(target=move, args=(who, entry)) for who, entry in chosen]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer["type"] for answer in answers} == {"command.accepted"}
        made = sorted({int(str(answer["revision"])) for answer in answers})
        assert made[-1] == before + len(made)
        for one in everybody:
            one.has(made[-1])
            assert one.order == sorted(set(one.order))
            assert one.gaps == 0
        assert queue(pair.a, slug) == queue(pair.b, slug)


def test_a_press_is_carried_from_process_to_process_by_redis(pair: Pair, counter: Counter) -> None:
    slug = pair.room()
    with Listener(pair.a, slug, "Ann") as ann, Listener(pair.b, slug, "Bea") as bea:
        looked = counter(pair.b, "synchro_catch_ups_total")
        for kind in ("transport.play", "transport.pause") * 3:
            bea.has(ann.command(kind)["revision"])
        assert counter(pair.b, "synchro_catch_ups_total") == looked
        assert bea.transport["status"] == "paused"
        assert bea.transport == ann.transport


def test_what_a_process_without_sockets_changes_reaches_all_pages(pair: Pair, counter: Counter) -> None:
    """As the ingest worker does."""
    slug = pair.room()
    with Listener(pair.a, slug, "Ann") as ann, Listener(pair.b, slug, "Bea") as bea:
        looked = [counter(site, "synchro_catch_ups_total") for site in (pair.a, pair.b)]
        before = ann.revision
        pair.b.manage("shell", "--verbosity", "0", "--command", RENAME.format(slug=slug))
        for one in (ann, bea):
            one.has(before + 1)
        assert [counter(site, "synchro_catch_ups_total") for site in (pair.a, pair.b)] == looked


def test_a_lost_message_is_noticed_though_no_other_follows(pair: Pair, counter: Counter) -> None:
    slug = pair.room()
    with Listener(pair.a, slug, "Ann") as ann, Listener(pair.b, slug, "Bea") as bea:
        looked = counter(pair.b, "synchro_catch_ups_total")
        before = ann.revision
        pair.outside.manage("shell", "--verbosity", "0", "--command", PLAY.format(slug=slug))  # it knows of no Redis
        for one in (ann, bea):
            one.has(before + 1)
            assert (one.transport["status"], one.gaps) == ("playing", 0)
        assert counter(pair.b, "synchro_catch_ups_total") == looked + 1


def test_a_room_that_is_destroyed_at_one_closes_at_the_other(pair: Pair) -> None:
    slug = pair.room()
    with Listener(pair.a, slug, "Host", pair.host) as host, Listener(pair.b, slug, "Bea") as bea:
        assert host.command("room.destroy")["type"] == "command.accepted"
        until(lambda: bea.closed, DEADLINE_S, "the room closes")
        assert bea.closed == 4404


def test_people_are_listed_at_both(pair: Pair) -> None:
    slug = pair.room()
    with Listener(pair.a, slug, "Ann") as ann, Listener(pair.b, slug, "Bea") as bea:
        for site in (pair.a, pair.b):
            lists(site, slug, {"Ann", "Bea"})
        with Listener(pair.b, slug, "Ann", ann.cookies):
            until(lambda: devices(pair.a, slug) == {"Ann": 2, "Bea": 1}, DEADLINE_S, "two devices are one person")
        for one in (ann, bea):
            counts(one, 2)
    for site in (pair.a, pair.b):
        lists(site, slug, set())


def test_what_a_player_reports_is_seen_at_both_and_under_one_number(pair: Pair) -> None:
    slug = pair.room()

    def seen(site: Site) -> Any:
        return httpx.get(f"{site.url}/rooms/{slug}/sync/readings").json()

    def errors(site: Site) -> dict[int, list[float]]:
        return {one["number"]: one["readings"]["error_ms"] for one in seen(site)["listeners"]}

    def is_noted(error_ms: float) -> bool:
        return any(error_ms in held for held in errors(pair.b).values())

    with Listener(pair.b, slug, "Bea") as bea:
        for error_ms in (1.5, 2.5):
            bea.report(audio="playing", error_ms=error_ms)
            until(partial(is_noted, error_ms), DEADLINE_S, "it is noted")
        until(lambda: errors(pair.a) == errors(pair.b), DEADLINE_S, "both know it")
        newest_us = seen(pair.b)["listeners"][0]["readings"]["at_us"][-1]
        assert seen(pair.a)["until_us"] < newest_us - TELL_EVERY_US  # what is still on its way has its turn


def test_who_has_other_rights_hears_of_it_at_whichever_process(pair: Pair) -> None:
    slug = pair.room()
    with Listener(pair.b, slug, "Alice", pair.alice) as alice:
        before = alice.role
        pair.a.manage("shell", "--verbosity", "0", "--command", RIGHTS)
        until(lambda: alice.role != before, DEADLINE_S, "Alice hears of it")
        assert {before, alice.role} == {"listener", "host"}


def test_everything_in_redis_begins_with_the_sites_prefix(pair: Pair) -> None:
    """Another site may use it, too."""
    slug = pair.room()
    with Listener(pair.a, slug, "Ann") as ann, pair.redis.client.pubsub() as heard:
        heard.psubscribe("*")
        assert ann.command("transport.jump", entry=10**9)["type"] == "command.refused"
        ann.command("transport.play")
        channels = until(lambda: _channels(heard), DEADLINE_S, "something is said")
    assert {name.split(b":")[0] for name in channels} == {b"tests"}
    assert {key.split(b":")[0] for key in pair.redis.client.scan_iter()} == {b"tests"}


def _channels(heard: Any) -> set[bytes]:
    message = heard.get_message(ignore_subscribe_messages=True)
    return {message["channel"]} if message else set()


def test_a_command_is_answered_once_by_whichever_process(pair: Pair) -> None:
    slug = pair.room()
    with Listener(pair.a, slug, "Ann") as ann, Listener(pair.b, slug, "Ann", ann.cookies) as again:
        first = ann.command("transport.play", "twice")
        assert again.command("transport.play", "twice") == first
        assert pair.a.room(slug)["revision"] == first["revision"]
        refused = ann.command("transport.jump", "refused", entry=10**9)
        entry = queue(pair.b, slug)[1]
        assert refused["code"] == "no_such_entry"
        assert again.command("transport.jump", "refused", entry=entry) == refused


def test_a_track_ends_once(pair: Pair) -> None:
    slug = pair.room(SHORT)
    with Listener(pair.a, slug, "Ann") as ann, Listener(pair.b, slug, "Bea") as bea:
        entries = queue(pair.a, slug)
        started = ann.command("transport.play")["revision"]
        for one in (ann, bea):
            one.has(started + 4)
        until(lambda: pair.b.room(slug)["status"] == "stopped", DEADLINE_S, "the queue ends")
        history = httpx.get(f"{pair.b.url}/api/v1/rooms/{slug}/history").json()
        assert history["count"] == len(entries)
        assert pair.a.room(slug)["revision"] == started + 4
        assert ann.transport == bea.transport


def test_both_tell_one_time_though_their_hosts_do_not(pair: Pair) -> None:
    slug = pair.room()
    apart = []
    for _ in range(5):
        early, late = pair.a.room(slug)["server_us"], pair.b.room(slug)["server_us"]
        apart.append(late - early)
    assert 0 <= min(apart) < APART_US / 1000
    for site in (pair.a, pair.b):
        assert httpx.get(f"{site.url}/readyz").json() == {"status": "ready"}


def test_limits_are_counted_together(pair: Pair) -> None:
    def guess(site: Site) -> int:
        with httpx.Client(base_url=site.url, headers={"Accept": "text/html"}) as browser:
            browser.get("/accounts/sign-in/")
            form = {"username": "limited", "password": "wrong", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            return browser.post("/accounts/sign-in/", data=form).status_code

    codes = [guess(site) for site in (pair.a, pair.b, pair.a, pair.b, pair.a, pair.b, pair.a)]
    assert codes == [200] * 5 + [429] * 2
