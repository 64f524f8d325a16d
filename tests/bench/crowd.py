"""Many listeners of one room in one process, each doing on its socket what a player does."""

import gc
import heapq
import random
import select
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

import msgspec

from playback.ping_budget import pings_per_min
from playback.protocol import ClockPong
from tests.bench.websocket import WebSocket

BURST = 8
"""Pings of a player's burst; the best of a burst is what it learns of the clock."""
BURST_GAP_S = 0.03
BURST_GAP_SPREAD = 0.25
"""Each gap is up to that share longer or shorter, as the player's are (static/js/link/pinger.js)."""
REPORT_EVERY_S = 5.0
ROUND_DEADLINE_S = 60

_REPORT = (
    b'{"type":"listener.report","audio":"playing","error_ms":0.21,"offset_error_ms":0.4,"rtt_ms":3.1,'
    b'"buffered_s":14.2,"rendition":"aac-128","underruns":0,"resyncs":0}'
)
_HEAD_BYTES = 40
"""In which a message's type stands, whoever wrote it."""

_pong = msgspec.json.Decoder(ClockPong)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One ping: how long it took, and how far the offset that it suggests is from the true one."""

    rtt_us: float
    error_us: float


@dataclass(slots=True)
class Listener:
    socket: WebSocket
    pinged_us: float = 0
    burst: list[Exchange] = field(default_factory=list)


@dataclass
class Crowd:
    """`change_marker` tells the message that a change of the transport makes; `offset_us` is the true distance from
    this host's monotonic clock to the server's. Times are readings of the monotonic clock."""

    change_marker: bytes
    offset_us: int
    reports: bool
    listeners: dict[int, Listener] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    bests: list[Exchange] = field(default_factory=list)
    change_receipts_us: list[float] = field(default_factory=list)
    received_bytes: int = 0  # payloads of all messages
    change_bytes: int = 0  # of the newest change; all of one kind of change are about as long
    _sent_us: float = 0
    _answered_us: float = 0
    _burst_every_us: float = 0
    _order: Iterator[int] = field(default_factory=count)  # tells two that are due at once apart
    _epoll: select.epoll = field(default_factory=select.epoll)
    _due: list[tuple[float, int, int, Callable[[Listener, float], None]]] = field(default_factory=list)

    def connect(self, port: int, path: str, cookies: Iterable[str]) -> None:
        for cookie in cookies:
            socket = WebSocket(port, path, cookie)
            self.listeners[socket.fileno()] = Listener(socket)
            self._epoll.register(socket.fileno(), select.EPOLLIN)
            self.turn()

    def disconnect(self) -> None:
        for listener in self.listeners.values():
            listener.socket.close()
        self.listeners.clear()
        self._due.clear()

    def begin_player_traffic(self) -> None:
        """From now on each listener pings in bursts, and reports, spread evenly over the interval."""
        gc.collect()
        gc.disable()  # a collection of ours would be taken for a delay of the server's
        start_us = _now_us()
        self._burst_every_us = BURST * 60e6 / pings_per_min(len(self.listeners))
        for number, fileno in enumerate(self.listeners):
            share = number / len(self.listeners)
            self._at(start_us + share * self._burst_every_us, fileno, self._ping)
            if self.reports:
                self._at(start_us + share * REPORT_EVERY_S * 1e6, fileno, self._report)

    def forget_measured(self) -> None:
        self.exchanges.clear()
        self.bests.clear()
        self.change_receipts_us.clear()

    def round(self, listener: Listener, command: bytes) -> list[float]:
        """Send a change and wait until everybody has it: ms from the sending to each receipt."""
        self.change_receipts_us.clear()
        self._sent_us = sent_us = _now_us()
        listener.socket.send(command)
        while len(self.change_receipts_us) < len(self.listeners):
            self.turn()
            if _now_us() - sent_us > ROUND_DEADLINE_S * 1e6:
                raise TimeoutError(f"{len(self.change_receipts_us)} of {len(self.listeners)} have the change")
        return [(at_us - sent_us) / 1000 for at_us in self.change_receipts_us]

    @property
    def answered_ms(self) -> float:
        """Of the last round: from the sending to its sender's answer."""
        return (self._answered_us - self._sent_us) / 1000

    def keep_on(self, duration_s: float) -> None:
        """Do what players do for a while."""
        end_us = _now_us() + duration_s * 1e6
        while _now_us() < end_us:
            self.turn()

    def turn(self, most_s: float = 0.01) -> None:
        """Read what has come and send what is due, waiting for it at most `most_s`."""
        now_us = _now_us()
        while self._due and self._due[0][0] <= now_us:
            _, _, fileno, act = heapq.heappop(self._due)
            act(self.listeners[fileno], now_us)
            now_us = _now_us()
        wait_s = min(most_s, max(0.0, (self._due[0][0] - now_us) / 1e6)) if self._due else most_s
        for fileno, _ in self._epoll.poll(wait_s):
            listener = self.listeners[fileno]
            messages = listener.socket.receive()
            came_us = _now_us()
            for message in messages:
                self._take(listener, message, came_us)

    def _take(self, listener: Listener, message: bytes, came_us: float) -> None:
        head = message[:_HEAD_BYTES]
        self.received_bytes += len(message)
        if b"clock.pong" in head:
            self._take_pong(listener, message, came_us)
        elif self.change_marker in head:
            self.change_receipts_us.append(came_us)
            self.change_bytes = len(message)
        elif b"command.accepted" in head:
            self._answered_us = came_us
        elif b"command.refused" in head or b'"error"' in head:
            raise AssertionError(message.decode())

    def _take_pong(self, listener: Listener, message: bytes, came_us: float) -> None:
        pong = _pong.decode(message)
        rtt_us = (came_us - listener.pinged_us) - (pong.t2_us - pong.t1_us)
        offset_us = ((pong.t1_us - listener.pinged_us) + (pong.t2_us - came_us)) / 2
        exchange = Exchange(rtt_us, offset_us - self.offset_us)
        self.exchanges.append(exchange)
        listener.burst.append(exchange)
        fileno = listener.socket.fileno()
        if len(listener.burst) < BURST:
            spread = 1 + BURST_GAP_SPREAD * (2 * random.random() - 1)
            self._at(came_us + spread * BURST_GAP_S * 1e6, fileno, self._ping)
        else:
            self.bests.append(min(listener.burst, key=lambda one: one.rtt_us))
            listener.burst.clear()
            self._at(came_us + self._burst_every_us - BURST * BURST_GAP_S * 1e6, fileno, self._ping)

    def _at(self, due_us: float, fileno: int, act: Callable[[Listener, float], None]) -> None:
        heapq.heappush(self._due, (due_us, next(self._order), fileno, act))

    def _ping(self, listener: Listener, now_us: float) -> None:
        listener.pinged_us = _now_us()
        listener.socket.send(b'{"type":"clock.ping","t0":%.3f}' % (listener.pinged_us / 1000))

    def _report(self, listener: Listener, now_us: float) -> None:
        listener.socket.send(_REPORT)
        self._at(now_us + REPORT_EVERY_S * 1e6, listener.socket.fileno(), self._report)


def _now_us() -> float:
    return time.monotonic_ns() / 1000
