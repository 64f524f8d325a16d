"""What an install takes: exact versions with hashes, of what was chosen and of everything that it needs."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import install_packages

ROOT = Path(__file__).resolve().parent.parent
LOCKED = {"requirements.in": "requirements.txt", "requirements-dev.in": "requirements-dev.txt"}


@dataclass(frozen=True)
class Entry:
    """One requirement of a file."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]


def entries(name: str) -> set[Entry]:
    """All of a file's. A requirement that is not one exact version fails the test."""
    text = re.sub(r"\\\n", " ", (ROOT / name).read_text())
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return {entry(line) for line in lines if line and not line.startswith("-")}


def entry(line: str) -> Entry:
    said, *hashes = re.split(r"\s+--hash=", line)
    wanted = Requirement(said)
    (version,) = wanted.specifier
    assert (version.operator, wanted.url) == ("==", None), line
    assert "*" not in version.version, line
    return Entry(canonicalize_name(wanted.name), version.version, str(wanted.marker or ""), frozenset(hashes))


@pytest.mark.parametrize(("chosen", "locked"), LOCKED.items())
def test_what_was_chosen_is_locked_in_that_version(chosen: str, locked: str) -> None:
    found = {(entry.name, entry.version) for entry in entries(locked)}
    assert {(entry.name, entry.version) for entry in entries(chosen)} - found == set()


@pytest.mark.parametrize("locked", LOCKED.values())
def test_everything_locked_has_hashes(locked: str) -> None:
    digest = re.compile(r"sha256:[0-9a-f]{64}")
    found = entries(locked)
    assert len(found) > 30
    assert [e.name for e in found if not e.hashes or not all(digest.fullmatch(one) for one in e.hashes)] == []


@pytest.mark.parametrize("locked", LOCKED.values())
def test_no_file_says_where_packages_come_from(locked: str) -> None:
    text = (ROOT / locked).read_text()
    assert "://" not in text
    assert [line for line in text.splitlines() if line.startswith("-")] == []


def test_the_tests_run_on_what_the_site_runs_on() -> None:
    assert entries("requirements.txt") <= entries("requirements-dev.txt")


def test_every_install_insists_on_the_hashes() -> None:
    assert "--require-hashes" in install_packages.EXACTLY
    makefile = (ROOT / "Makefile").read_text()
    assert re.findall(r".*pip install.*", makefile) == []
    assert makefile.count("$(INSTALL)") == len(LOCKED)


def test_an_install_says_what_it_is_at() -> None:
    packages = 30  # those that were there before
    progress = install_packages.Progress(lambda: packages)
    assert progress.words == "looking what is there already"
    progress.hear("Collecting django-stubs==6.1.2 (from -r requirements.txt (line 8))")
    progress.hear("Downloading django_stubs-6.1.2-py3-none-any.whl (3 MB)")
    assert progress.words == "fetching: django-stubs (1 so far)"
    progress.hear("Processing /cache/typing_extensions-4.16.0-py3-none-any.whl (from -r requirements.txt (line 9))")
    assert progress.words == "fetching: typing_extensions (2 so far)"
    progress.hear("Installing collected packages: typing-extensions, django-stubs")
    packages += 1
    assert progress.words == "unpacking: 1 of 2 packages"


@pytest.mark.parametrize(
    "line", ["django>=5.2", "django", "django==5.2.*", "django==5.2,!=5.2.1", "a @ https://b.example/c"]
)
def test_what_is_not_exact_is_noticed(line: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        entry(line)
