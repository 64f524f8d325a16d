from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from synchro.backup.folder import BackupError, BackupFolder
from synchro.backup.management.commands.backup import shown
from synchro.backup.restore import restore


class Command(BaseCommand):
    help = "Puts a backup back into a site that is empty and stopped: accounts, rooms, queues, history, music, keys."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py backup` was given")
        parser.add_argument("--snapshot", help="the name of a folder in FOLDER/snapshots; default: the newest")

    def handle(self, *args: Any, folder: Path, snapshot: str | None, **options: Any) -> None:
        backups = BackupFolder(folder.resolve())
        try:
            if snapshot is None:
                found = backups.snapshots()
                if not found:
                    raise BackupError(f"There is no backup in {backups.root}.")
                chosen = found[-1]
            else:
                chosen = backups.snapshot(snapshot)
            restore(backups, chosen, shown("restoring"))
        except (BackupError, OSError, DatabaseError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The site is as it was at {chosen.name}.")
