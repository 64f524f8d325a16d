"""Keeps an ingest worker running as a child of this process, for sites that want no second service."""

import subprocess
import sys
import threading

from django.conf import settings

RESTART_AFTER_S = 1.0
RESTART_AT_MOST_EVERY_S = 60.0
"""A worker that dies at once is started again after 1, 2, 4 … 60 s: a broken one does not burn the processor."""

HEALTHY_AFTER_S = 60.0
"""A worker that ran this long was well: the next start is prompt again."""


class Supervisor:
    """Starts `manage.py ingest` and starts it again when it dies. The worker watches its standard input, a pipe that
    only this process holds: it ends when this process does, however that happens."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="ingest-supervisor", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Of the worker that runs now."""
        with self._lock:
            return self._process.pid if self._process else None

    def stop(self) -> None:
        """Ends the worker; a job it was at goes back to the queue."""
        self._stopped.set()
        with self._lock:
            if self._process is not None:
                self._process.terminate()
        self._thread.join()

    def _keep(self) -> None:
        delay_s = RESTART_AFTER_S
        while not self._stopped.is_set():
            healthy = self._run_once()
            delay_s = RESTART_AFTER_S if healthy else min(2 * delay_s, RESTART_AT_MOST_EVERY_S)
            self._stopped.wait(delay_s)

    def _run_once(self) -> bool:
        """Runs one worker to its end. Whether it had lived long enough to be called healthy."""
        with self._lock:
            if self._stopped.is_set():
                return True
            self._process = subprocess.Popen(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), "ingest", "--with-parent"],
                stdin=subprocess.PIPE,
            )
        try:
            self._process.wait(HEALTHY_AFTER_S)
            healthy = False
        except subprocess.TimeoutExpired:
            self._process.wait()
            healthy = True
        finally:
            assert self._process.stdin is not None
            self._process.stdin.close()
            with self._lock:
                self._process = None
        return healthy


def spawn() -> Supervisor:
    """Called once by the web process's start-up."""
    return Supervisor()
