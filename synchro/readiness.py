"""Whether the site can serve: what every command needs is tried, cheaply, without a long wait, and leaving nothing."""

import shutil
import tempfile
import threading
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from playback import clock
from synchro.database.addresses import SQLITE_ENGINE
from synchro.database.trial import try_to_write
from synchro.outages import Outage, outage_of, reports
from synchro.shared.common_time import common_time
from synchro.shared.link import Unreachable, link

WAIT_S = 2
"""For a lock. Ordinary writers hold it for milliseconds; one that holds it this long keeps everybody waiting."""

CHECK_EVERY_US = 1_000_000
"""Whoever polls, and however many: one look a second."""

MIN_FREE_BYTES = 64 * 1024 * 1024
"""Where the data folder and an SQLite file are: a song as FLAC with its renditions. A disk with less is as good as
full, and somebody shall hear of it while commands still work."""


class Readiness:
    """Asks once for all who ask within CHECK_EVERY_US. Others wait for the answer that is being made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_us: int | None = None
        self._outage: Outage | None = None

    def outage(self) -> Outage | None:
        """What keeps the site from serving; None: nothing does. Not within a transaction."""
        with self._lock:
            if self._asked_us is None or clock.now_us() - self._asked_us >= CHECK_EVERY_US:
                self._outage = _outage()
                self._asked_us = clock.now_us()
            return self._outage


readiness = Readiness()


def _outage() -> Outage | None:
    try:
        _try_folder(Path(settings.DATA_DIR))
        free_bytes = min(shutil.disk_usage(folder).free for folder in _folders())
    except OSError as error:
        return _told(outage_of(error) or Outage.DATA_UNWRITABLE, str(error))
    if is_low(free_bytes):
        return _told(Outage.LOW_SPACE, f"{free_bytes} bytes are free")
    try:
        try_to_write("default", WAIT_S)
    except (DatabaseError, InterfaceError) as error:
        return _told(outage_of(error) or Outage.DATABASE_UNUSABLE, str(error))
    return _apart()


def _apart() -> Outage | None:
    """What keeps this process apart from the site's others. (The link tells the log.)"""
    to_redis, time = link(), common_time()
    if to_redis is None or time is None:
        return None
    try:
        to_redis.ask(lambda redis: redis.ping())
    except Unreachable:
        return Outage.REDIS_UNREACHABLE
    return None if time.is_known() else Outage.TIME_UNKNOWN


def _folders() -> list[Path]:
    """That the site's own disk holds. PostgreSQL looks after its own."""
    database = settings.DATABASES["default"]
    of_sqlite = [Path(database["NAME"]).parent] if database["ENGINE"] == SQLITE_ENGINE else []
    return [Path(settings.DATA_DIR), *of_sqlite]


def _told(outage: Outage, details: str) -> Outage:
    reports.add(outage, details, clock.now_us())
    return outage


def is_low(free_bytes: int) -> bool:
    return free_bytes < MIN_FREE_BYTES


def _try_folder(folder: Path) -> None:
    """Writes to a file without a name, which is gone as soon as it is closed."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        file.write(bytes(1))
