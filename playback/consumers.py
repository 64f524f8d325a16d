"""The room socket: takes frames, hands commands to the database thread, and sends what comes back.

It owns its handshake, its rate limits and the order of its commands. It has its own receive loop in place of Channels':
that one visits a thread before every message and takes no second one while the first is being handled, so that the
clock lane in front would wait for the database.
"""

import asyncio
from collections import deque
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async

from playback import clock, limits, metrics, protocol
from playback.clock_lane import Message, Receive, Send
from playback.live_rooms import LiveRoom, live_rooms
from rooms import socket_session
from rooms.presence import board
from rooms.readings import readings


class RoomConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """One socket in one room."""

    language: str
    session: socket_session.Session
    room: LiveRoom

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.scope, self._send = scope, send
        await receive()  # websocket.connect
        if not await self._open():
            return
        try:
            while (message := await receive())["type"] == "websocket.receive":
                await self._take(message)
            if message.get("allowance") == "spent":
                await self.close(protocol.CLOSE_TOO_MUCH)
        finally:
            live_rooms.exit(self.room, self)
            if self._working:
                self._working.cancel()

    async def send_text(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int) -> None:
        await self._send({"type": "websocket.close", "code": code})

    def last_heard_us(self) -> int:
        pinged_us: int = self.scope.get("last_heard_us", 0)  # the clock lane's note
        return max(self._heard_us, pinged_us)

    async def _open(self) -> bool:
        headers = {name.decode(): value.decode("latin1") for name, value in self.scope["headers"]}
        if not is_own_origin(headers.get("origin"), headers.get("host", "")):
            await self.close(protocol.CLOSE_BAD_ORIGIN)
            return False
        cookies = headers.get("cookie", "")
        self.language = socket_session.language_of(cookies, headers.get("accept-language", ""))
        self._heard_us = clock.now_us()
        self._commands: deque[protocol.CommandMessage | protocol.RoomResume] = deque()
        self._working: asyncio.Task[None] | None = None
        self._allowance, self._window = limits.MAX_COMMANDS_PER_10_S, 0
        slug = self.scope["url_route"]["kwargs"]["slug"]
        session = await database_sync_to_async(socket_session.open_session)(slug, cookies, self._heard_us)
        await self._send({"type": "websocket.accept"})
        if session is None:
            await self.close(protocol.CLOSE_NO_ROOM)
            return False
        # first a member of the room, then the snapshot: a change in between comes twice rather than never
        self.session = session
        self.room = live_rooms.enter(session.room_id, slug, self)
        await self.send_text(live_rooms.budget_text())
        await self._introduce(session)
        self._do_later(protocol.RoomResume(asked_revision(self.scope["query_string"])))
        await self.send_text(await self.room.people_text(self.language))
        return True

    async def _introduce(self, session: socket_session.Session) -> None:
        """Take up a session: tell its person who they are, and the others who came or went."""
        self.session = session
        await self.send_text(session.self_update())
        presence = session.presence()
        if board.put(session.room_id, id(self), presence) if presence else board.take(session.room_id, id(self)):
            self.room.people_changed()
        if presence is None:
            readings.forget(session.room_id, id(self))

    async def _take(self, message: Message) -> None:
        self._heard_us = clock.now_us()
        text = message.get("text") or ""
        if len(text) > limits.MAX_FRAME_BYTES:
            return await self._refuse("too_large", f"A frame holds at most {limits.MAX_FRAME_BYTES} bytes.")
        if not self._may_send():
            return await self._refuse("rate_limited", "Too many messages; wait a little.")
        try:
            request = protocol.decode(text)
        except msgspec.DecodeError as error:
            return await self._refuse("bad_message", str(error))
        match request:
            case protocol.ClockPing():
                await self.send_text(
                    protocol.encode(protocol.ClockPong(request.t0, self._heard_us, clock.now_us()))
                )
                metrics.pings.inc()
            case protocol.ListenerReport():
                self._note(request)
            case _:
                self._do_later(request)
        return None

    def _note(self, report: protocol.ListenerReport) -> None:
        """Take what the player says of itself; one whose person has not joined is nobody's."""
        room_id = self.session.room_id
        if not board.knows(room_id, id(self)):
            return
        if board.report(room_id, id(self), report):
            self.room.people_changed()
        before = readings.note(room_id, id(self), report, self._heard_us)
        metrics.observe_report(report, before.report if before else None)

    async def _refuse(self, code: str, message: str) -> None:
        await self.send_text(protocol.encode(protocol.ProtocolError(code, message)))

    def _may_send(self) -> bool:
        if (window := self._heard_us // 10_000_000) != self._window:
            self._window, self._allowance = window, limits.MAX_COMMANDS_PER_10_S
        self._allowance -= 1
        return self._allowance >= 0

    def _do_later(self, request: protocol.CommandMessage | protocol.RoomResume) -> None:
        """Commands of one socket are carried out one after the other, beside the receive loop."""
        self._commands.append(request)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._commands:
            request = self._commands.popleft()
            if isinstance(request, protocol.RoomResume):
                await self._resume(request.revision)
                continue
            answer, changed = await database_sync_to_async(socket_session.carry_out)(
                self.session, request, self.language, clock.now_us()
            )
            if changed:
                await self._introduce(changed)
            await self.send_text(answer)

    async def _resume(self, revision: int) -> None:
        frame = await database_sync_to_async(socket_session.update_since)(
            self.session.slug, revision, self.language, clock.now_us()
        )
        if frame is None:
            await self.close(protocol.CLOSE_NO_ROOM)
        else:
            await self.send_text(frame)


def is_own_origin(origin: str | None, host: str) -> bool:
    """Whether a handshake comes from this site's own pages, or from a program (which sends no Origin and has no
    person's cookies to misuse)."""
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def asked_revision(query_string: bytes) -> int:
    """The `revision` that a client says it has, or 0."""
    value: Any = parse_qs(query_string.decode("latin1")).get("revision", ["0"])[0]
    return int(value) if value.isdecimal() and len(value) < 16 else 0
