"""Firefox under its protection against fingerprinting reads its clock in steps of 16.667 ms. Its page says so, claims
no more than such a clock can know, and plays on."""

import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from rooms.monitor.verdicts import LATELY_S
from tests.acoustic.firefox import Firefox
from tests.acoustic.speakers import Speakers
from tests.e2e.rooms import Room, button, status_on
from tests.waiting import until

STEP_MS = 16.667
WINDOW = (1000, 800)
SOUND_DEADLINE_S = 60
LINE_DEADLINE_S = 30
MONITOR_DEADLINE_S = LATELY_S + 15
"""A player that stumbled on a busy machine, as it began, is called unsteady for that long."""
PLAYS_S = 20

STATUS = "() => window.synchro.status()"
LINE = "() => document.getElementById('sync-words').textContent"
NOTE = "() => { const note = document.getElementById('sync-note'); return note.hidden ? '' : note.textContent; }"

OpenFirefox = Callable[[bool], Firefox]


@pytest.fixture
def open_firefox() -> Iterator[OpenFirefox]:
    """Opens it without a window, before a speaker, protected against fingerprinting or not."""
    with ExitStack() as stack:
        # a short path of its own: the address of PulseAudio's socket holds at most 107 bytes
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="synchro-coarse-")))
        speakers = stack.enter_context(Speakers(folder, ["firefox"]))
        environment = {**os.environ, "MOZ_HEADLESS": "1", **speakers.environment_of("firefox")}

        def opened(protected: bool) -> Firefox:
            preferences = {"privacy.resistFingerprinting": protected}
            return stack.enter_context(Firefox(folder, environment, WINDOW, preferences))

        yield opened


def hears(firefox: Firefox, room: Room) -> dict[str, Any]:
    """Join with sound; the player's status once it knows where it sounds."""
    firefox.goto(room.url)
    firefox.fill("input[name=nickname]", "Fox")
    firefox.click("#listen")
    until(partial(_settled, firefox), SOUND_DEADLINE_S, "Firefox sounds")
    return status(firefox)


def status(firefox: Firefox) -> dict[str, Any]:
    return dict(firefox.evaluate(STATUS))


def _settled(firefox: Firefox) -> bool:
    return status(firefox)["heard"] in {"coarse_clock", "in_step"}


@pytest.fixture
def playing(host: Page, room: Room) -> Room:
    button(host, "play").click()
    status_on(host, "playing")
    return room


def test_protected_firefox_says_that_its_clock_is_coarse_and_plays_on(
    open_firefox: OpenFirefox, playing: Room, host: Page
) -> None:
    firefox = open_firefox(True)
    said = hears(firefox, playing)
    assert said["heard"] == "coarse_clock", said
    assert said["clock_step_ms"] >= STEP_MS, "two of its steps, where the machine was busy"
    assert said["offset_error_ms"] >= STEP_MS / math.sqrt(12)
    assert said["offset_bound_ms"] >= STEP_MS
    line = re.fullmatch(
        r"Playing along, ±(\d+\.\d) ms at best",
        until(partial(_coarse_line, firefox), LINE_DEADLINE_S, "the line is said"),
    )
    assert line
    assert float(line[1]) >= 16.7
    note = str(firefox.evaluate(NOTE))
    for words in ("reads its clock in steps of", "fingerprinting", "another browser"):
        assert words in note
    host.goto(f"{playing.url}sync/")
    host.locator("[data-code=coarse_clock]").wait_for(timeout=MONITOR_DEADLINE_S * 1000)
    played_from_s = said["position_s"]
    until(lambda: status(firefox)["position_s"] > played_from_s + PLAYS_S, 2 * PLAYS_S, "the music goes on")
    after = status(firefox)
    assert after["output_strategy"] == "stated", after
    assert after["handovers"] == 0, after  # splices may be: a busy machine lets the device run dry


def _coarse_line(firefox: Firefox) -> str | None:
    said = str(firefox.evaluate(LINE))
    return said if said.startswith("Playing along") else None


def test_ordinary_firefox_says_nothing_of_its_clock(open_firefox: OpenFirefox, playing: Room) -> None:
    firefox = open_firefox(False)
    said = hears(firefox, playing)
    assert said["heard"] == "in_step"
    assert said["clock_step_ms"] <= 1
    assert until(lambda: str(firefox.evaluate(LINE)).startswith("In sync ±"), LINE_DEADLINE_S, "the line is said")
    assert firefox.evaluate(NOTE) == ""
