"""Two processes that serve one site: one database, one Redis, folders of their own as on two hosts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from django.core import signing
from prometheus_client.parser import text_string_to_metric_families

from playback.clock import ServerClock
from rooms.identity import GUEST_COOKIE
from tests.builders import guest
from tests.processes.redis_server import RedisServer
from tests.serving import Site

APART_US = 3 * 3600 * 1_000_000
"""By so much the second host's clock is off."""

LONG, SHORT = "long", "short"
ROOMS = {LONG: 20, SHORT: 2}
"""How many rooms there are with six tracks of ten minutes, and with four of a second."""

SECRET = "of both processes"

_FILL = f"""
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playback import clock
from tests.acting import queue_add
from tests.builders import guest, make_room, make_user, ready_track
tracks = {{
    "long": [ready_track(f"Track {{n}}", seconds=600).pk for n in range(6)],
    "short": [ready_track(f"Moment {{n}}", seconds=1).pk for n in range(4)],
}}
member = make_user("alice")
browser = SessionStore()
browser[SESSION_KEY], browser[HASH_SESSION_KEY] = str(member.pk), member.get_session_auth_hash()
browser[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
browser.save()
print(browser.session_key)
for kind, rooms in {ROOMS!r}.items():
    host = guest(kind)
    for number in range(rooms):
        room = make_room(host, f"{{kind}} {{number}}", nickname="Host")
        queue_add(room.slug, identity=host, track_ids=tracks[kind], now_us=clock.now_us())
"""


@dataclass(frozen=True)
class Pair:
    """Two processes of a site, and a place outside of them from which its database can be changed."""

    a: Site
    b: Site
    redis: RedisServer
    outside: Site
    alice: dict[str, str]
    """The cookies of somebody with an account."""

    _unused: dict[str, Iterator[int]] = field(
        default_factory=lambda: {kind: iter(range(n)) for kind, n in ROOMS.items()}
    )

    @property
    def host(self) -> dict[str, str]:
        """The cookies of who owns the long rooms."""
        return {GUEST_COOKIE: signing.Signer(key=SECRET, salt="rooms.guest").sign(guest(LONG).guest_key)}

    def room(self, kind: str = LONG) -> str:
        """One that no other test has; its slug. Guests may control it."""
        return f"{kind}-{next(self._unused[kind])}"


def serve_pair(folder: Path) -> Iterator[Pair]:
    shared = {
        "SYNCHRO_DATABASE": str(folder / "db.sqlite3"), "SYNCHRO_SECRET_KEY": SECRET,
        "SYNCHRO_INGEST": "0",
    }  # fmt: skip
    with RedisServer(folder) as redis:
        hosts = [
            Site(folder / name, **shared, REDIS_URL=redis.url, SYNCHRO_REDIS_PREFIX="tests") for name in ("a", "b")
        ]
        outside = Site(folder / "outside", **shared)
        for site in (*hosts, outside):
            site.data.mkdir(parents=True)
        set_clock_apart(hosts[1])
        session_key = outside.manage("shell", "--verbosity", "0", "--command", _FILL).split()[-1]
        with hosts[0] as a, hosts[1] as b:
            a.start()
            b.start()
            yield Pair(a, b, redis, outside, {"sessionid": session_key})


def set_clock_apart(site: Site) -> None:
    """The clock of this one's host is off."""
    file = site.data / "clock.json"
    ServerClock(file)
    held = json.loads(file.read_text())
    file.write_text(json.dumps({**held, "offset_us": held["offset_us"] + APART_US}))


@pytest.fixture(scope="package")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Whoever stops something of it starts it again."""
    yield from serve_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture
def counter() -> Callable[[Site, str], float]:
    """A figure of a process's /metrics."""

    def read(site: Site, name: str) -> float:
        text = httpx.get(f"{site.url}/metrics").text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        return next(sample.value for sample in samples if sample.name == name)

    return read
