"""Making a backup. What is interrupted is gone on with by the next one: what was copied is there."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from synchro.backup import database, packing
from synchro.backup.folder import DATABASE, FORMAT, SITE_FILES, BackupFolder, Digest, Manifest, Snapshot, digest_of
from synchro.private_files import private_file

Progress = Callable[[Iterable[str]], Iterable[str]]
"""Hands on the names that are copied, and may tell somebody how far they are."""


@dataclass(frozen=True, slots=True)
class Taken:
    snapshot: Snapshot
    new_bytes: int  # of what the library keeps, that no earlier snapshot had


def take(folder: BackupFolder, now_us: int, progress: Progress = iter) -> Taken:
    """A snapshot of the site as it is. Raises BackupError, OSError."""
    folder.make()
    with folder.held():
        known = _digests(folder.snapshots())
        kept = dict(_keep(folder, known, progress))
        begun = folder.begin(f"{datetime.fromtimestamp(now_us / 1e6, UTC):%Y-%m-%dT%H-%M-%SZ}")
        private_file(begun / DATABASE)
        database.copy_to(begun / DATABASE)
        # what came between the first look and the database; what went in between is in the backup and nobody's
        kept |= dict(_keep(folder, known | kept, iter))
        for name in SITE_FILES:
            if (path := Path(settings.DATA_DIR) / name).exists():
                private_file(begun / name)
                shutil.copyfile(path, begun / name)
        beside = {path.name: digest_of(path) for path in begun.iterdir()}
        new_bytes = sum(digest.bytes for name, digest in kept.items() if name not in known)
        return Taken(folder.complete(begun, Manifest(FORMAT, now_us, beside, kept)), new_bytes)


def _digests(snapshots: Iterable[Snapshot]) -> dict[str, Digest]:
    return {name: digest for snapshot in snapshots for name, digest in snapshot.manifest.kept.items()}


def _keep(folder: BackupFolder, known: dict[str, Digest], progress: Progress) -> Iterator[tuple[str, Digest]]:
    for name in progress(packing.names_of_all()):
        path = folder.kept_path(name)
        if name in known and path.exists() and path.stat().st_size == known[name].bytes:
            yield name, known[name]
        elif packing.pack(name, path):
            yield name, digest_of(path)
