"""Putting a backup back into a site that nobody has used yet. Nothing is changed before all of it was found whole."""

import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from library.storage import workspace
from synchro.backup import database, packing
from synchro.backup.folder import DATABASE, BackupError, BackupFolder, Snapshot, check
from synchro.backup.take import Progress
from synchro.private_files import private_file


def restore(folder: BackupFolder, snapshot: Snapshot, progress: Progress = iter) -> None:
    """Raises BackupError. What is interrupted is done again from its beginning."""
    if there := database.what_is_there():
        raise BackupError(f"This site is in use: it has {', '.join(there)}. Restore into an empty one.")
    for name, digest in snapshot.manifest.beside.items():
        check(snapshot.folder / name, digest)
    for name in progress(snapshot.manifest.kept):
        check(folder.kept_path(name), snapshot.manifest.kept[name])
    workspace.scratch_dir().mkdir(parents=True, exist_ok=True)
    for name in progress(snapshot.manifest.kept):
        with tempfile.TemporaryDirectory(dir=workspace.scratch_dir()) as scratch:
            packing.unpack(name, folder.kept_path(name), Path(scratch))
    for name in snapshot.manifest.beside.keys() - {DATABASE}:
        target = Path(settings.DATA_DIR) / name
        private_file(target)
        shutil.copyfile(snapshot.folder / name, target)
    with tempfile.TemporaryDirectory(dir=workspace.scratch_dir()) as scratch:
        database.put_back(snapshot.folder / DATABASE, Path(scratch))  # last: by it the site is in use
