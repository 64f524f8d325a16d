"""Whether a database can be written, by trying it: nothing is different afterwards."""

from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper


def try_to_write(alias: str, wait_s: int) -> None:
    """Reads, and writes what is there already. Raises DatabaseError or InterfaceError, after `wait_s` at most for a
    lock, and as much for a connection.

    By a connection of its own: others wait longer, and a pool that is empty says nothing about the database.
    """
    connection = connections[alias].copy()
    options: dict[str, Any] = connection.settings_dict["OPTIONS"]
    if connection.vendor == "postgresql":
        options.pop("pool", None)
        options["connect_timeout"] = wait_s
    else:
        options["timeout"] = wait_s
    try:
        with connection.cursor() as cursor:
            _write_to[connection.vendor](cursor, wait_s)
    finally:
        connection.close()


def _write_to_sqlite(cursor: CursorWrapper, wait_s: int) -> None:
    """A number that is there already: SQLite takes the lock and writes a page all the same."""
    cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    cursor.execute("BEGIN IMMEDIATE")
    cursor.execute("PRAGMA user_version")
    (version,) = cursor.fetchone()
    cursor.execute(f"PRAGMA user_version = {int(version)}")
    cursor.execute("COMMIT")


def _write_to_postgresql(cursor: CursorWrapper, wait_s: int) -> None:
    """A row's lock is a few bytes in the row and in the log, which the end of the transaction flushes to the disk."""
    cursor.execute(f"SET lock_timeout = '{int(wait_s)}s'")
    cursor.execute("BEGIN")
    cursor.execute("SELECT 1 FROM django_migrations ORDER BY id LIMIT 1 FOR UPDATE")
    cursor.execute("COMMIT")


_write_to = {"sqlite": _write_to_sqlite, "postgresql": _write_to_postgresql}
