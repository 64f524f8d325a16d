"""All rows of one database into another one, empty so far: SQLite to PostgreSQL, or back.

One transaction: a move that is broken off leaves the target empty, and is simply begun again. Nobody else is at either
database meanwhile, as far as these can tell. At the end every row is read back and compared.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.utils.translation import gettext as _
from psycopg import IsolationLevel

from synchro.database import rows

SOURCE, TARGET = "source", DEFAULT_DB_ALIAS
"""Aliases of the two while they are moved. Whatever names no database means the target then: migrations do."""

WAIT_S = 2
"""For somebody else to be gone: whoever is still there is at work."""

LOOK_EVERY_S = 0.1
"""PostgreSQL ends a connection some milliseconds after its client has."""

Progress = Callable[[str, int, int], None]
"""Hears the name of a table, how many more of its rows are there, and how many all tables have."""


class MoveError(Exception):
    """In words for the operator."""


@dataclass(frozen=True, slots=True)
class Moved:
    tables: int
    rows: int
    mended: int
    """Rows with a NUL in a text, which PostgreSQL does not hold: there is a replacement character now."""


@contextmanager
def databases(source: dict[str, Any], target: dict[str, Any]) -> Iterator[None]:
    """Both are open under SOURCE and TARGET, alone: SQLite's files are locked whole."""
    if (source["ENGINE"], source["NAME"], source.get("HOST"), source.get("PORT")) == (
        target["ENGINE"], target["NAME"], target.get("HOST"), target.get("PORT"),
    ):  # fmt: skip
        raise MoveError(_("Both addresses are the same database."))
    opened = {SOURCE: _alone(source), TARGET: _alone(target)}
    before = {**connections.databases}
    _use(connections.configure_settings(opened))
    try:
        yield
    finally:
        _use(before)


def _use(databases: dict[str, Any]) -> None:
    for alias in connections.databases:
        connection: Any = connections[alias]
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()
        del connections[alias]
    connections.databases.clear()
    connections.databases.update(databases)


def _alone(database: dict[str, Any]) -> dict[str, Any]:
    options = {**database["OPTIONS"]}
    if options.pop("pool", None):
        # one connection, which sees one state of the rows from its first look to its last
        options["isolation_level"] = IsolationLevel.REPEATABLE_READ
    else:
        options |= {"timeout": WAIT_S, "init_command": f"PRAGMA locking_mode=EXCLUSIVE; {options['init_command']}"}
    return {**database, "OPTIONS": options}


def move(progress: Progress, *, in_use: bool = False) -> Moved:
    """Copies SOURCE to TARGET and compares them. Raises MoveError; the target is empty then. `in_use`: SOURCE is
    PostgreSQL and others may write meanwhile; it is copied as it was at one moment."""
    tables = rows.tables()
    with nullcontext() if in_use else _only_here(SOURCE):
        _check_source()
        with _only_here(TARGET):
            call_command("migrate", database=TARGET, verbosity=0, skip_checks=True)
            _check_target(tables)
            with transaction.atomic(using=SOURCE), transaction.atomic(using=TARGET):
                return _copy(tables, progress)


@contextmanager
def _only_here(alias: str) -> Iterator[None]:
    """Nobody else is at it. SQLite keeps others out until the end; PostgreSQL says who is there."""
    connection = connections[alias]
    try:
        if connection.vendor == "postgresql":
            others = _others(connection)
            for _attempt in range(round(WAIT_S / LOOK_EVERY_S)):
                if not others:
                    break
                threading.Event().wait(LOOK_EVERY_S)
                others = _others(connection)
            if others:
                raise MoveError(
                    _("%(count)d others are connected to %(name)s. Stop the site and its workers first.")
                    % {"count": others, "name": _name(alias)}
                )
        else:
            with transaction.atomic(using=alias):
                pass  # takes the lock, which the connection then keeps
    except DatabaseError as error:
        raise MoveError(
            _("%(name)s cannot be had alone (%(reason)s). Stop the site and its workers first.")
            % {"name": _name(alias), "reason": str(error).strip()}
        ) from error
    yield


def _others(connection: Any) -> int:
    """How many more are at this database of PostgreSQL's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def _name(alias: str) -> str:
    return str(connections[alias].settings_dict["NAME"])


def _check_source() -> None:
    executor = MigrationExecutor(connections[SOURCE])
    if not executor.loader.applied_migrations:
        raise MoveError(_("%(name)s holds no site.") % {"name": _name(SOURCE)})
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MoveError(
            _("%(name)s is of another version of Synchro. Bring it up to date first: manage.py migrate")
            % {"name": _name(SOURCE)}
        )


def _check_target(tables: Sequence[type[Model]]) -> None:
    for model in tables:
        if model._meta.label not in rows.MADE_BY_MIGRATE and model._base_manager.using(TARGET).exists():
            raise MoveError(
                _("%(name)s holds rows already (%(table)s). A move needs an empty database.")
                % {"name": _name(TARGET), "table": model._meta.db_table}
            )


def _copy(tables: Sequence[type[Model]], progress: Progress) -> Moved:
    for model in tables:
        model._base_manager.using(TARGET).all()._raw_delete(TARGET)  # MADE_BY_MIGRATE
    of_all = sum(rows.count(model, SOURCE) for model in tables)
    copied: dict[type[Model], rows.Digest] = {}
    mended = 0
    for model in tables:
        copied[model] = rows.Digest()
        for found in rows.batches(model, SOURCE):
            batch = found
            if connections[TARGET].vendor == "postgresql":
                batch = [tuple(rows.without_nul(value) for value in row) for row in found]
                mended += sum(row != was for row, was in zip(batch, found, strict=True))
            try:
                rows.write(model, TARGET, batch)
            except (DatabaseError, ValueError) as error:
                raise MoveError(
                    _("A row of %(table)s cannot be written, one of those from %(first)s to %(last)s: %(reason)s")
                    % {"table": model._meta.db_table, "first": batch[0][0], "last": batch[-1][0],
                       "reason": str(error).strip()}
                ) from error  # fmt: skip
            copied[model] = copied[model].plus(batch)
            progress(model._meta.db_table, len(batch), of_all)
    rows.set_last_ids(TARGET, rows.last_ids(SOURCE))
    for model in tables:
        if rows.digest(model, TARGET) != copied[model]:
            raise MoveError(
                _("%(table)s is not the same in both databases. Nothing was moved.") % {"table": model._meta.db_table}
            )
    return Moved(len(tables), of_all, mended)
