"""usage: python -m tests.bench [PART ...]      parts: rooms, joins, costs, uploads, library, acoustic (all)

Measures, prints, and writes the figures with their conditions into docs/measurements.md.
"""

import datetime
import importlib
import sys

from tests.bench import report

PARTS = {
    "rooms": "tests.bench.rooms",
    "joins": "tests.bench.joins",
    "costs": "tests.bench.costs",
    "uploads": "tests.bench.uploads",
    "library": "tests.bench.ingest",
    "acoustic": "tests.bench.acoustic",
}
"""Each part's module has `run()`, which returns its figures as Markdown."""


def main(wanted: list[str]) -> None:
    if unknown := set(wanted) - PARTS.keys():
        sys.exit(f"{', '.join(sorted(unknown))}: no such part\n{__doc__}")
    for part in wanted or PARTS:
        conditions = report.conditions(datetime.date.today().isoformat())
        figures = importlib.import_module(PARTS[part]).run()
        print(f"\n{part}\n{figures}\n\n{conditions}", flush=True)
        report.write(part, f"{figures}\n\n{conditions}")


if __name__ == "__main__":
    main(sys.argv[1:])
