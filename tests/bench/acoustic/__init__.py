"""What loudspeakers sound, case by case: the table of sync bars. Takes an hour and a quarter."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import report
from tests.bench.acoustic import breaks, disturbed, drift, joining, starts, steady
from tests.bench.acoustic.case import Figure, Music, served_music

CASES: dict[str, Callable[[Music], Iterable[Figure]]] = {
    **steady.CASES,
    **starts.CASES,
    **joining.CASES,
    **disturbed.CASES,
    **breaks.CASES,
    **drift.CASES,
}
"""Each plays its part and yields its figures."""


def run() -> str:
    with tempfile.TemporaryDirectory(prefix="synchro-bench-") as folder, served_music(Path(folder)) as music:
        return table(music, CASES)


def table(music: Music, names: Iterable[str]) -> str:
    rows = []
    for name in names:
        for figure in CASES[name](music):
            print(f"{name}: {figure}", flush=True)
            rows.append([name, figure.what, figure.heard, figure.bar, figure.verdict])
    return report.table(["case", "what", "heard", "bar", ""], rows)
