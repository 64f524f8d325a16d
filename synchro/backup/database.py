"""The database as one SQLite file, taken and put back while others may use it: by SQLite's own backup."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from synchro.backup.folder import BackupError


def copy_to(target: Path) -> None:
    """As it is at one moment."""
    connection.ensure_connection()
    with closing(sqlite3.connect(target)) as into:
        connection.connection.backup(into)


def put_back(source: Path) -> None:
    """In place of all that is in the database; of an older version, brought up to this one. Raises BackupError."""
    with closing(sqlite3.connect(source)) as saved:
        applied = {(app, name) for app, name in saved.execute("SELECT app, name FROM django_migrations")}
        if unknown := applied - _known_migrations():
            app, name = sorted(unknown)[0]
            raise BackupError(f"The backup is of a newer version of Synchro ({app} {name}). Update this one first.")
        connection.ensure_connection()
        saved.backup(connection.connection)
    connection.close()
    call_command("migrate", verbosity=0)


def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)


def what_is_there() -> list[str]:
    """Of what people made: "3 accounts" …; empty for a site that nobody has used."""
    if not MigrationRecorder(connection).has_table():
        return []
    found = []
    for label, words in (("auth.User", "accounts"), ("rooms.Room", "rooms"), ("library.Track", "tracks")):
        model = apps.get_model(label)
        with transaction.atomic():
            if model._meta.db_table in connection.introspection.table_names() and (count := model.objects.count()):
                found.append(f"{count} {words}")
    return found
