"""What a site holds: its memory while it is busy, the files that it receives, and those that it keeps."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.server.peers import resident_bytes
from tests.serving import Site

MAX_GROWTH_BYTES = 20_000_000

ANSWER_WITHIN_S = 5
"""Of `/healthz`, while a body comes. It took 8 to 20 s when bodies were parsed on the event loop."""


class Watch:
    """What a site's memory grew to, and whether it answered meanwhile."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._before = self._most = resident_bytes(site.process.pid)
        self._over = threading.Event()
        self.answers = 0
        self.unanswered: httpx.TransportError | None = None

    @property
    def growth_bytes(self) -> int:
        return self._most - self._before

    def check(self) -> None:
        assert (self.unanswered, self.growth_bytes // MAX_GROWTH_BYTES) == (None, 0), self.growth_bytes

    def _measure(self) -> None:
        while not self._over.wait(0.01):
            self._most = max(self._most, resident_bytes(self._site.process.pid))

    def _ask(self) -> None:
        while not self._over.wait(0.05):
            try:
                self.answers += httpx.get(f"{self._site.url}/healthz", timeout=ANSWER_WITHIN_S).status_code == 200
            except httpx.TransportError as error:
                self.unanswered = error

    @contextmanager
    def running(self) -> Iterator[None]:
        threads = [threading.Thread(target=work) for work in (self._measure, self._ask)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()


def originals(site: Site) -> dict[str, int]:
    """The stored uploads: their hashes and sizes."""
    return {path.stem: path.stat().st_size for path in (site.data / "originals").glob("??/*")}


def files_being_received(site: Site) -> list[str]:
    """Open files without a name, or with one, in the folder of what comes in."""
    opened = []
    for entry in Path(f"/proc/{site.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            opened.append(os.readlink(entry))
    return [name for name in opened if name.startswith(f"{site.data}/incoming/")]
