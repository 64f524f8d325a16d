"""Folders for work in progress, which vanish with the process that holds them.

Each is locked by its holder; the kernel drops the lock with the process, however it ends. A folder that nobody locks is
what a dead process left behind.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held_folder(parent: Path, name: str = "") -> Iterator[Path]:
    """A new empty folder in `parent`, which is made. It is removed at the end."""
    folder, lock = _make(parent, name)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(parent: Path) -> list[str]:
    """Removes what dead processes left in `parent`, and returns their names."""
    dead = []
    for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
        try:
            lock = os.open(folder, os.O_RDONLY)
        except OSError:
            continue  # its holder has just removed it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
            dead.append(folder.name)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
    return dead


def _make(parent: Path, name: str) -> tuple[Path, int]:
    while True:
        folder = parent / (name or secrets.token_hex(8))
        folder.mkdir(parents=True, exist_ok=True)  # a sweeper may be about to remove it; names are never shared
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(folder).st_ino == os.fstat(lock).st_ino:
                return folder, lock
        except (BlockingIOError, FileNotFoundError):
            pass  # a sweeper came between mkdir and the lock
        os.close(lock)
