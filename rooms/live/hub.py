"""One room's sockets in this process: a text is framed for each of them from one string, in one pass.

Channels' own way, in which each socket is a member of the group, wakes every socket by a message of its own and is
quadratic in their number (docs/measurements.md). Here the room is the member, and this loop the delivery.
"""

import asyncio
from collections.abc import Mapping
from typing import Generic, Protocol, TypeVar

SENDS_BEFORE_YIELD = 25
"""Sockets served before the loop may answer clock pings again; one send takes some 40 µs, so a ping waits 1 ms."""


class Socket(Protocol):
    """What the hub needs of a connection."""

    language: str

    async def send_text(self, text: str) -> None: ...


Connection = TypeVar("Connection", bound=Socket)


class Hub(Generic[Connection]):
    """The sockets of one room. Used on the event loop only."""

    def __init__(self) -> None:
        self.sockets: set[Connection] = set()
        self._turn = asyncio.Lock()
        self._later_turn = asyncio.Lock()
        self._calm = asyncio.Event()
        self._calm.set()
        self._delivering = 0

    def __len__(self) -> int:
        return len(self.sockets)

    async def deliver(self, texts: Mapping[str, str]) -> None:
        """Send each socket the text of its language. Texts reach every socket in the order of the calls."""
        self._delivering += 1
        self._calm.clear()
        try:
            async with self._turn:
                await self._send_all(texts, later=False)
        finally:
            self._delivering -= 1
            if self._delivering == 0:
                self._calm.set()

    async def deliver_later(self, texts: Mapping[str, str]) -> None:
        """Like `deliver`, for what nobody waits for: whatever `deliver` sends overtakes it. In order."""
        async with self._later_turn:
            await self._send_all(texts, later=True)

    async def _send_all(self, texts: Mapping[str, str], *, later: bool) -> None:
        for count, socket in enumerate(list(self.sockets), 1):
            if later:
                await self._calm.wait()
            if socket in self.sockets:
                await self._send(socket, texts[socket.language])
            if count % SENDS_BEFORE_YIELD == 0:
                await asyncio.sleep(0)

    async def _send(self, socket: Connection, text: str) -> None:
        try:
            await socket.send_text(text)
        except Exception:  # a socket that is closing under us must not keep the text from the others
            self.sockets.discard(socket)
