"""The site, with a way to keep its threads busy: `/hold/disk` those that write, `/hold/database` the one that reads and
writes the database for sockets; `/free` ends it. A slow disk and a locked database are the like."""

import asyncio
import threading
from typing import Any

from asgiref.sync import sync_to_async

from synchro.asgi import application as site

THREADS = 64
"""More than the event loop has for its work with files."""

_free = threading.Event()
_held: set[asyncio.Future[bool]] = set()


async def application(scope: Any, receive: Any, send: Any) -> None:
    match scope.get("path"):
        case "/hold/disk":
            _free.clear()
            for _ in range(THREADS):
                _held.add(asyncio.get_running_loop().run_in_executor(None, _free.wait))
        case "/hold/database":
            _free.clear()
            _held.add(asyncio.ensure_future(sync_to_async(_free.wait)()))
        case "/free":
            _free.set()
        case _:
            return await site(scope, receive, send)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})
