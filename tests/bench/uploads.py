"""Bench part "uploads": what pings wait, and what the server's memory grows by, while somebody uploads 300 MB.

The uploader is a process of its own on the load generator's core, and gives way to it: a ping's time is not that of its
work.
"""

import json
import multiprocessing
import os
from base64 import b64encode
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
import numpy as np

from tests.bench.crowd import Crowd
from tests.bench.report import table
from tests.bench.rooms import guest_cookie, open_room, serving
from tests.server.peers import resident_bytes
from tests.serving import Site

UPLOAD_BYTES = 300 * 1024 * 1024
PIECE_BYTES = 8 * 1024 * 1024
"""What a page sends (`SYNCHRO_UPLOAD_PIECE_KB`)."""
UPLOADS = 3
"""Of each way, one behind the other: some thousand pings."""
LISTENERS = 100
SETTLE_S = 5
PAUSE_S = 10
"""Pings with no upload, for comparison."""
P99_BAR_MS = 5
GROWTH_BAR_MB = 20
TIMEOUT_S = 300

Send = Callable[[str, str, Path], None]


def run() -> str:
    with serving(Site) as site:
        open_room(site)
        with site.api() as api:
            token = api.headers["Authorization"]
        clock = json.loads((site.data / "clock.json").read_text())
        crowd = Crowd(b'"room.update"', clock["offset_us"], reports=False)
        crowd.connect(site.port, "/ws/rooms/hall/", [guest_cookie(site) for _ in range(LISTENERS)])
        crowd.keep_on(SETTLE_S)
        crowd.begin_player_traffic()
        crowd.keep_on(SETTLE_S)
        crowd.forget_measured()
        crowd.keep_on(PAUSE_S)
        rows = [_row("none", crowd, None)]
        for name, send in (("one request", in_one), ("pieces of 8 MB", in_pieces)):
            _upload(site, crowd, send, token, 1, 2 * PIECE_BYTES)  # what is loaded once is loaded
            growth_bytes = _upload(site, crowd, send, token, UPLOADS, UPLOAD_BYTES)
            rows.append(_row(name, crowd, growth_bytes))
        crowd.disconnect()
    head = [
        f"upload of {UPLOAD_BYTES >> 20} MB, {UPLOADS} times", "pings", "ping p50, ms", "p99", "longest",
        "to the server's stamp p99", f"bar, p99: {P99_BAR_MS}", "memory grew by, MB", f"bar: {GROWTH_BAR_MB}",
    ]  # fmt: skip
    return table(head, rows)


def _row(name: str, crowd: Crowd, growth_bytes: int | None) -> list[str]:
    """A ping's time is that from its sending to its answer, without what the server says it kept it for."""
    rtt_ms = [one.rtt_us / 1000 for one in crowd.exchanges]
    there_ms = [(one.rtt_us / 2 + one.error_us) / 1000 for one in crowd.exchanges]
    p99_ms = float(np.percentile(rtt_ms, 99))
    growth = ["", ""]
    if growth_bytes is not None:
        growth = [f"{growth_bytes / 1e6:.1f}", "met" if growth_bytes <= GROWTH_BAR_MB * 1e6 else "missed"]
    return [
        name, str(len(rtt_ms)), f"{np.median(rtt_ms):.2f}", f"{p99_ms:.2f}", f"{max(rtt_ms):.1f}",
        f"{np.percentile(there_ms, 99):.2f}",
        "met" if p99_ms < P99_BAR_MS else "missed", *growth,
    ]  # fmt: skip


def _upload(site: Site, crowd: Crowd, send: Send, token: str, times: int, size: int) -> int:
    """By how much the server grew meanwhile. The crowd's pings are those of the uploads alone: whatever else keeps this
    process busy comes before or after, for a ping that waits here would be taken for one that waits there."""
    files = [site.folder / f"{number}.wav" for number in range(times)]
    for file in files:
        _write(file, size)
    spawn = multiprocessing.get_context("spawn")
    ready, go = spawn.Event(), spawn.Event()
    sender = spawn.Process(target=_send_all, args=(send, site.url, token, files, ready, go))
    sender.start()
    while not ready.is_set():
        crowd.keep_on(0.1)
    crowd.keep_on(SETTLE_S)
    most = before = resident_bytes(site.process.pid)
    crowd.forget_measured()
    go.set()
    while sender.is_alive():
        crowd.keep_on(0.05)
        most = max(most, resident_bytes(site.process.pid))
    sender.join()
    assert sender.exitcode == 0
    for file in files:
        file.unlink()
    return most - before


def _send_all(send: Send, url: str, token: str, files: list[Path], ready: Event, go: Event) -> None:
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    ready.set()
    go.wait()
    for file in files:
        send(url, token, file)


def _write(path: Path, size: int) -> None:
    """No block like another, and no file."""
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(bytes(8) + os.urandom((1 << 20) - 8))


def in_one(url: str, token: str, path: Path) -> None:
    with path.open("rb") as file:
        answer = httpx.post(
            f"{url}/api/v1/tracks",
            files={"file": (path.name, file)},
            headers={"Authorization": token},
            timeout=TIMEOUT_S,
        )
    assert answer.status_code == 201, answer.text


def in_pieces(url: str, token: str, path: Path) -> None:
    headers = {"Authorization": token, "Tus-Resumable": "1.0.0"}
    with httpx.Client(headers=headers, timeout=TIMEOUT_S) as client, path.open("rb") as file:
        name = b64encode(path.name.encode()).decode()
        about = {"Upload-Length": str(path.stat().st_size), "Upload-Metadata": f"filename {name}"}
        begun = client.post(f"{url}/library/uploads/", headers=about)
        assert begun.status_code == 201, begun.text
        while piece := file.read(PIECE_BYTES):
            of_piece = {
                "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(file.tell() - len(piece)),
            }  # fmt: skip
            answer = client.patch(f"{url}{begun.headers['Location']}", content=piece, headers=of_piece)
            assert answer.status_code == 204, answer.text
