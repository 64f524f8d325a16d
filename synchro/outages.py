"""Errors that are the machine's and not the program's: a database that cannot be written, a disk that is full. People
get a page that says so, scripts the same as JSON, and the log hears of each once instead of a traceback a request."""

import errno
import logging
import sqlite3
import sys
import threading
from collections.abc import Iterator
from http import HTTPStatus

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.defaults import server_error as ordinary_server_error
from django_htmx.http import trigger_client_event
from psycopg_pool import PoolTimeout

from playback import clock

RETRY_AFTER_S = 10
"""A lock is gone by then; whoever has to make room on a disk takes longer, and nobody asks in vain very often."""

LOG_EVERY_US = 60_000_000
"""How often the log says that an outage goes on: who looks finds it, and a thousand requests fill no disk."""

log = logging.getLogger(__name__)


class Outage(models.TextChoices):
    """What is out of order. The label is for people."""

    DATABASE_LOCKED = "database_locked", _("The database is busy with something else.")
    DATABASE_READ_ONLY = "database_read_only", _("The database may only be read.")
    DATABASE_UNUSABLE = "database_unusable", _("The database cannot be used.")
    DATA_UNWRITABLE = "data_unwritable", _("The data folder cannot be written.")
    LOW_SPACE = "low_space", _("The disk is nearly full.")
    DISK_FULL = "disk_full", _("The disk is full.")
    REDIS_UNREACHABLE = "redis_unreachable", _("Redis, where the server's processes meet, does not answer.")
    TIME_UNKNOWN = "time_unknown", _("This process does not know the other processes' time yet.")


_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: Outage.DATABASE_LOCKED,
    sqlite3.SQLITE_LOCKED: Outage.DATABASE_LOCKED,
    sqlite3.SQLITE_READONLY: Outage.DATABASE_READ_ONLY,
    sqlite3.SQLITE_FULL: Outage.DISK_FULL,
    sqlite3.SQLITE_IOERR: Outage.DATABASE_UNUSABLE,
    sqlite3.SQLITE_CANTOPEN: Outage.DATABASE_UNUSABLE,
}

_BY_SQLSTATE = {
    "25006": Outage.DATABASE_READ_ONLY,  # read_only_sql_transaction: a standby, or set so
    "40001": Outage.DATABASE_LOCKED,  # serialization_failure
    "40P01": Outage.DATABASE_LOCKED,  # deadlock_detected
    "53100": Outage.DISK_FULL,
    "53300": Outage.DATABASE_LOCKED,  # too_many_connections
    "55P03": Outage.DATABASE_LOCKED,  # lock_not_available: waited for as long as addresses.LOCK_WAIT_S
    "57014": Outage.DATABASE_LOCKED,  # query_canceled, by a time limit or an operator
}

_UNUSABLE_CLASSES = ("08", "28", "3D", "53", "57", "58", "XX")
"""Of SQLSTATE: no connection, not let in, no such database, no memory, shut down, its disk fails, damaged. Any other
is the program's: a missing table among them."""

_BY_ERRNO = {
    errno.ENOSPC: Outage.DISK_FULL,
    errno.EDQUOT: Outage.DISK_FULL,
    errno.EROFS: Outage.DATA_UNWRITABLE,
}


def outage_of(error: BaseException | None) -> Outage | None:
    """The outage that an error tells of; None for an error of the program's own, a missing table among them."""
    for cause in _causes(error):
        if isinstance(cause, sqlite3.Error):
            code: int = getattr(cause, "sqlite_errorcode", 0)
            return _BY_SQLITE_CODE.get(code & 0xFF)  # the lowest byte of an extended code is its primary code
        if isinstance(cause, PoolTimeout):
            return Outage.DATABASE_LOCKED  # it can be reached: synchro.database.postgresql asked
        if isinstance(cause, psycopg.Error):
            return _of_postgresql(cause)
        if isinstance(cause, OSError):
            return _BY_ERRNO.get(cause.errno or 0)
        if not isinstance(cause, DatabaseError | InterfaceError):
            return None
    return None


def _of_postgresql(error: psycopg.Error) -> Outage | None:
    if error.sqlstate is None:  # of the connection itself: none can be made, or it broke
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return Outage.DATABASE_UNUSABLE if lost else None
    ours = error.sqlstate[:2] not in _UNUSABLE_CLASSES
    return _BY_SQLSTATE.get(error.sqlstate) or (None if ours else Outage.DATABASE_UNUSABLE)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`. Called while the error is being handled; touches no database."""
    error = sys.exc_info()[1]
    outage = outage_of(error)
    if outage is None:
        return ordinary_server_error(request)
    reports.add(outage, str(error), clock.now_us())
    with translation.override(translation.get_language_from_request(request)):
        return _unavailable(request, outage)


def _unavailable(request: HttpRequest, outage: Outage) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith(settings.API_PATH) or not request.accepts("text/html"):
        response = JsonResponse({"code": "unavailable", "message": str(outage.label), "reason": outage.value})
    else:
        # without the request: who is signed in stands in the database
        response = HttpResponse(render_to_string("503.html", {"reason": outage.label}))
        if request.headers.get("HX-Request"):
            trigger_client_event(response, "toast", {"text": str(outage.label), "kind": "error"})
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    response["Retry-After"] = str(RETRY_AFTER_S)
    return response


class Reports:
    """Tells the log of an outage when it begins, and of one that goes on every LOG_EVERY_US."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told_us: dict[Outage, int] = {}
        self._untold: dict[Outage, int] = {}

    def add(self, outage: Outage, details: str, now_us: int) -> None:
        with self._lock:
            if now_us - self._told_us.get(outage, -LOG_EVERY_US) < LOG_EVERY_US:
                self._untold[outage] = self._untold.get(outage, 0) + 1
                return
            self._told_us[outage] = now_us
            untold = self._untold.pop(outage, 0)
        more = f"; {untold} more since it was last said" if untold else ""
        log.error("%s: %s%s. The site answers 503 to what needs it.", outage.value, details, more)


reports = Reports()


class WithoutOutages(logging.Filter):
    """For Django's log of requests, which gives a traceback for each: a 503 stands in `reports`."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE
