"""An HTTP connection: deadlines for what comes, refusals before Django, and readers that are slow to take a response.

Traps of Twisted and daphne:
- A connection's timeout begins anew with every byte: a request that drips is never too late.
- `Expect: 100-continue` is answered before anybody knows whether the body is wanted.
- A refusal that closes at once is lost: what the peer is still sending makes the kernel reset the connection.
- The application's `send` never waits, and what a peer does not take is kept without bound.
"""

import asyncio
import logging
from typing import Any

from channels.db import database_sync_to_async
from twisted.internet import reactor
from twisted.web.http import HTTPChannel

from synchro.door import own_path
from synchro.server import admission, limits, refusal
from synchro.server.refusal import Refusal
from synchro.server.request import Request
from synchro.server.transport import Reading, StallWatch, unsent_bytes

log = logging.getLogger(__name__)


class Channel(HTTPChannel):  # type: ignore[misc]  # Twisted has no types
    def connectionMade(self) -> None:
        self.requestFactory = Request  # daphne's factory has set its own
        self.refused = False
        self.reading = Reading(self.transport)
        self._deciding = False
        self._undecided: list[bytes] = []
        self._wants_continue = False
        self._deadline: Any = None
        self._body_look: Any = None
        self._body_age_s = 0
        self._drained = asyncio.Event()
        self._drained.set()
        self._written = 0
        self._watch = StallWatch(
            self.transport,
            deadline_s=limits.RESPONSE_STALLED_S,
            written=lambda: self._written,
            stalled=self.transport.abortConnection,
        )
        super().connectionMade()

    def connectionLost(self, reason: Any) -> None:
        self._cancel_timers()
        self._watch.end()
        self._drained.set()
        super().connectionLost(reason)

    # What comes

    def dataReceived(self, data: bytes) -> None:
        if self.refused:
            return
        super().dataReceived(data)
        self._set_timers()

    def _set_timers(self) -> None:
        """Most requests come in one piece, and need none."""
        if self.refused or self._handlingRequest or self.transport.disconnecting:
            return
        if self.line_mode:
            if self._deadline is None and (self.requests or self._buffer):
                self._deadline = reactor.callLater(limits.HEADERS_DEADLINE_S, self.refuse, refusal.TIMED_OUT)
        elif self._body_look is None:
            self._body_look = reactor.callLater(limits.BODY_LOOK_S, self._look_at_body)

    def _cancel_timers(self) -> None:
        for call in (self._deadline, self._body_look):
            if call is not None and call.active():
                call.cancel()
        self._deadline = self._body_look = None

    def _look_at_body(self) -> None:
        if not self.reading.held:  # else it is the site that takes its time
            self._body_age_s += limits.BODY_LOOK_S
        received: int = self.requests[-1].received_bytes
        if self._body_age_s > limits.BODY_GRACE_S and received < limits.MIN_BODY_BYTES_PER_S * self._body_age_s:
            self.refuse(refusal.TIMED_OUT)
        else:
            self._body_look = reactor.callLater(limits.BODY_LOOK_S, self._look_at_body)

    def timeoutConnection(self) -> None:
        """Of Twisted: nothing came for a minute."""
        if unsent_bytes(self.transport):
            self._watch.begin()  # a slow reader is judged by what it takes
            self.setTimeout(self.timeOut)
        elif self.requests and not self._handlingRequest:
            self.refuse(refusal.TIMED_OUT)
        else:
            super().timeoutConnection()

    # Whether a body is taken

    def allHeadersReceived(self) -> None:
        self._cancel_timers()
        self._wants_continue = False
        super().allHeadersReceived()
        request = self.requests[-1]
        request.asked_path = path = own_path(self._path.partition(b"?")[0].decode("latin1")).encode("latin1")
        request.terms = terms = admission.terms(self._command, path, request.requestHeaders, self.length)
        if self.length is not None and self.length > terms.max_bytes:
            self.refuse(terms.too_large)
        elif terms.by_uploaders_only:
            self._deciding = True
            self.reading.hold("deciding")
            self.resetTimeout()
            self._decision = asyncio.ensure_future(self._decide())
        else:
            self._admit()

    def _send100Continue(self) -> None:
        self._wants_continue = True  # and is sent by `_admit`

    def _admit(self) -> None:
        self._body_age_s = 0
        if self._wants_continue:
            super()._send100Continue()

    async def _decide(self) -> None:
        request = self.requests[-1]
        asker = refusal.django_request(request.asked_path, request.requestHeaders)
        try:
            refused = await database_sync_to_async(admission.upload_refusal)(asker)
        except Exception:
            log.exception("It could not be known whether %s may upload.", self.transport.getPeer().host)
            refused = refusal.UNAVAILABLE
        self._deciding = False
        pieces, self._undecided = self._undecided, []
        if self.refused or not self.transport.connected:
            return
        if refused:
            self.refuse(refused)
        else:
            self._admit()
            self.resetTimeout()
            self.reading.release("deciding")
            for piece in pieces:
                self.rawDataReceived(piece)
            self._set_timers()

    def rawDataReceived(self, data: bytes) -> None:
        if self.transport.protocol is not self:
            self.transport.protocol.dataReceived(data)  # it came in one read with the request that made a socket
        elif self._deciding:
            self._undecided.append(data)  # the rest of the read that had the headers in it
        else:
            super().rawDataReceived(data)

    def allContentReceived(self) -> None:
        if not self.refused:
            self._cancel_timers()
            super().allContentReceived()

    def refuse(self, why: Refusal) -> None:
        """Answer, and take nothing more. What still comes is thrown away for LINGER_S, or until the peer has gone."""
        if self.refused:
            return
        self.refused = True
        self._cancel_timers()
        self.setTimeout(None)
        request = self.requests[-1] if self.requests else None
        asker = None
        if request is not None:
            request.discard_body()
            if request.terms is not None:  # its headers are there
                asker = refusal.django_request(request.asked_path, request.requestHeaders)
        self.transport.write(refusal.answer(why, asker))
        for reason in ("deciding", "disk"):
            self.reading.release(reason)
        self._deadline = reactor.callLater(limits.LINGER_S, self.loseConnection)

    # What goes

    def write(self, data: bytes) -> None:
        self._written += len(data)
        super().write(data)

    def writeSequence(self, iovec: Any) -> None:
        self._written += sum(map(len, iovec))
        super().writeSequence(iovec)

    async def writable(self) -> None:
        if unsent_bytes(self.transport) > limits.MAX_UNSENT_RESPONSE_BYTES:
            await self._drained.wait()

    def pauseProducing(self) -> None:
        """Of the transport: more than it likes to hold waits for the peer."""
        super().pauseProducing()
        self._drained.clear()
        self._watch.begin()

    def resumeProducing(self) -> None:
        """Of the transport: all has gone to the kernel."""
        super().resumeProducing()
        self.reading.enforce()
        self._watch.end()
        self._drained.set()

    def loseConnection(self) -> None:
        super().loseConnection()
        self._watch.begin()  # what waits must still go; a peer that takes none of it would keep the connection for ever
