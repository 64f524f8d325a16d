"""A database's rows as they are, whatever database it is: read, written, counted, and told apart by a digest."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import AutoField, Max, Model

BATCH_ROWS = 500
"""Read, and written, at once: some 100 kB, and few enough to see a bar move."""

MADE_BY_MIGRATE = ("contenttypes.ContentType", "auth.Permission")
"""Tables that every migrated database fills for itself, with ids of its own."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Of a table: how many rows, and a number that no other rows have. Their order, which is each database's own, does
    not count: the rows' own digests are added up."""

    rows: int = 0
    total: int = 0

    def plus(self, rows: Sequence[Row]) -> "Digest":
        added = sum(int.from_bytes(sha256(_told(row)).digest()) for row in rows)
        return Digest(self.rows + len(rows), (self.total + added) % 2**256)


def _told(row: Row) -> bytes:
    """The same of the same values, to the last bit of a number."""
    return json.dumps([[type(value).__name__, _plain(value)] for value in row]).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else repr(value)


def without_nul(value: Any) -> Any:
    """PostgreSQL holds no NUL in a text, nor in a text within JSON."""
    match value:
        case str():
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        case list():
            return [without_nul(one) for one in value]
        case dict():
            return {without_nul(name): without_nul(one) for name, one in value.items()}
    return value


def tables() -> list[type[Model]]:
    """Every table of the site but the list of its migrations, which `migrate` writes."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def batches(model: type[Model], alias: str) -> Iterator[list[Row]]:
    """All rows, each with its columns in the order of the model's."""
    columns = [field.attname for field in model._meta.local_concrete_fields]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*columns).iterator(BATCH_ROWS)
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def write(model: type[Model], alias: str, rows: Sequence[Row]) -> None:
    """As they are: nothing is dated anew, and nobody is told."""
    fields = model._meta.local_concrete_fields
    made = [model(**dict(zip([field.attname for field in fields], row, strict=True))) for row in rows]
    at_most = connections[alias].ops.bulk_batch_size(fields, made)
    for first in range(0, len(made), at_most):
        # what `Model.save_base(raw=True)` calls: bulk_create would set `auto_now_add`
        model._base_manager.using(alias)._insert(  # type: ignore[attr-defined]
            made[first : first + at_most], fields=fields, using=alias, raw=True
        )


def count(model: type[Model], alias: str) -> int:
    return model._base_manager.using(alias).count()


def digest(model: type[Model], alias: str) -> Digest:
    found = Digest()
    for batch in batches(model, alias):
        found = found.plus(batch)
    return found


def last_ids(alias: str) -> dict[type[Model], int]:
    """The last id that each table gave away, also of a row that is gone: no other row shall ever have it."""
    return {model: max(_last_id(model, alias), _highest_id(model, alias)) for model in _with_ids()}


def set_last_ids(alias: str, last: dict[type[Model], int]) -> None:
    connection = connections[alias]
    with connection.cursor() as cursor:
        for model, last_id in last.items():
            table, column = model._meta.db_table, str(model._meta.pk.column)
            if not last_id:
                continue  # none was given away, here or there
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [f'"{table}"', column, last_id])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last_id])


def _with_ids() -> list[type[Model]]:
    return [model for model in tables() if isinstance(model._meta.pk, AutoField)]


def _highest_id(model: type[Model], alias: str) -> int:
    return int(model._base_manager.using(alias).aggregate(highest=Max("pk"))["highest"] or 0)


def _last_id(model: type[Model], alias: str) -> int:
    connection = connections[alias]
    table, column = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)", [f'"{table}"', column]
            )
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    return int(found[0] or 0) if found else 0
