"""The main promise, by ear: two browsers in one room sound the same music at the same instant."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.acoustic.attempts import hear
from tests.acoustic.recording import Recording, dropouts, lags
from tests.acoustic.rig import Listener, Rig
from tests.serving import Site
from tests.waiting import until

pytestmark = pytest.mark.acoustic

MAX_LAG_MS = 5.0
STEADY_S = 60
AFTER_COMMAND_S = 8
SOUND_DEADLINE_S = 20

KITCHEN, BATH = "kitchen", "bath"


@dataclass(frozen=True)
class Stretch:
    """A part of the recording."""

    what: str
    start_s: float
    stop_s: float


def join(listener: Listener, nickname: str) -> None:
    page = listener.page
    page.goto(f"{listener.url}/rooms/demo/")
    page.locator("input[name=nickname]").fill(nickname)
    page.locator("#listen").click()


def press(listener: Listener, command: str) -> None:
    listener.page.locator(f"#transport [data-do={command}]").click()


def seek(listener: Listener, share: float) -> None:
    """Press the seek bar at a share of its length."""
    bar = listener.page.locator("#seek")
    box = bar.bounding_box()
    assert box is not None
    bar.click(position={"x": box["width"] * share, "y": box["height"] / 2})


def both_sound(rig: Rig, wanted: bool, within_s: float = 1.0) -> bool:
    heard, now_s = rig.heard(), rig.now_s()
    return all(heard.sounds_at(name, now_s - within_s, now_s) == wanted for name in (KITCHEN, BATH))


def session(server: Site) -> tuple[Recording, list[Stretch]]:
    """Two people join the demo room; one of them seeks, pauses, plays on and skips."""
    with Rig([KITCHEN, BATH]) as rig:
        kitchen, bath = rig.listener(KITCHEN, server.port), rig.listener(BATH, server.port)
        join(kitchen, "Alice")
        join(bath, "Bob")
        if server.room("demo")["status"] != "playing":
            press(kitchen, "play")
        until(lambda: both_sound(rig, True), SOUND_DEADLINE_S, "both sound")
        steady = Stretch("60 s", *rig.listen(STEADY_S))

        at_s = rig.now_s()
        seek(kitchen, 0.25)
        after_seek = Stretch("across a seek", at_s, rig.listen(AFTER_COMMAND_S)[1])

        press(kitchen, "play")
        until(lambda: both_sound(rig, False), SOUND_DEADLINE_S, "both are silent")
        at_s = rig.now_s()
        press(kitchen, "play")
        until(lambda: both_sound(rig, True), SOUND_DEADLINE_S, "both sound again")
        after_pause = Stretch("after a pause", at_s, rig.listen(AFTER_COMMAND_S)[1])

        at_s, title = rig.now_s(), kitchen.page.locator("#now-title").inner_text()
        press(kitchen, "next")
        expect(bath.page.locator("#now-title")).not_to_have_text(title)
        across_tracks = Stretch("across a change of track", at_s, rig.listen(AFTER_COMMAND_S)[1])
        for listener in (kitchen, bath):
            print(listener.name, listener.page.evaluate("window.synchro.status()"))
        return rig.heard(), [steady, after_seek, after_pause, across_tracks]


def complaints(recording: Recording, stretches: list[Stretch]) -> Iterator[str]:
    for stretch in stretches:
        found = lags(recording, KITCHEN, BATH, stretch.start_s, stretch.stop_s)
        print(f"{stretch.what}: {found}")
        if len(found.lag_ms) < (stretch.stop_s - stretch.start_s) * 0.8:
            yield f"{stretch.what}: {found}"
        elif found.percentile_ms(100) > MAX_LAG_MS:
            yield f"{stretch.what}: {found.percentile_ms(100):.1f} ms apart"
    steady = stretches[0]
    for name in (KITCHEN, BATH):
        if gaps := dropouts(recording, name, steady.start_s, steady.stop_s):
            yield f"{name} dropped out: {gaps}"


def test_two_windows_sound_together_and_neither_drops_out(server: Site) -> None:
    hear(lambda: list(complaints(*session(server))))
