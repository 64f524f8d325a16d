"""A request's body on its way to the disk, written beside the event loop.

Trap: Twisted keeps a long body in a file of the system's temporary folder, which may be memory, and writes it on the
event loop: while the disk is busy nobody is answered, and no clock ping.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from library.storage.pace import give_way


class Spool:
    """`changed` is called on the loop whenever something was written, or could not be (`error`).

    The file has no name where the system can do that (Linux): nothing is left of it, however the process ends.
    """

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self._folder, self._changed = folder, changed
        self._file: IO[bytes] | None = None
        self._pieces: list[bytes] = []
        self._writing: asyncio.Task[None] | None = None
        self._closed = False
        self.waiting_bytes = 0
        self.error: OSError | None = None

    def write(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.waiting_bytes += len(piece)
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write_all())

    def take_file(self) -> IO[bytes]:
        """The whole body, at its beginning, once nothing waits. It is the caller's to close."""
        assert self._file is not None
        assert not self.waiting_bytes
        file, self._file = self._file, None
        file.seek(0)
        return file

    def close(self) -> None:
        """Nobody wants it any more."""
        self._closed = True
        self._pieces.clear()
        if self._writing is None and self._file is not None:
            asyncio.get_running_loop().run_in_executor(None, _close, self._file)  # to free 2 GB takes a while
            self._file = None

    async def _write_all(self) -> None:
        while self._pieces and not self.error:
            pieces, self._pieces = self._pieces, []
            try:
                await asyncio.to_thread(self._append, pieces)
            except OSError as error:
                self.error = error
            self.waiting_bytes -= sum(map(len, pieces))
            if not self._closed:
                self._changed()
        self._writing = None
        if self._closed:
            self.close()

    def _append(self, pieces: list[bytes]) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  # `close` is called by its holder
        for piece in pieces:
            self._file.write(piece)
            give_way(len(piece))
        self._file.flush()


def _close(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # it writes what it holds first; it is closed all the same
        file.close()
