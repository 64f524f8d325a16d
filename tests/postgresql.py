"""A real PostgreSQL for the tests, from Debian's package, in a folder of its own, which nothing survives.

`python -m tests.postgresql [ARGUMENT …]` is pytest on one: of what `tests.lanes.ON_BOTH_DATABASES` names, or of
the files that are given. Its address is in SYNCHRO_TEST_DATABASE_URL, where tests/settings.py finds it.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.lanes import ON_BOTH_DATABASES
from tests.serving import free_port

USER, PASSWORD = "synchro", "correct-horse"
STOP_DEADLINE_S = 60

UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
"""What makes a cluster quick that is thrown away."""


def programs() -> Path:
    """The folder of the newest server that is installed: Debian leaves them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    assert found, "PostgreSQL is missing: tests/install-debian-packages"
    return found[-1].parent


class Cluster:
    """A server with its data, on the loopback with a password, or by its socket without one."""

    def __init__(self, **settings: str) -> None:
        # a socket's path must be short, which pytest's folders are not
        self.folder = Path(tempfile.mkdtemp(prefix="synchro-pg-", dir="/tmp"))
        self.port = free_port()
        self.log = self.folder / "log"
        self._data = self.folder / "data"
        self._settings = {**UNSAFE, **settings}
        self._owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None  # root may not run it
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)
        self.folder.chmod(0o755)
        (self.folder / "password").write_text(PASSWORD)
        self._run("initdb", "--pgdata", self._data, "--username", USER, "--encoding", "UTF8", "--locale", "C.UTF-8",
                  "--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", self.folder / "password",
                  "--no-sync")  # fmt: skip

    def _run(self, program: str, *arguments: str | Path) -> str:
        done = subprocess.run(
            [programs() / program, *arguments], cwd=self.folder, capture_output=True, text=True,
            user=self._owner.pw_uid if self._owner else None, group=self._owner.pw_gid if self._owner else None,
            extra_groups=[] if self._owner else None,
        )  # fmt: skip
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Returns once it answers. A log file, since a pipe would keep whoever reads it waiting for the server."""
        self.log.touch()
        if self._owner:
            os.chown(self.log, self._owner.pw_uid, self._owner.pw_gid)
        options = {**self._settings, "port": self.port, "listen_addresses": "127.0.0.1"}
        words = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run("pg_ctl", "start", "--wait", "--pgdata", self._data, "--log", self.log,
                  "--options", f"{words} -k {self.folder}")  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """`immediate`: as a power cut does."""
        self._run("pg_ctl", "stop", "--wait", "--pgdata", self._data, "--mode", mode,
                  "--timeout", str(STOP_DEADLINE_S))  # fmt: skip

    @property
    def runs(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def query(self, sql: str, database: str = "postgres") -> str:
        """What psql prints: a row a line."""
        return self._run(
            "psql", "--host", self.folder, "--port", str(self.port), "--username", USER, "--dbname", database,
            "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql,
        ).strip()  # fmt: skip

    def create(self, database: str, like: str = "template1") -> str:
        """A database, empty or as another one to which nobody is connected, and its address on the loopback."""
        self.query(f'CREATE DATABASE "{database}" TEMPLATE "{like}"')
        return self.url(database)

    def url(self, database: str) -> str:
        return f"postgres://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str) -> str:
        return f"postgres://{USER}@/{database}?host={self.folder}&port={self.port}"

    def remove(self) -> None:
        if self.runs:
            self.stop("immediate")
        shutil.rmtree(self.folder)


@contextlib.contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """One that runs, and is gone afterwards."""
    made = Cluster(**settings)
    try:
        made.start()
        yield made
    finally:
        made.remove()


def main(arguments: list[str]) -> int:
    named = [word for word in arguments if Path(word.partition("::")[0]).exists()]
    command = [
        sys.executable, "-m", "pytest", *arguments, *([] if named else ON_BOTH_DATABASES),
        "-m", "not server",  # a site brings its own database
        "--reuse-db",  # the cluster goes as a whole; a thread that some test left would keep its database from going
    ]  # fmt: skip
    with cluster() as server:
        environment = {**os.environ, "SYNCHRO_TEST_DATABASE_URL": server.socket_url("synchro")}
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
