"""An application that sends as fast as it may: `/endless`, or `/<bytes>`. `/told` says what it has done so far. On a
socket, whatever comes goes back twice: as a text, and as bytes."""

import asyncio
import json
from typing import Any

CHUNK = bytes(16 * 1024)

told = {"requests": 0, "sent_bytes": 0, "open": 0}


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await echo(receive, send)
    if scope["type"] != "http":
        return
    what = scope["path"][1:]
    told["requests"] += 1
    if what in ("told", "healthz"):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(told).encode()})
        return
    await receive()  # the request
    gone = asyncio.ensure_future(receive())
    left = None if what == "endless" else int(what)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    told["open"] += 1
    try:
        while left is None or left > 0:
            chunk = CHUNK[: len(CHUNK) if left is None else left]
            sending = asyncio.ensure_future(send({"type": "http.response.body", "body": chunk, "more_body": True}))
            await asyncio.wait([gone, sending], return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                sending.cancel()
                return
            told["sent_bytes"] += len(chunk)
            left = None if left is None else left - len(chunk)
            await asyncio.sleep(0)
        await send({"type": "http.response.body"})
    except asyncio.CancelledError:
        await asyncio.sleep(0.1)  # what an application may have to do at its end
        print("ended in order", flush=True)
        raise
    finally:
        told["open"] -= 1


async def echo(receive: Any, send: Any) -> None:
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
        await send({"type": "websocket.send", "bytes": message["text"].encode()})
