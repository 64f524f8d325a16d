"""The main promise across engines: Firefox sounds with Chromium. WebKitGTK hides its latency, but plays and reports."""

from collections.abc import Callable, Iterator
from functools import partial

import httpx
import pytest

from tests.acoustic.attempts import hear
from tests.acoustic.recording import Lags, Recording, dropouts, first_sound_s, lags
from tests.acoustic.rig import Listener, Rig
from tests.serving import Site
from tests.waiting import until

pytestmark = pytest.mark.acoustic

MAX_LAG_MS = 5.0
LISTEN_S = 20
SETTLED_S = 3
SOUND_DEADLINE_S = 20
REPORT_DEADLINE_S = 20

CHROMIUM, OTHER = "chromium", "other"

Open = Callable[[Rig, str, int], Listener]
"""One of the rig's ways to open a browser."""


def join(listener: Listener, server: Site) -> None:
    listener.page.goto(f"{listener.url}/rooms/demo/")
    listener.page.fill("input[name=nickname]", listener.name)
    listener.page.click("#listen")
    if server.room("demo")["status"] != "playing":
        listener.page.click("#transport [data-do=play]")


def reports(server: Site, name: str) -> bool:
    """Whether the server has the player's own numbers."""
    answer = httpx.get(f"{server.url}/rooms/demo/sync/readings")
    return any(listener["name"] == name for listener in answer.json()["listeners"])


def sounds_from_s(rig: Rig, name: str) -> float | None:
    return first_sound_s(rig.heard(), name, 0)


def session(server: Site, open_other: Open) -> tuple[Recording, tuple[float, float], dict[str, object]]:
    """Chromium and another browser in the demo room: what was heard, the stretch of it in which both had settled, and
    what the other one says of itself."""
    with Rig([CHROMIUM, OTHER]) as rig:
        chromium, other = rig.listener(CHROMIUM, server.port), open_other(rig, OTHER, server.port)
        for listener in (chromium, other):
            join(listener, server)
        first_s = max(
            until(partial(sounds_from_s, rig, name), SOUND_DEADLINE_S, f"{name} sounds") for name in (CHROMIUM, OTHER)
        )
        rig.listen(first_s + SETTLED_S + LISTEN_S - rig.now_s())
        until(lambda: reports(server, OTHER), REPORT_DEADLINE_S, "the other one reports")
        print(chromium.status(), other.status(), sep="\n")
        return rig.heard(), (first_s + SETTLED_S, first_s + SETTLED_S + LISTEN_S), other.status()


def measured(recording: Recording, start_s: float, stop_s: float) -> Lags:
    found = lags(recording, OTHER, CHROMIUM, start_s, stop_s)
    print(f"behind Chromium: {found}")
    return found


def firefox_complaints(server: Site) -> Iterator[str]:
    recording, (start_s, stop_s), _ = session(server, Rig.firefox)
    found = measured(recording, start_s, stop_s)
    if len(found.lag_ms) < LISTEN_S * 0.8:
        yield str(found)
    elif found.percentile_ms(95) > MAX_LAG_MS:
        yield f"{found.percentile_ms(95):.1f} ms apart"
    for name in (CHROMIUM, OTHER):
        if gaps := dropouts(recording, name, start_s, stop_s):
            yield f"{name} dropped out: {gaps}"


def test_firefox_sounds_with_chromium(server: Site) -> None:
    hear(lambda: list(firefox_complaints(server)))


def test_webkit_decodes_plays_and_reports(server: Site) -> None:
    recording, (start_s, stop_s), status = session(server, Rig.webkit)
    measured(recording, start_s, stop_s)
    assert recording.sounds_at(OTHER, stop_s - 1, stop_s)
    assert status["audio"] == "running"
    assert status["error_ms"] is not None
