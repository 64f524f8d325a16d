"""What an application has yet to receive of its connection: in place of daphne's `asyncio.Queue`.

Trap: a queue of asyncio's holds four deques of 0.6 kB each, most of them empty for as long as a socket lives. An
application receives in one place, so one waiting reader is enough.
"""

import asyncio
from typing import Any

Message = dict[str, Any]


class Inbox:
    __slots__ = ("_arrival", "_messages")

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._arrival: asyncio.Future[None] | None = None

    def qsize(self) -> int:
        return len(self._messages)

    def put_nowait(self, message: Message) -> None:
        self._messages.append(message)
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def get(self) -> Message:
        """The oldest message, once there is one. One caller at a time; a cancelled one leaves everything in place."""
        while not self._messages:
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                await self._arrival
            finally:
                self._arrival = None
        return self._messages.pop(0)
