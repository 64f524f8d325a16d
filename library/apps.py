from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class LibraryConfig(AppConfig):
    name = "library"

    def ready(self) -> None:
        post_migrate.connect(_let_readers_and_a_writer_work_at_once, sender=self)


def _let_readers_and_a_writer_work_at_once(using: str, **_: Any) -> None:
    """WAL is a property of the database file: set once here, since setting it on every connection takes a lock then."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
