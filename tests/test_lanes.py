"""The lanes of the tests: what stands alone runs alone, and a unit test starts no server."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lanes import FOLDERS, ON_BOTH_DATABASES, lane_of
from tests.serving import ROOT, Site

TEST = """
import os, time
import pytest
@pytest.mark.parametrize("number", range({count}))
def test_one(number, worker_id):
    began_s = time.monotonic()
    time.sleep({length_s})  # something to overlap with
    with open(os.environ["DIARY"], "a") as diary:
        diary.write(f"{name} {{worker_id}} {{began_s}} {{time.monotonic()}}\\n")
    if os.environ.get("CRASH") == f"{name} {{number}}":
        os._exit(1)
"""


@dataclass(frozen=True)
class Run:
    """One test of a made-up project, as it wrote it down itself."""

    lane: str
    worker: str
    began_s: float
    ended_s: float


def run(folder: Path, *arguments: str, **environment: str) -> tuple[list[Run], subprocess.CompletedProcess[str]]:
    files = {
        "tests/acoustic/test_a.py": ("alone", 3), "tests/acoustic/test_b.py": ("alone", 2),
        "tests/e2e/test_c.py": ("browser", 5), "tests/e2e/test_d.py": ("browser", 2),
        "tests/server/test_e.py": ("server", 3), "tests/test_f.py": ("unit", 4), "tests/test_g.py": ("unit", 1),
    }  # fmt: skip
    for name, (lane, count) in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TEST.format(name=lane, count=count, length_s=0.05))
    (folder / "pytest.ini").write_text(
        "[pytest]\nmarkers =\n  unit\n  ingest\n  server\n  browser\n  alone\naddopts = --import-mode=importlib\n"
    )
    diary = folder / "diary"
    diary.touch()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.lanes", "-p", "xdist", "--rootdir", str(folder), *arguments],
        cwd=folder, capture_output=True, text=True, timeout=120,
        env={
            **os.environ, "PYTHONPATH": str(ROOT), "DIARY": str(diary), **environment,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # of those that it does without, some load for seconds
        },
    )  # fmt: skip
    lines = [line.split() for line in diary.read_text().splitlines()]
    return [Run(lane, worker, float(began), float(ended)) for lane, worker, began, ended in lines], done


def run_alone(runs: list[Run]) -> bool:
    """Whether nothing else ran while one of the lane `alone` did."""
    return not any(
        other.began_s < one.ended_s and one.began_s < other.ended_s
        for one in runs
        if one.lane == "alone"
        for other in runs
        if other is not one
    )


def test_what_stands_alone_runs_last_and_alone(tmp_path: Path) -> None:
    runs, done = run(tmp_path, "-n", "2", "--dist", "loadfile")
    assert "20 passed" in done.stdout, done.stdout + done.stderr
    assert len({one.worker for one in runs}) == 2
    assert run_alone(runs)
    lanes = [one.lane for one in sorted(runs, key=lambda one: one.began_s)]
    assert lanes[-5:] == ["alone"] * 5
    assert lanes[0] in {"browser", "unit"}


@pytest.mark.parametrize("killer", ["unit 3", "alone 2"])
def test_a_worker_that_dies_leaves_the_rest_to_another_one(tmp_path: Path, killer: str) -> None:
    runs, done = run(tmp_path, "-n", "2", "--dist", "loadfile", CRASH=killer)
    assert done.returncode == 1
    assert "1 failed, 19 passed" in done.stdout, done.stdout
    assert len(runs) == 20
    assert {one.lane for one in runs} == {"unit", "server", "browser", "alone"}
    assert run_alone(runs)


def test_without_workers_it_is_the_same_order(tmp_path: Path) -> None:
    runs, done = run(tmp_path)
    assert [one.lane for one in runs][-5:] == ["alone"] * 5, done.stdout + done.stderr


def test_only_one_lane_can_be_run(tmp_path: Path) -> None:
    runs, done = run(tmp_path, "-n", "2", "--dist", "loadfile", "-m", "alone")
    assert "5 passed" in done.stdout, done.stdout + done.stderr
    assert run_alone(runs)


def test_every_lane_has_its_folder() -> None:
    assert [folder for folder in FOLDERS if not (ROOT / folder).is_dir()] == []
    assert lane_of("tests/rooms/test_queue.py::test_x") == "unit"
    assert lane_of("tests/library/ingest/test_tags.py::test_x") == "ingest"


def test_what_runs_on_both_databases_is_there_and_needs_no_site() -> None:
    assert [file for file in ON_BOTH_DATABASES if not (ROOT / file).is_file()] == []
    assert {lane_of(file) for file in ON_BOTH_DATABASES} <= {"unit", "ingest"}


def test_a_unit_test_starts_no_server(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="mark it `server`"):
        Site(tmp_path)
