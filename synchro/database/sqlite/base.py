"""SQLite as Django speaks it, in a file that is the site's alone. (Django looks for it under this module name.)"""

from pathlib import Path
from sqlite3 import Connection
from typing import Any

from django.db.backends.sqlite3 import base

from synchro.private_files import narrow, private_file


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite would make the file as any other, readable to all. It gives the `-wal` and `-shm` beside it the same mode
    when it makes them, but leaves alone those that it finds."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        if not self.is_in_memory_db():
            path = Path(conn_params["database"])
            private_file(path)
            for suffix in ("-wal", "-shm"):
                narrow(path.with_name(path.name + suffix))
        connection: Connection = super().get_new_connection(conn_params)
        return connection
