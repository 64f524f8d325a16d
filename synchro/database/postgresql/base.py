"""PostgreSQL as Django speaks it, from a pool of connections, with a reason where there is none. (Django looks for it
under this module name.)"""

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

LOOK_S = 2
"""For a connection outside of the pool, once the pool had none for seconds."""


class DatabaseWrapper(base.DatabaseWrapper):
    """The pool connects in threads of its own: who waited in vain hears that they waited, and not why. So the reason is
    asked for. If a connection can be made, all of the pool's are busy. A database that cannot hold every script is
    refused before anything is written to it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection[Any]:
        try:
            connection: psycopg.Connection[Any] = super().get_new_connection(conn_params)
        except PoolTimeout:
            psycopg.connect(**{**conn_params, "connect_timeout": LOOK_S}).close()
            raise
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            self.pool.putconn(connection) if self.pool else connection.close()
            raise psycopg.OperationalError(f"the database is encoded in {encoding}; make it anew with ENCODING 'UTF8'")
        return connection
