"""The database as one SQLite file, whichever database the site uses. It is taken while others write."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from synchro.backup.folder import BackupError
from synchro.database import addresses, move


def copy_to(target: Path) -> None:
    """As it is at one moment. Raises BackupError."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as into:
            connection.connection.backup(into)
    else:
        _move(settings.DATABASES["default"], addresses.sqlite_at(str(target)), in_use=True)


def put_back(source: Path, scratch: Path) -> None:
    """Into the site's database, which is empty. One of an older version is brought up to this one first, as a copy in
    the folder `scratch`. Raises BackupError."""
    with closing(sqlite3.connect(source)) as saved:
        applied = {(app, name) for app, name in saved.execute("SELECT app, name FROM django_migrations")}
    if unknown := applied - MigrationLoader(None).disk_migrations.keys():
        app, name = min(unknown)
        raise BackupError(f"The backup is of a newer version of Synchro ({app} {name}). Update this one first.")
    copy = addresses.sqlite_at(str(shutil.copy(source, scratch)))
    _move(copy, settings.DATABASES["default"])


def _move(source: dict[str, object], target: dict[str, object], *, in_use: bool = False) -> None:
    try:
        with move.databases(source, target):
            if not in_use:
                call_command("migrate", database=move.SOURCE, verbosity=0, skip_checks=True)
            move.move(lambda *_: None, in_use=in_use)
    except move.MoveError as error:
        raise BackupError(str(error)) from error


def what_is_there() -> list[str]:
    """Of what people made: "3 accounts" …; empty for a site that nobody has used."""
    tables = connection.introspection.table_names()
    found = []
    for label, words in (("auth.User", "accounts"), ("rooms.Room", "rooms"), ("library.Track", "tracks")):
        model = apps.get_model(label)
        if model._meta.db_table in tables and (count := model._base_manager.count()):
            found.append(f"{count} {words}")
    return found
