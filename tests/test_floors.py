"""The order of the house: who may import whom, who may read a clock, and how long a module may be."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("playback", "library", "rooms", "synchro")
APPS = ("playback", "library", "rooms")

MAX_MODULE_LINES = 350
"""About 300 is what a reader can hold in mind; a longer module has two reasons to change."""

FLOORS: tuple[tuple[str, ...], ...] = (
    # 0: what music is and where it stands, the messages, the clock. Knows no database, no room and no track
    ("playback",),
    # 1: what processes share, how often something may be done, whose pages may, and who is alone at it
    ("synchro/shared", "synchro/limits", "synchro/origins", "synchro/locks"),
    # 2: files: where they are, and how one becomes segments. Knows no database
    ("library/storage", "library/ingest"),
    # 3: tracks
    ("library",),
    # 4: rooms and what may be done in them, a folder each
    ("rooms",),
    # 5: what the world talks to: pages, sockets, the API
    ("library/web", "rooms/web", "rooms/live", "synchro/accounts"),
    # 6: the site and its server
    ("synchro",),
)
"""Folders. Imports go down or stay on their floor; of two that hold a module, the inner one says its floor."""

DOOR_FLOOR = 5
DOORS = ("admin", "apps", "management", "templatetags")
"""What Django looks for by name at the root of an app, and calls from outside."""

SCRIPT_FLOORS = (("link", "music"), ("output",), ("player",), ("page",))
"""Folders of static/js: the same rule."""

HOUSE_COLUMN = 53
"""Of the picture in docs/architecture.md: the server's left wall."""

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
    """The floor that a module stands on; None if no folder of it has one."""
    parts = name.split(".")
    if parts[0] in APPS and len(parts) > 1 and parts[1] in DOORS:
        return DOOR_FLOOR
    for length in range(len(parts), 0, -1):
        folder = "/".join(parts[:length])
        for floor, folders in enumerate(FLOORS):
            if folder in folders:
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
    name = name_of(path)
    return [
        f"{path.relative_to(ROOT)}:{line} (floor {floor_of(name)}) imports {imported} (floor {floor_of(imported)})"
        for line, imported in imports_of(path)
        if goes_up(name, imported)
    ]


def goes_up(importing: str, imported: str) -> bool:
    return (floor_of(imported) or 0) > (floor_of(importing) or 0)


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
    assert [name for path in modules() if floor_of(name := name_of(path)) is None] == []


def test_every_folder_on_a_floor_is_there() -> None:
    assert [folder for folders in FLOORS for folder in folders if not (ROOT / folder).is_dir()] == []


def test_the_picture_of_the_house_shows_each_folder_on_its_floor() -> None:
    shown: dict[str, int] = {}
    floor = -1
    for line in (ROOT / "docs/architecture.md").read_text().partition("## Time")[0].splitlines():
        if line.startswith(" │"):
            house = line[HOUSE_COLUMN:]
            floor = int(number[1]) if (number := re.match(r"│ (\d) ", house)) else floor
            shown |= {name.strip("/"): floor for name in re.findall(r"(?<![\w/])(?:\w+/)+(?= )", house)}
    of_folders = {folder: floor for floor, folders in enumerate(FLOORS) for folder in folders}
    assert {folder: shown.get(folder) for folder in of_folders} == of_folders


def test_imports_go_down() -> None:
    assert [finding for path in modules() for finding in upward_imports(path)] == []


@pytest.mark.parametrize(
    ("importing", "imported", "is_up"),
    [
        ("rooms.change", "library.models", False),
        ("rooms.change", "rooms.queue.commands", False),
        ("rooms.change", "rooms.live.hub", True),
        ("rooms.change", "rooms.admin", True),
        ("library.models", "rooms.models", True),
        ("synchro.settings", "rooms.web.urls", False),
        ("library.ingest.fence", "library.models", True),
    ],
)
def test_what_goes_up_is_recognised(importing: str, imported: str, is_up: bool) -> None:
    assert goes_up(importing, imported) is is_up


def test_the_ground_floor_knows_no_framework() -> None:
    ground = [path for path in modules() if floor_of(name_of(path)) == 0]
    assert [path for path in ground if re.search(r"^\s*(from|import) (django|channels)", path.read_text(), re.M)] == []


def script_imports(path: Path) -> Iterator[str]:
    """The folders whose modules a script imports, statically or later."""
    for spec in re.findall(r"""(?:\bfrom|^import|\bimport\()\s*'(\.[^']+)'""", path.read_text(), re.M):
        yield (path.parent / spec).resolve().parent.name


def test_scripts_import_downward() -> None:
    floor = {folder: number for number, folders in enumerate(SCRIPT_FLOORS) for folder in folders}
    found = [(path, folder) for path in scripts() for folder in script_imports(path) if folder in floor]
    assert [(path.name, folder) for path, folder in found if floor[folder] > floor[path.parent.name]] == []
    assert len({(path.parent.name, folder) for path, folder in found}) > 9  # it sees the imports that are there


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
