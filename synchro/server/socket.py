"""A WebSocket that cannot fill the process: not by not reading, and not by sending faster than the application takes.

Traps of daphne and autobahn:
- What a peer does not read is kept without bound. Here reading from a peer pauses while it does not read itself, so
  that it asks for nothing more; one that is MAX_UNSENT_BYTES behind, or takes nothing for SOCKET_STALLED_S, is ended
  with CLOSE_TOO_SLOW. Only its own connection waits for anything.
- Every frame goes into the application's queue at once, which has no bound. What comes before the application has
  accepted is kept without bound, too, and read as a second handshake.
- The limit on a received message is enforced on sent ones too, by an exception in the application. Here it is
  MAX_UNSENT_BYTES for these.
- After the upgrade, the HTTP channel remains the transport's producer.
- A peer that closes without reading keeps its connection until what waits for it has gone: for ever.
"""

import logging
import socket
import struct
from functools import lru_cache
from typing import Any

from autobahn.exception import Disconnected
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import reactor
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from playback.protocol import CLOSE_TOO_SLOW
from synchro.server import limits
from synchro.server.transport import Reading, StallWatch, unsent_bytes, write_now

_TEXT, _BINARY = 0x81, 0x82  # a frame's first byte: the last one of its message, and the opcode (RFC 6455, 5.2)

_FRAMES_KEPT = 16
"""A text that goes to a whole room is framed once, though clock answers go between; a frame has 16 kB at most."""

log = logging.getLogger(__name__)


@implementer(IPushProducer)
class Socket(WebSocketProtocol):  # type: ignore[misc]  # daphne has no types
    closeHandshakeTimeout = limits.CLOSE_DEADLINE_S  # an option of autobahn's; unlike the others, it has no argument

    def connectionMade(self) -> None:
        super().connectionMade()
        self.send_queue = ()  # of autobahn's, for sending in pieces, which is not done here: a deque of 0.6 kB
        self._reading = Reading(self.transport)
        self._unread = b""
        self._flood_look: Any = None
        self._watch = StallWatch(
            self.transport,
            deadline_s=limits.SOCKET_STALLED_S,
            written=lambda: self.trafficStats.outgoingOctetsWireLevel,
            stalled=self._stalled,
        )
        self.transport.unregisterProducer()
        self.transport.registerProducer(self, True)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            self.transport.getHandle().setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, limits.MAX_UNSENT_IN_KERNEL_BYTES
            )

    def connectionLost(self, reason: Any) -> None:
        self._watch.end()
        if self._flood_look is not None:
            self._flood_look.cancel()
            self._flood_look = None
        super().connectionLost(reason)

    # To the peer

    def serverSend(self, content: Any, binary: bool = False) -> None:
        if self.muted:
            return
        if self.state != self.STATE_OPEN:
            raise Disconnected("The socket is closing.")
        frame = _framed(_BINARY, content) if binary else _text_frame(content)
        if unsent_bytes(self.transport) + len(frame) > limits.MAX_UNSENT_BYTES:
            self._end_too_slow()
        else:
            write_now(self.transport, frame)
            self.trafficStats.outgoingOctetsWireLevel += len(frame)

    def pauseProducing(self) -> None:
        """Of the transport: more than it likes to hold waits for the peer."""
        self._reading.hold("unsent")
        self._watch.begin()

    def resumeProducing(self) -> None:
        """Of the transport: all has gone to the kernel."""
        self._watch.end()
        self._release("unsent")

    def stopProducing(self) -> None:
        """Of the transport: the connection is lost."""

    def dropConnection(self, abort: bool = False) -> None:
        super().dropConnection(abort)
        self._watch.begin()

    def _stalled(self) -> None:
        if self.state == self.STATE_OPEN:
            self._end_too_slow()
        else:
            self.transport.abortConnection()

    def _end_too_slow(self) -> None:
        """The application is told at once. The peer is, if it takes what waits in front of the close frame in time."""
        log.info("A socket of %s does not read: closed with %d.", self.client_addr, CLOSE_TOO_SLOW)
        self.application_queue.put_nowait({"type": "websocket.disconnect", "code": CLOSE_TOO_SLOW})
        self.muted = True  # daphne's: neither a message nor a second disconnect reaches the application
        self.server.protocol_disconnected(self)
        self.sendClose(CLOSE_TOO_SLOW)
        self._reading.release("unsent")  # for the answer to the close frame
        self._release("waiting")

    # From the peer

    def dataReceived(self, data: bytes) -> None:
        self._unread = self._unread + data if self._unread else data
        self._read_on()
        self._reading.enforce()

    def _read_on(self) -> None:
        while self._unread and not self._reading.held:
            piece = self._unread[: limits.READ_PIECE_BYTES]
            self._unread = self._unread[limits.READ_PIECE_BYTES :]
            super().dataReceived(piece)

    def _release(self, reason: str) -> None:
        self._reading.release(reason)
        self._read_on()

    def onConnect(self, request: Any) -> Any:
        self._reading.hold("handshake")
        return super().onConnect(request)

    def onOpen(self) -> None:
        super().onOpen()
        reactor.callLater(0, self._release, "handshake")  # autobahn has not come to its frames yet

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        super().onMessage(payload, isBinary)
        if not self.muted and self._flood_look is None and self._is_flooded():
            self._reading.hold("waiting")
            self._flood_look = reactor.callLater(limits.FLOOD_LOOK_S, self._look_at_flood)

    def _is_flooded(self) -> bool:
        return bool(self.application_queue.qsize() > limits.MAX_WAITING_MESSAGES)

    def _look_at_flood(self) -> None:
        self._flood_look = None
        if not self.muted and self._is_flooded():
            self._flood_look = reactor.callLater(limits.FLOOD_LOOK_S, self._look_at_flood)
        else:
            self._release("waiting")


@lru_cache(maxsize=_FRAMES_KEPT)
def _text_frame(text: str) -> bytes:
    return _framed(_TEXT, text.encode())


def _framed(first_byte: int, payload: bytes) -> bytes:
    """As a server sends it: whole, and without a mask."""
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", first_byte, length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", first_byte, 126, length)
    else:
        head = struct.pack("!BBQ", first_byte, 127, length)
    return head + payload
