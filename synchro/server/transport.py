"""What HTTP and WebSockets need to know of a Twisted connection: who holds its reading back, and how much waits for its
peer.

Trap: Twisted's transport takes whatever is written, without bound. It calls a producer's `pauseProducing` above 64 kB,
and `resumeProducing` once all of it has gone, but does not say how much waits.
"""

import fcntl
import sys
import termios
from collections.abc import Callable
from typing import Any

from twisted.internet import reactor

from synchro.server import limits


def unsent_bytes(transport: Any) -> int:
    """What waits in this process for the peer. Twisted has no public name for it; requirements.txt pins Twisted, and
    tests/server/test_slow_sockets.py fails if these are gone."""
    waiting: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
    return waiting


def write_now(transport: Any, data: bytes) -> None:
    """Give `data` to the kernel at once if nothing waits in front of it. What the kernel does not take, and what meets
    an error, goes the transport's own way.

    That way alone costs more than the send: the transport asks the loop to be called when it may write, is called in
    the loop's next turn, and takes its question back.
    """
    if unsent_bytes(transport) == 0 and transport.connected and not transport.disconnecting:
        sent = transport.writeSomeData(data)
        if isinstance(sent, int):
            data = data[sent:]
    if data:
        transport.write(data)


def _unacknowledged_bytes(transport: Any) -> int:
    """What the kernel holds for the peer, on its way or not; 0 where it does not tell."""
    try:
        return int.from_bytes(fcntl.ioctl(transport.getHandle(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
    except OSError:
        return 0


class Reading:
    """Reads from a connection while nobody holds it back."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._reasons: frozenset[str] = frozenset()  # there is one empty one for all

    @property
    def held(self) -> bool:
        return bool(self._reasons)

    def hold(self, reason: str) -> None:
        self._reasons |= {reason}
        self._transport.pauseProducing()

    def enforce(self) -> None:
        """After somebody who does not ask here may have resumed it: Twisted or daphne."""
        if self._reasons:
            self._transport.pauseProducing()

    def release(self, reason: str) -> None:
        self._reasons -= {reason}
        if not self._reasons:
            self._transport.resumeProducing()


class StallWatch:
    """Calls `stalled` once a peer has taken nothing for `deadline_s` while bytes wait for it. `written` counts the
    bytes that were ever given to the transport.

    Taken is what the peer's system has acknowledged. The kernel takes more for it only when much has gone: of a slow
    but honest phone's 128 kB that is once in 5 s.
    """

    def __init__(
        self, transport: Any, *, deadline_s: float, written: Callable[[], int], stalled: Callable[[], None]
    ) -> None:
        self._transport, self._written, self._stalled = transport, written, stalled
        self._look_s = deadline_s / limits.STALL_LOOKS
        self._call: Any = None

    def begin(self) -> None:
        if self._call is None and self._transport.connected:
            self._taken, self._looks = self._taken_bytes(), 0
            self._call = reactor.callLater(self._look_s, self._look)

    def end(self) -> None:
        if self._call is not None:
            self._call.cancel()
            self._call = None

    def _taken_bytes(self) -> int:
        return self._written() - unsent_bytes(self._transport) - _unacknowledged_bytes(self._transport)

    def _look(self) -> None:
        self._call = None
        if not self._transport.connected or not unsent_bytes(self._transport):
            return
        taken = self._taken_bytes()
        self._looks = 0 if taken > self._taken else self._looks + 1
        self._taken = taken
        if self._looks >= limits.STALL_LOOKS:
            self._stalled()
        else:
            self._call = reactor.callLater(self._look_s, self._look)
