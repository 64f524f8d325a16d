"""Files that nobody but the site's own user reads: accounts and sessions, keys, and what people uploaded."""

import contextlib
import os
from pathlib import Path

_FILE_MODE, _FOLDER_MODE = 0o600, 0o700


def private_file(path: Path) -> None:
    """`path` is there, empty if it is new, and its owner's alone. If it cannot be made, whoever opens it says why."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _FILE_MODE))
    except OSError:
        narrow(path)


def private_folder(path: Path) -> None:
    path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    narrow(path)


def narrow(path: Path) -> None:
    """Takes from others what they may do to `path`, if it is there. Another user's is that user's to narrow."""
    with contextlib.suppress(FileNotFoundError, PermissionError):
        mode = path.stat().st_mode & 0o777
        if mode & ~_FOLDER_MODE:
            path.chmod(mode & _FOLDER_MODE)
