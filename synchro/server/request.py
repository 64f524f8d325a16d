"""An HTTP request: where its body goes, and what the application gets of it.

Traps of Twisted and daphne:
- The body of a form is read into memory and parsed on the event loop, for arguments that nobody asks for.
- The application gets the whole body at once, in pieces of 8 kB in a queue without bound, and Django writes them to a
  second file. Here a long body is handed over as the file that it is (`body_file`).
- A body that came in chunks reaches the application without its length; Django then takes none of its limits for it,
  and finds no file in it.
"""

import logging
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from daphne.http_protocol import WebRequest
from django.conf import settings

from synchro.server import limits, refusal
from synchro.server.admission import Terms
from synchro.server.spool import Spool

log = logging.getLogger(__name__)


class Request(WebRequest):  # type: ignore[misc]  # daphne has no types
    terms: Terms | None = None
    asked_path = b""
    """Set by the channel once the headers are there. The path is without its query. Twisted forgets it when the body is
    complete."""

    def __init__(self, channel: Any, queued: Any) -> None:
        super().__init__(channel, queued, parsePOSTFormSubmission=False)
        self.received_bytes = 0
        self._spool: Spool | None = None
        self._body_file: IO[bytes] | None = None
        self._line: tuple[bytes, bytes, bytes] | None = None

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()
        if length is None or length > limits.MEMORY_BODY_BYTES:
            self._spool = Spool(Path(settings.FILE_UPLOAD_TEMP_DIR), self._spool_changed)

    def handleContentChunk(self, data: bytes) -> None:
        self.received_bytes += len(data)
        assert self.terms
        if self.received_bytes > self.terms.max_bytes:
            self.channel.refuse(self.terms.too_large)
        elif self._spool is None:
            self.content.write(data)
        else:
            self._spool.write(data)
            if self._spool.waiting_bytes > limits.SPOOL_WAITING_BYTES:
                self.channel.reading.hold("disk")

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Of the channel: the body is complete. The application begins once all of it is on the disk."""
        self._line = command, path, version
        self._begin_if_ready()

    def _spool_changed(self) -> None:
        assert self._spool
        if self._disconnected or self.channel.refused:
            return
        if self._spool.error:
            log.error("A body could not be stored: %s", self._spool.error)
            self.channel.refuse(refusal.not_stored(self._spool.error))
            return
        if self._spool.waiting_bytes <= limits.SPOOL_WAITING_BYTES and self.channel.reading.held:
            self.channel.reading.release("disk")
        self._begin_if_ready()

    def _begin_if_ready(self) -> None:
        if self._line is None or (self._spool and self._spool.waiting_bytes):
            return
        if self._spool and self.received_bytes:
            self._body_file = self._spool.take_file()
        if self.requestHeaders.hasHeader(b"Transfer-Encoding"):
            self.requestHeaders.removeHeader(b"Transfer-Encoding")
            self.requestHeaders.setRawHeaders(b"Content-Length", [b"%d" % self.received_bytes])
        line, self._line = self._line, None
        super().requestReceived(*line)

    def take_body_file(self) -> IO[bytes] | None:
        """The body, if it is a file; the taker closes it."""
        file, self._body_file = self._body_file, None
        return file

    def discard_body(self) -> None:
        if self._spool is not None:
            self._spool.close()

    def connectionLost(self, reason: Any) -> None:
        self.discard_body()
        super().connectionLost(reason)

    async def writable(self) -> None:
        """Once the peer has taken enough of the response for more of it."""
        if (channel := getattr(self, "channel", None)) is not None:  # Twisted deletes it when the response is complete
            await channel.writable()
