"""What is kept is put there whole, found by its name, and removed; and only storage knows where that is."""

import os
import re
from pathlib import Path

import pytest

from library.storage import names, store

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "ab" * 32

pytestmark = pytest.mark.usefixtures("data_dir")


def draft(data_dir: Path, content: bytes) -> Path:
    path = data_dir / "draft"
    path.write_bytes(content)
    return path


def draft_package(data_dir: Path) -> Path:
    (data_dir / "draft" / "aac-128").mkdir(parents=True)
    (data_dir / "draft" / "aac-128" / "init.mp4").write_bytes(b"init")
    return data_dir / "draft"


def test_a_file_is_read_by_its_name_and_in_parts(data_dir: Path) -> None:
    name = names.original("cd" * 32, ".flac")
    store.put(draft(data_dir, b"0123456789"), name)
    assert not (data_dir / "draft").exists()
    assert (store.read(name), store.size_bytes(name)) == (b"0123456789", 10)
    assert (store.read(name, 3), store.read(name, 3, 2), store.read(name, 9, 5)) == (b"3456789", b"34", b"9")
    with store.local(name) as path:
        assert path.read_bytes() == b"0123456789"


def test_a_package_is_there_once_and_young_again_when_it_is_made_again(data_dir: Path) -> None:
    name = names.package(PACKAGE)
    store.put(draft_package(data_dir), name)
    os.utime(data_dir / name, (1000, 1000))
    assert [(kept.name, kept.put_us) for kept in store.listed(names.PACKAGES)] == [(name, 1_000_000_000)]
    store.put(draft_package(data_dir), name)
    (kept,) = store.listed(names.PACKAGES)
    assert kept.put_us > 1_000_000_000
    assert store.read(names.init(PACKAGE, "aac-128")) == b"init"


def test_a_package_that_cannot_be_put_is_an_error(data_dir: Path) -> None:
    (data_dir / "audio").write_bytes(b"no folder")
    with pytest.raises(OSError, match="audio"):
        store.put(draft_package(data_dir), names.package(PACKAGE))


def test_files_and_packages_are_removed_and_what_is_not_there_is_no_error(data_dir: Path) -> None:
    cover = names.cover("cd" * 32, 256)
    store.put(draft(data_dir, b"picture"), cover)
    store.put(draft_package(data_dir), names.package(PACKAGE))
    for _again in range(2):
        store.remove(cover)
        store.remove(names.package(PACKAGE))
    assert [*store.listed(names.COVERS), *store.listed(names.PACKAGES)] == []


@pytest.mark.parametrize("inside", ["missing", "aac-128/init.mp4/under-a-file"])
def test_what_is_not_there_is_not_found(data_dir: Path, inside: str) -> None:
    store.put(draft_package(data_dir), names.package(PACKAGE))
    with pytest.raises(FileNotFoundError):
        store.read(names.package(PACKAGE, inside))
    with pytest.raises(FileNotFoundError):
        store.size_bytes(names.package(PACKAGE, inside))


def test_each_kind_lists_its_own(data_dir: Path) -> None:
    kept = {
        names.PACKAGES: names.package(PACKAGE),
        names.COVERS: names.cover("cd" * 32, 640),
        names.ORIGINALS: names.original("ef" * 32, ""),
    }
    for name in kept.values():
        store.put(draft(data_dir, b"content"), name)
    store.put(draft(data_dir, b"content"), names.calibration("aac-128.mp4"))
    (data_dir / "audio" / ".scratch" / "worker").mkdir(parents=True)
    assert {kind: [one.name for one in store.listed(kind)] for kind in kept} == {
        kind: [name] for kind, name in kept.items()
    }


def test_names_are_where_nginx_looks() -> None:
    assert names.segment(PACKAGE, "aac-128", 7) == f"audio/ab/{PACKAGE}/aac-128/00007.m4s"
    assert names.segment(PACKAGE, "aac-128", 7).startswith(names.SERVED_BY_NGINX)
    alias = re.search(r"alias .*/(\w+/);", (ROOT / "deploy/nginx.conf").read_text())
    assert alias
    assert alias[1] == names.SERVED_BY_NGINX


def test_nobody_else_knows_the_folders() -> None:
    """So that a move to other storage changes one folder of the house."""
    sources = [path for app in ("library", "rooms") for path in (ROOT / app).rglob("*.py")]
    knowing = {path for path in sources if re.search(r"settings\.(DATA_DIR|FILE_UPLOAD_TEMP_DIR)", path.read_text())}
    assert knowing
    assert {str(path.relative_to(ROOT).parent) for path in knowing} == {"library/storage"}
