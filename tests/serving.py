"""A whole site for the tests: the real server process, started as `make run` starts it, with data of its own."""

import atexit
import contextlib
import functools
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent
START_DEADLINE_S = 60
STOP_DEADLINE_S = 60
"""The last connection flushes its log into the database: as long as the disk takes."""

PORTS = range(20_000, 30_000)
"""Below those that systems give to whoever asks for any: a connection of another test must not take a site's port
between the look and the start."""

DATABASE = "db.sqlite3"

allowed = True
"""Whether the test that runs may start a site (tests/lanes.py)."""


def free_port() -> int:
    while True:
        port = random.choice(PORTS)  # workers look at the same time
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Site:
    """One site: its data folder, its port, and the process that serves it while it is started.

    `settings` are environment variables of the site (docs/operations.md) besides those that make it this site.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        assert allowed, "this is a unit test: mark it `server`, or put it where servers are tested (tests/lanes.py)"
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws_url = f"ws://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
            "SYNCHRO_DATA": str(self.data),
            "SYNCHRO_DATABASE": str(folder / DATABASE),
            "DATABASE_URL": "",  # never a person's own
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHON": sys.executable,
            "SYNCHRO_RATE_LIMIT_FACTOR": "1000",  # all of a test run's people share one address
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def manage(self, *command: str) -> str:
        """Run a management command on this site; what it printed. A failing one fails the test with its words."""
        done = self.run(*command)
        assert done.returncode == 0, f"manage.py {' '.join(command)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a management command on this site, however it ends."""
        return subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )

    def prepare(self, *, demo: bool) -> None:
        """A database, and with `demo` the whole of the demo music in its room."""
        if self.environment["DATABASE_URL"]:
            self.manage("migrate", "--verbosity", "0")
        else:
            shutil.copy(_migrated_database(), self.folder / DATABASE)  # with its mode
        if demo:
            self.manage("seed_demo", "--wait")

    def start(self) -> None:
        """Serve, and return once the site answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        until(self._answers, START_DEADLINE_S, f"{self.url}/healthz")

    def command(self) -> list[str]:
        return ["deploy/serve"]

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"the server ended at its start:\n{self.log.read_text()}"
        try:
            return httpx.get(f"{self.url}/healthz").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the site is not started"
        return self._process

    def stop(self) -> None:
        """End the server as a supervisor does."""
        if self._process is not None:
            self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the server and its ingest worker as a power cut does: nothing of theirs runs after this."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # it had ended already
            os.killpg(self.process.pid, number)
        self.process.wait(STOP_DEADLINE_S)
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def sign_up(self, username: str, password: str) -> None:
        """An ordinary account."""
        made = f"User.objects.create_user({username!r}, password={password!r})"
        self.manage("shell", "--verbosity", "0", "--command", f"from django.contrib.auth.models import User; {made}")

    def api(self, username: str = "alice") -> httpx.Client:
        """A client of /api/v1 with a token of `username`, an administrator who is made on first use."""
        made = f"""
from django.contrib.auth import get_user_model
from django.core.management import call_command
people = get_user_model().objects
people.filter(username={username!r}).exists() or people.create_superuser({username!r}, password={secrets.token_hex()!r})
call_command("create_api_token", {username!r})
"""
        token = self.manage("shell", "--verbosity", "0", "--command", made).strip()
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def room(self, slug: str) -> dict[str, Any]:
        """The room's state, as the API tells it to anybody."""
        answer = httpx.get(f"{self.url}/api/v1/rooms/{slug}")
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state


@functools.cache
def _migrated_database() -> Path:
    """An empty one, made once for all sites of this process: the migrations take two seconds."""
    folder = Path(tempfile.mkdtemp(prefix="synchro-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Site(folder).manage("migrate", "--verbosity", "0")
    return folder / DATABASE
