"""Sockets of the real application, without a server: two of them are two listeners."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.core import signing

from playback import clock
from rooms.identity import GUEST_COOKIE, Identity
from rooms.live.routing import sockets
from rooms.models import Room
from tests.acting import queue_add
from tests.builders import guest, make_room, ready_track

HOST = b"testserver"


class Listener:
    """One socket, as a page would use it."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self._socket = communicator
        self.close_code: int | None = None

    async def send(self, **message: Any) -> None:
        await self._socket.send_to(text_data=json.dumps(message, separators=(",", ":")))

    async def send_text(self, text: str) -> None:
        await self._socket.send_to(text_data=text)

    async def text(self, kind: str) -> str:
        """The next frame of a kind, as it came; others are passed over."""
        while True:
            output = await self._socket.receive_output(timeout=5)
            if output["type"] == "websocket.close":
                self.close_code = output["code"]
                raise AssertionError(f"closed with {self.close_code} while waiting for {kind}")
            if json.loads(output["text"])["type"] == kind:
                return str(output["text"])

    async def next(self, kind: str) -> dict[str, Any]:
        return dict(json.loads(await self.text(kind)))

    async def update(self, part: str) -> dict[str, Any]:
        """The next room update that carries a part."""
        while part not in (message := await self.next("room.update"))["parts"]:
            pass
        return message

    async def command(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a command; its answer, accepted or refused."""
        await self.send(type=kind, **fields)
        while True:
            output = json.loads((await self._socket.receive_output(timeout=5))["text"])
            if output.get("id") == fields["id"]:
                return dict(output)

    async def closed(self) -> int:
        """The code with which the server closes the socket."""
        while (output := await self._socket.receive_output(timeout=5))["type"] != "websocket.close":
            pass
        return int(output["code"])

    async def disconnect(self) -> None:
        await self._socket.disconnect()


Connect = Callable[..., Awaitable[Listener]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Open a socket: `await connect(slug, identity)`."""
    opened: list[Listener] = []

    async def open_one(
        slug: str, identity: Identity | None = None, *, revision: int = 0, origin: bytes | None = b"http://testserver",
        language: bytes = b"en",
    ) -> Listener:  # fmt: skip
        headers = [(b"host", HOST), (b"accept-language", language)]
        if origin:
            headers.append((b"origin", origin))
        if identity:
            cookie = signing.Signer(salt="rooms.guest").sign(identity.guest_key)
            headers.append((b"cookie", f"{GUEST_COOKIE}={cookie}".encode()))
        communicator = WebsocketCommunicator(sockets, f"/ws/rooms/{slug}/?revision={revision}", headers)
        accepted, code = await communicator.connect(timeout=5)
        listener = Listener(communicator)
        if not accepted:
            listener.close_code = code
        else:
            opened.append(listener)
        return listener

    yield open_one
    for listener in opened:
        await listener.disconnect()


@pytest.fixture
def alice() -> Identity:
    return guest("alice")


@pytest.fixture
async def room(transactional_db: None, alice: Identity) -> Room:
    """Alice's room with two tracks of a minute."""

    def build() -> Room:
        room = make_room(alice, nickname="Alice")
        tracks = [ready_track(name).pk for name in ("one", "two")]
        queue_add(room.slug, identity=alice, track_ids=tracks, now_us=clock.now_us())
        return room

    return await database_sync_to_async(build)()
