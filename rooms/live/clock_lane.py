"""The clock lane: answers `clock.ping` in front of everything else.

An error of the arrival stamp is an error of every client's clock, half of it at least. So pings never reach channel
dispatch, a database thread or the channel layer: they are stamped as the first thing that happens to a frame, and again
just before the answer leaves. The rest of the socket must take its frames promptly, which `RoomConsumer` does.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from playback import clock, metrics
from playback.limits import MAX_PINGS_PER_10_S
from playback.protocol import CLOSE_TOO_MUCH, ClockPing, ClockPong, encode

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_PING = '{"type":"clock.ping"'  # how JSON.stringify writes it; a ping in other words is answered by the consumer
_ping = msgspec.json.Decoder(ClockPing)


class ClockLane:
    """ASGI middleware for one socket application."""

    def __init__(self, application: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        allowance = PingAllowance()

        async def receive_others() -> Message:
            while True:
                message = await receive()
                t1_us = clock.now_us()
                text = message.get("text")
                if not text or not text.startswith(_PING):
                    return message
                if not allowance.take(t1_us):
                    return {"type": "websocket.disconnect", "code": CLOSE_TOO_MUCH, "allowance": "spent"}
                try:
                    t0 = _ping.decode(text).t0
                except msgspec.DecodeError:
                    return message
                scope["last_heard_us"] = t1_us
                await send({"type": "websocket.send", "text": encode(ClockPong(t0, t1_us, clock.now_us()))})
                metrics.pings.inc()

        await self.application(scope, receive_others, send)


class PingAllowance:
    """At most MAX_PINGS_PER_10_S, counted in fixed windows of ten seconds."""

    __slots__ = ("_left", "_window")

    def __init__(self) -> None:
        self._window = 0
        self._left = 0

    def take(self, now_us: int) -> bool:
        if (window := now_us // 10_000_000) != self._window:
            self._window, self._left = window, MAX_PINGS_PER_10_S
        self._left -= 1
        return self._left >= 0
