"""The site's own settings, with a data folder of the test run's own: a test never touches what a person made."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="synchro-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["SYNCHRO_DATA"] = _folder
# tests/postgresql.py; never a person's own database
os.environ["DATABASE_URL"] = os.environ.get("SYNCHRO_TEST_DATABASE_URL", "")

from synchro.settings import *  # noqa: E402, F403
from synchro.settings import DATABASES  # noqa: E402

if not os.environ["DATABASE_URL"]:
    # A file, as in production: SQLite in memory locks whole tables where a file under WAL does not.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one takes its time on purpose
INGEST_IN_PROCESS = False  # a test that ingests says so
