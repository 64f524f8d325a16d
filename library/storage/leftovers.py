"""What work in progress keeps on disk, and what dead processes left of it.

A folder is locked by its holder; the kernel drops the lock with the process, however it ends. A folder that nobody
locks is what a dead process left behind, and so is an old file that nobody has open.
"""

import fcntl
import os
import secrets
import shutil
import signal
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


def sweep_files(folder: Path, before_us: int) -> list[Path]:
    """Removes the files in `folder` that nobody has open and nobody has written to since `before_us`; which ones."""
    left = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            if path.is_file() and path.stat().st_mtime_ns // 1000 < before_us and not _is_open(path):
                path.unlink()
                left.append(path)
        except FileNotFoundError:
            continue  # its request has just ended
    return left


def _is_open(path: Path) -> bool:
    """Whether any process has it open. Linux alone can tell; elsewhere its age has to do."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.fcntl(
            file, fcntl.F_SETSIG, signal.SIGURG
        )  # who opens it now makes a signal; SIGIO would end this process
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)  # granted where no other descriptor of the file exists
    except BlockingIOError:
        return True
    except OSError:  # a file system without leases
        return False
    finally:
        os.close(file)
    return False


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
