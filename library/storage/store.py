"""Keeps packages, covers and originals: the only module that knows they are files in folders below DATA_DIR.

What is kept is never changed under its name (`names`), only put there whole and removed.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from library.storage.names import StoredName


@dataclass(frozen=True, slots=True)
class Kept:
    name: StoredName
    put_us: int  # when it was put there; of a package that was made again, the last time


def read(name: StoredName, first: int = 0, count: int = -1) -> bytes:
    """`count` bytes from byte `first` on, or all that follow. Raises FileNotFoundError."""
    with _file(name) as path, path.open("rb") as file:
        file.seek(first)
        return file.read(count)


def size_bytes(name: StoredName) -> int:
    """Raises FileNotFoundError."""
    with _file(name) as path:
        return path.stat().st_size


@contextmanager
def local(name: StoredName) -> Iterator[Path]:
    """The file on this machine's disk, for a program that reads it. It may be missing."""
    yield _path(name)


def put(source: Path, name: StoredName) -> None:
    """Moves a file or a folder, on the same file system, to `name`: all at once and durably. A folder that is there
    already is the same one, since its name says its content."""
    target = _path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        os.sync()  # everything is on disk before the name is; thousands of fsync would take longer
        try:
            source.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            os.utime(target)  # as young as if it had been put there now
    else:
        _flush(source)
        source.replace(target)
    _flush(target.parent)


def remove(name: StoredName) -> None:
    """A file or a folder; nothing happens if it is not there."""
    path = _path(name)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def listed(kind: str) -> Iterator[Kept]:
    """All of a kind (`names.PACKAGES` …)."""
    root = Path(settings.DATA_DIR)
    for path in root.glob(kind):
        try:
            put_us = path.stat().st_mtime_ns // 1000
        except FileNotFoundError:
            continue  # somebody has just removed it
        yield Kept(StoredName(path.relative_to(root).as_posix()), put_us)


def _path(name: StoredName) -> Path:
    return Path(settings.DATA_DIR) / name


@contextmanager
def _file(name: StoredName) -> Iterator[Path]:
    try:
        yield _path(name)
    except NotADirectoryError as error:
        raise FileNotFoundError(name) from error


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
