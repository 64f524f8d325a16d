"""Writes measured figures into docs/measurements.md, between markers that name the part."""

import os
import platform
import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "measurements.md"


def write(part: str, text: str, document: Path = DOCUMENT) -> None:
    """Replace what stands between `<!-- measured: PART -->` and `<!-- end: PART -->`."""
    begin, end = f"<!-- measured: {part} -->", f"<!-- end: {part} -->"
    page = document.read_text()
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"{document.name} has no place for {part!r}")
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    document.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}")


def conditions(day: str) -> str:
    """One line that says on what this was measured."""
    return (
        f"Measured {day} by `make bench`: {_processor()}, {os.cpu_count()} cores, Linux {platform.release()}, "
        f"Python {platform.python_version()}, load average {os.getloadavg()[0]:.1f} at the start."
    )


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
