"""What the documents for newcomers name is there: files, folders, commands, links."""

import re
from pathlib import Path

import pytest

from tests.lanes import FOLDERS
from tests.serving import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/player.md")

FOLDERS_OF_PATHS = (".", "rooms", "tests", "static/js")
"""What is named `queue/part.py` is looked for in each of these."""


def text_of(document: str) -> str:
    return (ROOT / document).read_text()


def paths_named(text: str) -> set[str]:
    """`folder/`, `folder/file.ext` and the like, but no pattern, address or placeholder."""
    return {name for name in re.findall(r"`([\w.-]+/[\w./-]*)`", text) if "<" not in name}


def commands() -> set[str]:
    return set(re.findall(r"^(\w+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_and_folders_are_there(document: str) -> None:
    made_by_itself = {"media/"}
    named = paths_named(text_of(document)) - made_by_itself
    assert [name for name in named if not any((ROOT / at / name).exists() for at in FOLDERS_OF_PATHS)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", text_of(document))
    folder = (ROOT / document).parent
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


def test_commands_are_there() -> None:
    code = re.compile(r"(?:^|`)make (\w+)", re.MULTILINE)
    named = {name for document in DOCUMENTS for name in code.findall(text_of(document))}
    assert {"run", "check", "test"} <= named <= commands()
    hooks = re.findall(r"entry: make --no-print-directory (\w+)", (ROOT / ".pre-commit-config.yaml").read_text())
    assert hooks
    assert set(hooks) <= commands()


def test_every_lane_is_explained() -> None:
    rows = re.findall(r"^\| (\w+) \| (.*?) \|", text_of("CONTRIBUTING.md"), re.MULTILINE)
    told = {folder: lane for lane, cell in rows for folder in re.findall(r"`(tests/[\w/]+/)`", cell)}
    assert told == FOLDERS


def test_every_state_of_the_output_clock_is_explained() -> None:
    """The names that `synchro.status()` tells: strategies, reasons, doubts."""
    names: set[str] = set()
    for file, types in (("strategy", ("StrategyName", "Reason")), ("reported", ("Doubt",))):
        source = (ROOT / f"static/js/output/{file}.js").read_text()
        for each in types:
            found = re.search(rf"@typedef {{([^}}]+)}} {each}\b", source)
            assert found
            names |= set(re.findall(r"'(\w+)'", found[1]))
    assert len(names) == 13
    told = text_of("docs/player.md")
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", told)] == []


def test_a_name_that_is_not_there_is_noticed() -> None:
    assert paths_named("`rooms/nothing.py` and `queue.add` and `tests/`") == {"rooms/nothing.py", "tests/"}
    assert not Path(ROOT / "rooms/nothing.py").exists()
