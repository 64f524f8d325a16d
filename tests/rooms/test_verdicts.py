"""Plain words about a player, case by case."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils import translation

from playback.protocol import ListenerReport
from rooms.monitor import verdicts
from rooms.monitor.readings import Reading
from rooms.monitor.verdicts import (
    COARSE_MS,
    HEARD_APART_MS,
    LATELY_S,
    LEAST_MS,
    LOW_BUFFER_S,
    SILENT_AFTER_S,
    Code,
    Verdict,
    judge,
)
from tests.builders import NOW_US, SECOND_US

WELL = ListenerReport(
    audio="playing", error_ms=-0.2, offset_error_ms=0.41, rtt_ms=3, output_latency_ms=40,
    output_latency_source="reported", buffered_s=30, rendition="flac",
)  # fmt: skip


def reading(age_s: float = 1, **fields: Any) -> Reading:
    return Reading(NOW_US - round(age_s * SECOND_US), msgspec.structs.replace(WELL, **fields))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Verdict(Code.IN_SYNC, 0.41)),
        ({"error_ms": -3.3}, Verdict(Code.IN_SYNC, 3.3)),
        ({"error_ms": 0, "offset_error_ms": 0}, Verdict(Code.IN_SYNC, LEAST_MS)),
        ({"audio": "muted"}, Verdict(Code.IN_SYNC, 0.41)),
        ({"audio": "locked"}, Verdict(Code.NOT_LISTENING)),
        ({"audio": "waiting", "error_ms": None}, Verdict(Code.WAITING)),
        ({"audio": "buffering", "error_ms": None}, Verdict(Code.BUFFERING)),
        ({"error_ms": None}, Verdict(Code.BUFFERING)),
        ({"offset_error_ms": None}, Verdict(Code.SETTLING)),
        ({"offset_error_ms": HEARD_APART_MS + 0.1, "error_ms": 50}, Verdict(Code.SETTLING)),
        ({"clock_step_ms": COARSE_MS}, Verdict(Code.IN_SYNC, 0.41)),
        ({"clock_step_ms": 16.667, "offset_error_ms": 4.9}, Verdict(Code.COARSE_CLOCK, 16.667)),
        ({"clock_step_ms": 100, "offset_error_ms": 29}, Verdict(Code.COARSE_CLOCK, 100)),
        ({"clock_step_ms": 16.667, "error_ms": 16.7}, Verdict(Code.CATCHING_UP, 16.7)),
        ({"error_ms": -HEARD_APART_MS}, Verdict(Code.IN_SYNC, HEARD_APART_MS)),
        ({"error_ms": -HEARD_APART_MS - 1}, Verdict(Code.CATCHING_UP, HEARD_APART_MS + 1)),
        ({"output_latency_ms": verdicts.BLUETOOTH_LATENCY_MS}, Verdict(Code.IN_SYNC, 0.41)),
        ({"output_latency_ms": 180}, Verdict(Code.BLUETOOTH, 180)),
        ({"output_latency_source": "bluetooth table"}, Verdict(Code.BLUETOOTH, 40)),
        ({"output_latency_ms": None, "output_latency_source": None}, Verdict(Code.IN_SYNC, 0.41)),
        ({"output_latency_ms": 180, "error_ms": 50}, Verdict(Code.CATCHING_UP, 50)),
        ({"buffered_s": LOW_BUFFER_S}, Verdict(Code.IN_SYNC, 0.41)),
        ({"buffered_s": 2.5}, Verdict(Code.BUFFER_LOW, 2.5)),
    ],
)
def test_one_reading(fields: dict[str, Any], expected: Verdict) -> None:
    assert judge([reading(**fields)], NOW_US) == expected


def test_who_has_said_nothing_does_not_listen() -> None:
    assert judge([], NOW_US) == Verdict(Code.NOT_LISTENING)


def test_silence_outweighs_what_was_said_before() -> None:
    assert judge([reading(SILENT_AFTER_S)], NOW_US).code is Code.IN_SYNC
    assert judge([reading(SILENT_AFTER_S + 1)], NOW_US) == Verdict(Code.SILENT, SILENT_AFTER_S + 1)


def test_who_said_that_it_sounds_no_more_is_not_waited_for() -> None:
    assert judge([reading(600), reading(599, audio="locked")], NOW_US) == Verdict(Code.NOT_LISTENING)


def test_a_stumble_is_held_against_a_player_for_a_minute() -> None:
    before, after = {"underruns": 1, "resyncs": 4}, {"underruns": 2, "resyncs": 5}
    assert judge([reading(LATELY_S, **before), reading(30, **after), reading(1, **after)], NOW_US) == Verdict(
        Code.UNSTEADY, 2
    )
    assert judge([reading(LATELY_S + 1, **before), reading(30, **after), reading(1, **after)], NOW_US).code is (
        Code.IN_SYNC
    )


def test_words_hold_the_number_and_speak_the_readers_language() -> None:
    assert Verdict(Code.IN_SYNC, 0.41).words == "In sync ±0.4 ms"
    assert Verdict(Code.CATCHING_UP, 52.7).words == "Catching up, 53 ms off"
    with translation.override("zh-hans"):
        assert Verdict(Code.IN_SYNC, 0.41).words == "已同步 ±0.4 毫秒"


def test_every_code_has_its_tone_and_words() -> None:
    assert set(verdicts.TONES) == set(verdicts.WORDS) == set(Code)
    assert all(Verdict(code, 1).words for code in Code)


def test_the_players_own_page_judges_alike() -> None:
    script = Path(__file__).resolve().parents[2] / "static" / "js" / "player" / "heard.js"
    threshold = re.search(r"HEARD_APART_MS = (\d+);", script.read_text())
    assert threshold
    assert int(threshold[1]) == HEARD_APART_MS


def test_the_page_and_the_monitor_call_the_same_clocks_coarse() -> None:
    script = Path(verdicts.__file__).parents[2] / "static/js/link/clock_step.js"
    threshold = re.search(r"COARSE_MS = (\d+);", script.read_text())
    assert threshold
    assert int(threshold[1]) == COARSE_MS
