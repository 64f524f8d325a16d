"""What happens once when a server process starts, beyond answering."""

import gc
import logging

from django.conf import settings
from django.db import DatabaseError

from library.ingest import supervisor
from synchro.accounts import first_admin

COLLECT_AFTER = (50_000, 20, 100)
"""New objects, young and middle collections before the next kind of collection; Python's own are 700 (2000), 10, 10."""

log = logging.getLogger(__name__)


def begin() -> None:
    """Start the ingest worker beside the server, and offer the first administrator's page while there is none."""
    try:
        first_admin.announce()
    except DatabaseError as error:  # not migrated yet: say so and serve what can be served
        log.error("The database is not ready (%s). Run: manage.py migrate", error)
        return
    if settings.INGEST_IN_PROCESS:
        supervisor.spawn()
    # What is loaded by now stays for good. Left among the rest, each full collection walks it: 100 ms in a room of 500,
    # during which no socket is served and every clock ping waits; without it 5 to 40 ms, and so they are made seldom.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
