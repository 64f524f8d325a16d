"""The order of the house: who may import whom, who may read a clock, and how long a module may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("playback", "library", "rooms", "synchro")

MAX_MODULE_LINES = 350
"""About 300 is what a reader can hold in mind; a longer module has two reasons to change."""

FLOORS: tuple[tuple[str, ...], ...] = (
    # 0: what music is and where it stands. Arithmetic; knows no clock, no database, no network
    ("playback.timeline", "playback.commands", "playback.segments", "playback.limits",
     "playback.lead", "playback.ping_budget"),
    # 1: the messages and the machinery that carries them; knows no room and no track
    ("playback.protocol", "playback.clock", "playback.clock_lane", "playback.hub", "playback.asyncapi",
     "playback.fields", "playback.metrics"),
    # 2: tracks and how they are made
    ("library.models", "library.services", "library.selectors", "library.ingest", "library.playlists",
     "library.paths", "library.errors", "library.calibration", "library.demo", "library.intake", "library.covers",
     "library.waveform", "library.byte_ranges", "library.migrations"),
    # 3: rooms and what may be done in them
    ("rooms.models", "rooms.services", "rooms.selectors", "rooms.identity", "rooms.broadcast", "rooms.presence",
     "rooms.readings", "rooms.verdicts", "rooms.monitor",
     "rooms.change", "rooms.errors", "rooms.lead", "rooms.permissions", "rooms.rows", "rooms.updates",
     "rooms.migrations"),
    # 4: what the world talks to: pages, sockets, the API, commands, the admin
    ("playback.consumers", "playback.routing", "playback.live_rooms", "playback.management", "playback.apps",
     "library.views", "library.forms", "library.urls", "library.admin", "library.api", "library.management",
     "library.templatetags", "library.apps", "library.preview", "library.problems", "library.upload_limit",
     "rooms.views", "rooms.forms", "rooms.urls", "rooms.admin", "rooms.api", "rooms.management",
     "rooms.templatetags", "rooms.apps", "rooms.socket_session",
     "synchro.accounts"),
    # 5: the site
    ("synchro",),
)  # fmt: skip
"""Imports go down or stay on their floor. A name stands for its submodules too."""

CLOCK_READERS = ("playback/clock.py",)

CLOCKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "timezone": {"now", "localtime", "localdate"},
}
"""Ways to read a clock, by the name they are called on."""


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(name: str) -> int | None:
    """The floor that a module stands on; None if no floor names it."""
    for floor, names in enumerate(FLOORS):
        if any(name == known or name.startswith(f"{known}.") for known in names):
            return floor
    return None


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module of ours) for every import, those within functions too."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - (node.level - 1)] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            # `from package import module` names a module, `from module import thing` does not
            found = [n if is_module(n := f"{source}.{alias.name}") else source for alias in node.names]
        else:
            continue
        for name in found:
            if name.split(".")[0] in PACKAGES:
                yield node.lineno, name


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def upward_imports(path: Path) -> list[str]:
    floor = floor_of(name_of(path))
    return [
        f"{path.relative_to(ROOT)}:{line} (floor {floor}) imports {imported} (floor {floor_of(imported)})"
        for line, imported in imports_of(path)
        if floor is not None and (floor_of(imported) or 0) > floor
    ]


def clock_readings(source: str) -> list[int]:
    """The lines that read a clock: `time.monotonic()`, or the bare name of such a function imported from its module."""
    tree = ast.parse(source)
    bare = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if alias.name in CLOCKS["time"]
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id in bare)
        or (
            isinstance(node, ast.Attribute)
            and node.attr in CLOCKS.get(node.value.attr if isinstance(node.value, ast.Attribute) else
                                        getattr(node.value, "id", ""), set())
        )
    ]  # fmt: skip


def test_every_module_has_a_floor() -> None:
    packages = {*PACKAGES}
    homeless = [name for path in modules() if floor_of(name := name_of(path)) is None and name not in packages]
    assert homeless == []


def test_every_name_on_a_floor_is_there() -> None:
    assert [name for names in FLOORS for name in names if not is_module(name)] == []


def test_imports_go_down() -> None:
    assert [finding for path in modules() for finding in upward_imports(path)] == []


def test_only_the_clock_reads_a_clock() -> None:
    readers = {str(path.relative_to(ROOT)): clock_readings(path.read_text()) for path in modules()}
    assert [f"{path}:{line}" for path, lines in readers.items() for line in lines if path not in CLOCK_READERS] == []
    assert all(readers[path] for path in CLOCK_READERS)  # the search finds what is there


def test_modules_are_short() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in (*modules(), *scripts())}
    assert {path: lines for path, lines in lengths.items() if lines > MAX_MODULE_LINES} == {}


def scripts() -> Iterator[Path]:
    yield from (ROOT / "static" / "js").rglob("*.js")


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("import time\ntime.monotonic()", [2]),
        ("from time import time_ns as t\nt()", [2]),
        ("from datetime import datetime\ndatetime.now()", [2]),
        ("import datetime\ndatetime.datetime.now()\ndatetime.date.today()", [2, 3]),
        ("from django.utils import timezone\ndefault = timezone.now", [2]),
        ("import time\ntime.sleep(1)", []),
    ],
)
def test_a_reading_is_recognised(source: str, lines: list[int]) -> None:
    assert clock_readings(source) == lines
