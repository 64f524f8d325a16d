"""Server time: one offset for every process of a boot."""

import json
from pathlib import Path

import pytest

from playback import clock, lead
from playback.clock import ServerClock


def offset_of(file: Path) -> int:
    return int(json.loads(file.read_text())["offset_us"])


def test_a_second_process_takes_over_the_offset(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    ServerClock(file)
    held = json.loads(file.read_text())
    file.write_text(json.dumps({**held, "offset_us": held["offset_us"] + 3_600_000_000}))  # the wall clock was stepped
    before = offset_of(file)
    hour_ahead = ServerClock(file)
    assert offset_of(file) == before
    assert hour_ahead.now_us() > before


def test_an_offset_of_an_earlier_boot_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    file.write_text(json.dumps({"boot_id": "another", "offset_us": 5}))
    ServerClock(file)
    assert offset_of(file) > 5


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    file.write_text("{")
    ServerClock(file)
    assert offset_of(file) > 0


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    ServerClock(tmp_path / "clock.json")
    assert [p.name for p in tmp_path.iterdir()] == ["clock.json"]


def test_time_goes_forward(tmp_path: Path) -> None:
    clock = ServerClock(tmp_path / "clock.json")
    readings = [clock.now_us() for _ in range(1000)]
    assert readings == sorted(readings)


def test_time_goes_on_from_the_latest_that_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_clock", ServerClock(tmp_path / "clock.json"))
    before_us = clock.now_us()
    assert clock.never_before(before_us - 1) == 0
    assert clock.never_before(clock.now_us() + clock.PLANNED_US) == 0
    assert clock.now_us() - before_us < clock.PLANNED_US
    hour_ahead_us = before_us + 3_600_000_000
    assert clock.never_before(hour_ahead_us) > 3_590_000_000
    assert clock.now_us() >= hour_ahead_us
    assert ServerClock(tmp_path / "clock.json").now_us() >= hour_ahead_us  # a process that starts after it
    assert [p.name for p in tmp_path.iterdir()] == ["clock.json"]


def test_what_is_planned_is_within_the_lead() -> None:
    assert lead.MAX_LEAD_MS * 1000 < clock.PLANNED_US
