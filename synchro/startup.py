"""What happens once when a server process starts, beyond answering."""

import gc
import logging

from django.conf import settings
from django.db import DatabaseError

from library.ingest import supervisor
from synchro.accounts import first_admin

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
    # during which no socket is served and every clock ping waits; without it 5 to 40 ms.
    gc.collect()
    gc.freeze()
