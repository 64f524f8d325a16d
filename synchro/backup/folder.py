"""A folder of backups: its snapshots, what they name, and which of it nobody names any more."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import msgspec

from synchro.private_files import private_folder

FORMAT = 1
"""Of the manifest. A later one is refused: it may hold what this version does not know how to put back."""

SITE_FILES = ("secret_key", "demo-music.json", "demo-room.json")
"""Of the data folder, besides what the library keeps: the key that signs cookies, and how far the demo is."""

DATABASE = "database.sqlite3"

_PARTIAL = ".partial"


class BackupError(Exception):
    """In words for whoever runs the command."""


class Digest(msgspec.Struct, frozen=True, array_like=True):
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What belongs to a snapshot: of `kept`, by the name that the library gives it; and beside the manifest."""

    format: int
    made_at_us: int  # server time
    beside: dict[str, Digest]
    kept: dict[str, Digest]

    @property
    def kept_bytes(self) -> int:
        return sum(digest.bytes for digest in self.kept.values())


@dataclass(frozen=True)
class Snapshot:
    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.folder.name


class BackupFolder:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._snapshots = root / "snapshots"
        self._kept = root / "kept"

    def make(self) -> None:
        """As private as what it holds: accounts, sessions and keys."""
        for folder in (self.root, self._snapshots, self._kept):
            private_folder(folder)

    @contextmanager
    def held(self) -> Iterator[None]:
        """For one backup at a time. Raises BackupError."""
        with (self.root / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"Another backup into {self.root} is running.") from None
            yield

    def kept_path(self, name: str) -> Path:
        return self._kept / name

    def snapshots(self) -> list[Snapshot]:
        """From the oldest to the newest. Raises BackupError if one cannot be read."""
        folders = sorted(self._snapshots.iterdir()) if self._snapshots.is_dir() else []
        return [self.snapshot(folder.name) for folder in folders if folder.suffix != _PARTIAL]

    def snapshot(self, name: str) -> Snapshot:
        """Raises BackupError."""
        folder = self._snapshots / name
        try:
            manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
        except FileNotFoundError:
            raise BackupError(f"There is no snapshot {name} in {self.root}.") from None
        except msgspec.DecodeError as error:
            raise BackupError(f"The manifest of {folder} cannot be read: {error}") from error
        if manifest.format > FORMAT:
            raise BackupError(f"{folder} was made by a newer version of Synchro. Update this one first.")
        return Snapshot(folder, manifest)

    def begin(self, name: str) -> Path:
        """An empty folder for a snapshot, which is none before `complete`."""
        folder = self._snapshots / f"{name}{_PARTIAL}"
        private_folder(folder)
        return folder

    def complete(self, begun: Path, manifest: Manifest) -> Snapshot:
        (begun / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        os.sync()  # all that it names is on the disk before the name is
        return Snapshot(begun.rename(begun.with_suffix("")), manifest)

    def prune(self, keep: int) -> int:
        """Let go of all but the newest `keep` snapshots, and of what only they held; how many there were."""
        snapshots = self.snapshots()
        old, left = snapshots[:-keep], snapshots[-keep:]
        for folder in [*(snapshot.folder for snapshot in old), *self._snapshots.glob(f"*{_PARTIAL}")]:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
        named = {name for snapshot in left for name in snapshot.manifest.kept}
        for path in self._kept.rglob("*"):
            if path.is_file() and path.relative_to(self._kept).as_posix() not in named:
                path.unlink()
        return len(old)


def digest_of(path: Path) -> Digest:
    with path.open("rb") as file:
        return Digest(path.stat().st_size, file_digest(file, "sha256").hexdigest())


def check(path: Path, digest: Digest) -> None:
    """Raises BackupError unless it is what it was."""
    try:
        found = digest_of(path)
    except FileNotFoundError:
        raise BackupError(f"{path} is missing.") from None
    if found != digest:
        raise BackupError(f"{path} is damaged: it is not what was backed up.")
