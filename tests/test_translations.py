"""Every word of the site is there in Chinese, and the catalogues hold what the sources say."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = Path("locale/zh_Hans/LC_MESSAGES")
SOURCES = ("library", "playback", "rooms", "synchro", "templates", "static")

pytestmark = pytest.mark.parametrize("domain", ["django", "djangojs"])


def catalogue(folder: Path, domain: str) -> Catalog:
    with (folder / CATALOGUES / f"{domain}.po").open("rb") as file:
        return read_po(file, locale="zh_Hans")


def ids(catalogue: Catalog) -> set[tuple[str | None, str]]:
    """The messages by context and English text (of a plural: its singular)."""
    texts = {(m.context, str(m.id[0] if m.pluralizable else m.id)) for m in catalogue}
    return texts - {(None, "")}  # the header


@pytest.fixture
def collected(domain: str, tmp_path: Path) -> Catalog:
    """A catalogue fresh from the sources."""
    for name in SOURCES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "locale").mkdir()
    shutil.copy(ROOT / "manage.py", tmp_path)
    command = [sys.executable, "manage.py", "makemessages", "--domain", domain, "--locale", "zh_Hans"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env={
        "PATH": "/usr/bin:/bin", "SYNCHRO_DATA": str(tmp_path / "data"),
    })  # fmt: skip
    return catalogue(tmp_path, domain)


def test_the_catalogue_holds_what_the_sources_say(domain: str, collected: Catalog) -> None:
    assert ids(catalogue(ROOT, domain)) == ids(collected), "run: make messages"


def test_every_message_is_translated(domain: str) -> None:
    strings = {m.id: m.string if m.pluralizable else (m.string,) for m in catalogue(ROOT, domain) if m.id}
    assert [text for text, translations in strings.items() if not all(translations or ())] == []
    assert [m.id for m in catalogue(ROOT, domain) if m.id and m.fuzzy] == []


def test_translations_keep_the_placeholders(domain: str) -> None:
    assert [(message.id, errors) for message, errors in catalogue(ROOT, domain).check()] == []
