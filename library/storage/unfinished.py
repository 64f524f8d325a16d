"""The files of uploads that come in pieces. How long one is tells how much has come, also after a power cut."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Protocol

from library.storage import workspace
from library.storage.pace import FLUSH_BYTES, flush, paced


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


def path_of(name: str) -> Path:
    return workspace.unfinished_dir() / name


def make(name: str) -> None:
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(exist_ok=False)


def stored_bytes(name: str) -> int:
    """Raises FileNotFoundError."""
    return path_of(name).stat().st_size


@contextmanager
def held(name: str) -> Iterator[FileIO]:
    """The file, for one at a time: the kernel drops the lock with the process, however it ends.

    Raises FileNotFoundError, and BlockingIOError while somebody else has it.
    """
    with FileIO(path_of(name), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.fstat(file.fileno()).st_nlink:
            raise FileNotFoundError(name)  # removed between the two lines above
        yield file


def append(file: FileIO, source: Source) -> None:
    """All of `source`, which is on the disk afterwards. What was written before an error is a beginning of it."""
    file.seek(0, os.SEEK_END)
    for block in paced(iter(lambda: source.read(FLUSH_BYTES), b"")):
        left = memoryview(block)
        while left:
            left = left[file.write(left) :]
        flush(file)


def remove(name: str) -> None:
    path_of(name).unlink(missing_ok=True)


def names_before(before_us: int) -> list[str]:
    """Of the files that nobody has written to since."""
    folder, names = workspace.unfinished_dir(), []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            if path.stat().st_mtime_ns // 1000 < before_us:
                names.append(path.name)
        except FileNotFoundError:
            continue  # its upload has just ended
    return names
