"""The server's timeline on the cases that the browser's is held to as well (`tests/js/music/timeline.test.js`).

The expected values were worked out with exact fractions, track by track, and not by either implementation.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from playback.timeline import (
    MAX_STARTS_KEPT,
    Entry,
    Repeat,
    Start,
    Status,
    Transport,
    advance,
    instant_of,
    position_at,
    upcoming,
)

CASES: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parent / "timeline_cases.json").read_text())


def cases(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", CASES[kind], ids=[case["name"] for case in CASES[kind]])


def transport_of(fields: dict[str, Any]) -> Transport:
    return Transport(**{**fields, "status": Status(fields["status"]), "repeat": Repeat(fields["repeat"])})


def queue_of(case: dict[str, Any]) -> list[Entry]:
    return [Entry(**fields) for fields in case["queue"]]


@cases("position_at")
def test_position_at(case):
    assert position_at(transport_of(case["transport"]), case["now_us"]) == case["expect"]


@cases("instant_of")
def test_instant_of(case):
    transport = transport_of(case["transport"])
    instant_us = instant_of(transport, case["sample"])
    assert instant_us == case["expect"]
    assert position_at(transport, instant_us) >= case["sample"] > position_at(transport, instant_us - 1)


@cases("upcoming")
def test_upcoming(case):
    found = upcoming(queue_of(case), transport_of(case["transport"]), case["count"])
    assert [entry.id for entry in found] == case["expect"]


@cases("advance")
def test_advance(case):
    transport, starts = advance(transport_of(case["transport"]), queue_of(case), case["now_us"])
    assert transport == transport_of(case["expect"]["transport"])
    assert list(starts) == [Start(**start) for start in case["expect"]["starts"]]


@cases("long_absence")
def test_long_absence(case):
    transport, starts = advance(transport_of(case["transport"]), queue_of(case), case["now_us"])
    assert transport.entry == case["expect"]["entry"]
    assert position_at(transport, case["now_us"]) == case["expect"]["position"]
    assert starts[-1].at_us == case["expect"]["started_us"]
    assert len(starts) <= MAX_STARTS_KEPT
