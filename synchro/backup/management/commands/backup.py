from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.template.defaultfilters import filesizeformat
from tqdm import tqdm

from playback import clock
from synchro.backup.folder import BackupError, BackupFolder
from synchro.backup.take import Progress, take

DEFAULT_KEEP = 14
"""Snapshots: two weeks of a daily one. A further one costs the size of the database, and of what was deleted since."""


class Command(BaseCommand):
    help = "Saves the whole site into a folder: database, music, keys. Again: copies what is new. The site may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="on another disk, best of all on another machine's")
        parser.add_argument(
            "--keep", type=int, default=DEFAULT_KEEP, help=f"how many snapshots; default {DEFAULT_KEEP}"
        )

    def handle(self, *args: Any, folder: Path, keep: int, **options: Any) -> None:
        if keep < 1:
            raise CommandError("--keep is 1 or more.")
        backups = BackupFolder(folder.resolve())
        try:
            taken = take(backups, clock.now_us(), shown("copying"))
            pruned = backups.prune(keep)
        except (BackupError, OSError, DatabaseError) as error:
            raise CommandError(f"There is no new backup: {error}") from error
        manifest = taken.snapshot.manifest
        sizes = f"{filesizeformat(manifest.kept_bytes)} of music and pictures, {filesizeformat(taken.new_bytes)} new"
        self.stdout.write(f"{taken.snapshot.folder}: {sizes}" + (f"; {pruned} older removed" if pruned else ""))


def shown(doing: str) -> Progress:
    """How far it is, where somebody looks at a terminal."""

    def progress(names: Iterable[str]) -> Iterable[str]:
        bar: Iterable[str] = tqdm(names, desc=doing, unit="file", disable=None)
        return bar

    return progress
