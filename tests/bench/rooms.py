"""Bench part "rooms": many listeners in one room of one server process, and beside it the usual way with Channels.

Server and generator have a core each. The listeners do what players do: pings in bursts, and reports.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from tests.bench.crowd import Crowd
from tests.bench.report import table
from tests.serving import Site

LISTENERS = 1000
ROUNDS = 120
ROUND_EVERY_S = 0.3
CLOCK_PHASE_S = 30
BROADCAST_EVERY_S = 1.0
WARM_UP_LISTENERS = 20
SETTLE_S = 10
"""After everybody came, and after every player reported: until the list of people was sent for the last time."""

BARS = {"fan-out p99, ms": 100, "memory, KB/connection": 25, "clock error p99, µs": 200}

_SLUG = "hall"
_TRACKS = 4

Message = Callable[[int], bytes]


@dataclass(frozen=True)
class Figures:
    """What one server did. Times in ms but for the clock's, which are µs."""

    fan_out_ms: list[float]
    fan_out_last_ms: list[float]
    kb_per_connection: float
    best_error_us: list[float]
    single_error_us: list[float]
    change_bytes: int

    def row(self, name: str) -> list[str]:
        return [
            name,
            f"{_percentile(self.fan_out_ms, 50):.1f}",
            f"{_percentile(self.fan_out_ms, 99):.1f}",
            f"{_percentile(self.fan_out_last_ms, 50):.1f}",
            f"{max(self.fan_out_last_ms):.1f}",
            f"{self.kb_per_connection:.0f}",
            f"{_percentile(self.best_error_us, 50):.0f}",
            f"{_percentile(self.best_error_us, 99):.0f}",
            f"{_percentile(self.single_error_us, 99):.0f}",
            f"{self.change_bytes}",
        ]


HEAD = [
    f"one process, {LISTENERS} listeners", "receipt p50, ms", "receipt p99", "last of a round p50", "worst round",
    "KB/connection", "best of 8 p50, µs", "best of 8 p99", "single ping p99", "bytes",
]  # fmt: skip


class NaiveSite(Site):
    """The tutorial's server on the same settings."""

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "synchro.server",
            "--endpoint", f"tcp:port={self.port}:interface=127.0.0.1:backlog=4096",
            "--verbosity", "0", "tests.bench.naive.asgi:application",
        ]  # fmt: skip


def run() -> str:
    """Measure both; the table."""
    synchro = measure_synchro()
    naive = measure_naive(synchro.change_bytes)
    rows = [synchro.row("Synchro"), naive.row("each socket its own group member")]
    bar = ["bar", "", *(str(BARS["fan-out p99, ms"]), "", ""), str(BARS["memory, KB/connection"]), "",
           str(BARS["clock error p99, µs"]), "", ""]  # fmt: skip
    return table(HEAD, [*rows, bar])


def measure_synchro() -> Figures:
    with serving(Site) as site:
        entry = open_room(site)
        clock = json.loads((site.data / "clock.json").read_text())
        crowd = Crowd(b'"room.update"', clock["offset_us"], reports=True)
        return _measure(
            site,
            crowd,
            cookies=[guest_cookie(site) for _ in range(LISTENERS)],
            join=lambda n: b'{"type":"room.join","id":"join-%d","nickname":"Listener %d"}' % (n, n),
            change=lambda n: (
                b'{"type":"transport.seek","id":"seek-%d","entry":%d,"position_s":%d}' % (n, entry, 1 + n % 60)
            ),
        )


def measure_naive(change_bytes: int) -> Figures:
    """`change_bytes`: the size of Synchro's message, so that both send as much."""
    state = json.dumps({"type": "state", "padding": "x" * (change_bytes - 40)}).encode()
    with serving(NaiveSite) as site:
        crowd = Crowd(b'"state"', 0, reports=False)
        return _measure(
            site, crowd, cookies=[""] * LISTENERS, join=None, change=lambda n: b'{"type":"change","state":%b}' % state
        )


def _measure(site: Site, crowd: Crowd, *, cookies: Sequence[str], join: Message | None, change: Message) -> Figures:
    """`join` and `change` make the n-th such message."""
    path = f"/ws/rooms/{_SLUG}/"
    crowd.connect(site.port, path, cookies[:WARM_UP_LISTENERS])
    crowd.keep_on(1)
    crowd.disconnect()
    before_kb = _memory_kb(site)
    crowd.connect(site.port, path, cookies)
    listeners = list(crowd.listeners.values())
    if join:
        for number, listener in enumerate(listeners):
            listener.socket.send(join(number))
            crowd.turn(0)
    crowd.keep_on(SETTLE_S)
    crowd.begin_player_traffic()
    crowd.keep_on(SETTLE_S)
    kb_per_connection = (_memory_kb(site) - before_kb) / len(listeners)

    receipts_ms, last_ms = [], []
    for number in range(ROUNDS):
        round_ms = crowd.round(listeners[number % len(listeners)], change(number))
        receipts_ms += round_ms
        last_ms.append(max(round_ms))
        crowd.keep_on(ROUND_EVERY_S)

    crowd.forget_measured()
    for number in range(round(CLOCK_PHASE_S / BROADCAST_EVERY_S)):
        listeners[-1 - number].socket.send(change(ROUNDS + number))
        crowd.keep_on(BROADCAST_EVERY_S)
    figures = Figures(
        fan_out_ms=receipts_ms,
        fan_out_last_ms=last_ms,
        kb_per_connection=kb_per_connection,
        best_error_us=[abs(best.error_us) for best in crowd.bests],
        single_error_us=[abs(one.error_us) for one in crowd.exchanges],
        change_bytes=crowd.change_bytes,
    )
    crowd.disconnect()
    return figures


def open_room(site: Site) -> int:
    """A public room that plays a queue; the entry. The tracks have no sound: nobody fetches any."""
    tracks = f"[ready_track(f'Piece number {{n}}', seconds=180) for n in range({_TRACKS})]"
    site.manage("shell", "--verbosity", "0", "--command", f"from tests.builders import ready_track; {tracks}")
    with site.api() as api:
        api.post("rooms", json={"name": _SLUG}).raise_for_status()
        for track in api.get("tracks").json()["items"]:
            api.post(f"rooms/{_SLUG}/queue", json={"track_id": track["id"]}).raise_for_status()
        api.post(f"rooms/{_SLUG}/transport", json={"action": "play"}).raise_for_status()
    entry: int = site.room(_SLUG)["entry"]
    return entry


@contextmanager
def serving(kind: type[Site]) -> Iterator[Site]:
    """A site of this kind on the first core, and this process on the last."""
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="synchro-bench-"))
        stack.callback(os.sched_setaffinity, 0, cores)
        os.sched_setaffinity(0, cores[:1])
        site = stack.enter_context(kind(Path(folder), SYNCHRO_INGEST="0"))
        site.prepare(demo=False)
        site.start()
        os.sched_setaffinity(0, cores[-1:])
        yield site


def guest_cookie(site: Site) -> str:
    """What a browser has after it opened the room's page."""
    answer = httpx.get(f"{site.url}/rooms/{_SLUG}/")
    assert answer.status_code == 200, answer.text
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


def _memory_kb(site: Site) -> int:
    status = Path(f"/proc/{site.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def _percentile(values: list[float], percent: float) -> float:
    return float(np.percentile(values, percent))
