"""The room socket: takes frames, hands commands to the database thread, and sends what comes back.

It owns its handshake, its rate limits and the order of its commands. It has its own receive loop in place of Channels':
that one visits a thread before every message and takes no second one while the first is being handled, so that the
clock lane in front would wait for the database.

A connection is `opening` until it is a member of its room, then `open`, and `closed` for good. Whatever happens on the
way, what it has entered it leaves.
"""

import asyncio
import logging
from enum import Enum
from typing import Any
from urllib.parse import parse_qs

import msgspec
from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext

from playback import clock, limits, metrics, protocol
from rooms.live import handshake
from rooms.live.clock_lane import Message, Receive, Send
from rooms.live.live_room import LiveRoom, live_rooms
from rooms.live.session import Session, answer, open_session, renewed, update_since
from rooms.monitor.readings import readings
from rooms.people.presence import board
from synchro.limits.rates import client_key
from synchro.origins.rule import misplaced
from synchro.origins.words import complain, words

log = logging.getLogger(__name__)


class State(Enum):
    OPENING = "opening"
    OPEN = "open"
    CLOSED = "closed"


_NEXT = {State.OPENING: {State.OPEN, State.CLOSED}, State.OPEN: {State.CLOSED}, State.CLOSED: {State.CLOSED}}


class Renewal:
    """Work for a connection: ask anew who is at its other end."""


Work = protocol.CommandMessage | protocol.RoomResume | protocol.PeopleResume | Renewal


class RoomConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """One socket in one room."""

    language: str
    session: Session

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.scope, self._send = scope, send
        self.state = State.OPENING
        self.room: LiveRoom | None = None
        self._heard_us = clock.now_us()
        self._work: list[Work] = []  # a deque holds 0.6 kB when it is empty
        self._working: asyncio.Task[None] | None = None
        self._dismissed: int | None = None
        self._allowance, self._window = limits.MAX_COMMANDS_PER_10_S, 0
        await receive()  # websocket.connect
        try:
            if not await self._open():
                return
            while (message := await receive())["type"] == "websocket.receive":
                await self._take(message)
            if message.get("allowance") == "spent":
                await self.close(protocol.CLOSE_TOO_MUCH)
        finally:
            self._leave()

    async def send_text(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int) -> None:
        if self.state is State.CLOSED:
            return
        self._enter(State.CLOSED)
        await self._send({"type": "websocket.close", "code": code})

    async def dismiss(self, code: int) -> None:
        """Close once what is being carried out has its answer: whoever destroys the room is told that it went well."""
        if self._working is None or self._working.done():
            await self.close(code)
        else:
            self._dismissed = code

    def last_heard_us(self) -> int:
        pinged_us: int = self.scope.get("last_heard_us", 0)  # the clock lane's note
        return max(self._heard_us, pinged_us)

    def user_id(self) -> int | None:
        """The account at the other end, if any."""
        identity = self.session.identity
        return identity.user_id if identity else None

    def renew(self) -> None:
        """The rights of this person may have changed."""
        self._do_later(Renewal())

    def _enter(self, state: State) -> None:
        if state not in _NEXT[self.state]:
            raise RuntimeError(f"a connection that is {self.state.value} cannot become {state.value}")
        self.state = state

    def _leave(self) -> None:
        self._enter(State.CLOSED)
        if self.room:
            live_rooms.exit(self.room, self)
        if self._working:
            self._working.cancel()

    async def _open(self) -> bool:
        request = handshake.request_of(self.scope)
        await self._send({"type": "websocket.accept"})  # before any refusal: a browser shows no other reason to a page
        self._cookies, self._client = request.COOKIES, client_key(request)
        self.language = translation.get_language_from_request(request)
        if found := misplaced(request):
            complain(found)
            with translation.override(self.language):
                await self.send_text(protocol.encode(protocol.SocketRefused(found.fault.value, words(found))))
            await self.close(protocol.CLOSE_BAD_ORIGIN)
            return False
        slug = self.scope["url_route"]["kwargs"]["slug"]
        opened = await database_sync_to_async(open_session)(slug, self._cookies)
        if opened is None:
            await self.close(protocol.CLOSE_NO_ROOM)
            return False
        # first a member of the room, then the snapshot: a change in between comes twice rather than never
        self.session = opened
        self.room = live_rooms.enter(opened.room_id, opened.revision, self)
        self._enter(State.OPEN)
        await self.send_text(live_rooms.budget_text())
        await self._introduce(opened)
        self._do_later(protocol.RoomResume(asked_revision(self.scope["query_string"])))
        await self.send_text(await self.room.people_text(self.language))
        return True

    async def _introduce(self, opened: Session) -> None:
        """Take up a session: tell its person who they are, and the others who came or went."""
        assert self.room is not None
        self.session = opened
        await self.send_text(opened.self_update())
        presence = opened.presence()
        if board.put(opened.room_id, id(self), presence) if presence else board.take(opened.room_id, id(self)):
            self.room.people_changed()
        if presence is None:
            readings.forget(opened.room_id, id(self))

    async def _take(self, message: Message) -> None:
        self._heard_us = clock.now_us()
        text = message.get("text") or ""
        if len(text) > limits.MAX_FRAME_BYTES:
            return await self._refuse("too_large", f"A frame holds at most {limits.MAX_FRAME_BYTES} bytes.")
        if not self._may_send():
            if self._allowance < -limits.MAX_REFUSED_PER_10_S:
                return await self.close(protocol.CLOSE_TOO_MUCH)
            return await self._refuse("rate_limited", "Too many messages; wait a little.")
        try:
            request = protocol.decode(text)
        except msgspec.DecodeError as error:
            return await self._refuse("bad_message", str(error))
        match request:
            case protocol.ClockPing():
                await self.send_text(protocol.encode(protocol.ClockPong(request.t0, self._heard_us, clock.now_us())))
                metrics.pings.inc()
            case protocol.ListenerReport():
                self._note(request)
            case _:
                self._do_later(request)
        return None

    def _note(self, report: protocol.ListenerReport) -> None:
        """Take what the player says of itself; one whose person has not joined is nobody's."""
        assert self.room is not None
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

    def _do_later(self, request: Work) -> None:
        """Commands of one socket are carried out one after the other, beside the receive loop."""
        self._work.append(request)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work_through())

    async def _work_through(self) -> None:
        while self._work and self.state is State.OPEN and self._dismissed is None:
            request = self._work.pop(0)
            try:
                await self._carry_out(request)
            except Exception as error:
                await self._tell_failure(request, error)
        if self._dismissed is not None:
            await self.close(self._dismissed)

    async def _carry_out(self, request: Work) -> None:
        match request:
            case protocol.RoomResume():
                await self._resume(request.revision)
            case protocol.PeopleResume():
                assert self.room is not None
                await self.send_text(await self.room.people_text(self.language))
            case Renewal():
                if changed := await database_sync_to_async(renewed)(self.session, self._cookies):
                    await self._introduce(changed)
            case _:
                frame, changed = await database_sync_to_async(answer)(
                    self.session, self._cookies, self._client, request, self.language, clock.now_us()
                )
                if changed:
                    await self._introduce(changed)
                await self.send_text(frame)

    async def _resume(self, revision: int) -> None:
        since = await database_sync_to_async(update_since)(self.session.room_id, revision, clock.now_us())
        if since is None:
            await self.close(protocol.CLOSE_NO_ROOM)
        else:
            await self.send_text(since.frame)

    async def _tell_failure(self, request: Work, error: Exception) -> None:
        """Nothing stays without an answer: a command is refused, and of what else was asked the page tries again."""
        if isinstance(error, DatabaseError | OSError):
            log.error("%s failed: %s", type(request).__name__, error)
            code = "unavailable"
        else:
            log.error("%s failed", type(request).__name__, exc_info=error)
            code = "internal"
        if not isinstance(request, protocol.CommandMessage):
            await self.close(CLOSE_TRY_AGAIN)
            return
        with translation.override(self.language):
            words = gettext("The server cannot do that at the moment. Try again in a little while.")
        await self.send_text(protocol.encode(protocol.CommandRefused(request.id, code, words)))


CLOSE_TRY_AGAIN = 1013


def asked_revision(query_string: bytes) -> int:
    """The `revision` that a client says it has, or 0."""
    value: Any = parse_qs(query_string.decode("latin1")).get("revision", ["0"])[0]
    return int(value) if value.isdecimal() and len(value) < 16 else 0
