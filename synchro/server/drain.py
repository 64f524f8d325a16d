"""How the process ends when it is asked to (SIGTERM): it takes no new connection, sends its sockets away, and answers
the requests that it has in hand.

A page whose socket was closed comes back within a second, to another process or to this one's successor; the music
plays on meanwhile. In a large room they are sent away little by little, since each that comes back is a join.

Trap of daphne: it cancels every application at once. A request in hand is then never answered, and a page learns from
a connection that is gone that it has to look for another one.
"""

import asyncio
from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

from playback.protocol import CLOSE_RESTARTING
from synchro.server import limits

_TICK_S = 0.05


async def drain(
    ports: Iterable[Any], sockets: Callable[[], list[Any]], running: Callable[[], list[asyncio.Future[Any]]]
) -> None:
    """Returns once no application is `running`, or after DRAIN_S. `ports` listen; `sockets` are the open ones."""
    for port in ports:
        port.stopListening()
    try:
        async with asyncio.timeout(limits.DRAIN_S):
            await _send_away(sockets)
            while left := running():
                await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError:
        pass  # what is left is cancelled


async def _send_away(sockets: Callable[[], list[Any]]) -> None:
    at_once = ceil(len(sockets()) * _TICK_S / limits.SEND_AWAY_S)
    while left := sockets():
        for socket in left[:at_once]:
            socket.sendCloseFrame(code=CLOSE_RESTARTING, reasonUtf8=b"restarting")
        await asyncio.sleep(_TICK_S if len(left) > at_once else 0)
