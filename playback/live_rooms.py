"""The rooms that have sockets in this process: each hears its broadcasts once, and asks the timeline its questions.

A live room exists from its first socket to its last. It decides nothing: when a track should have ended it asks
`rooms.services.settle` to write that down, which any other process may have done already.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings

from playback import clock, metrics
from playback.hub import Hub, Socket
from playback.ping_budget import FULL_PINGS_PER_MIN, pings_per_min
from playback.protocol import CLOSE_NO_ROOM, ClockBudget, encode
from rooms.broadcast import group_of
from rooms.errors import RoomError
from rooms.presence import board
from rooms.readings import readings
from rooms.selectors import next_change_us
from rooms.services import settle
from rooms.updates import people_update

log = logging.getLogger(__name__)

PEOPLE_INTERVAL_S = 0.5
"""The people list is sent at most this often; it changes in bursts when a room fills up."""

SOCKETS_PER_INTERVAL = 100
"""The list goes to every socket, so its interval grows by PEOPLE_INTERVAL_S for each so many."""

SWEEP_INTERVAL_S = 15
SILENT_AFTER_S = 75
"""A page pings once a minute at the least (`playback.ping_budget`). One that was silent for longer is gone, though TCP
may not know; its unsent frames would pile up."""


class LiveSocket(Socket, Protocol):
    """What a live room needs of a connection."""

    def last_heard_us(self) -> int: ...

    async def close(self, code: int) -> None: ...


class LiveRoom:
    """One room's sockets, its subscription and its timers."""

    def __init__(self, room_id: int, slug: str) -> None:
        self.room_id = room_id
        self.slug = slug
        self.hub: Hub[LiveSocket] = Hub()
        self._timeline_changed = asyncio.Event()
        self._people_changed = asyncio.Event()
        self._people_version = 0
        self._people_texts: dict[str, str] = {}
        self._tasks = [
            asyncio.create_task(self._run(part))
            for part in (self._hear_broadcasts(), self._follow_timeline(), self._show_people(), self._drop_silent())
        ]

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    def people_changed(self) -> None:
        self._people_changed.set()

    async def _run(self, part: Coroutine[Any, Any, None]) -> None:
        try:
            await part
        except Exception:
            log.exception("room %s: a background part stopped; its sockets reconnect", self.slug)
            await self._close_all(1012)

    async def _hear_broadcasts(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        group = group_of(self.room_id)
        await layer.group_add(group, channel)
        try:
            while True:
                message = await layer.receive(channel)
                began_us = clock.now_us()
                await self.hub.deliver(message["texts"])
                took_ms = (clock.now_us() - began_us) / 1000
                board.note_fan_out(self.room_id, took_ms)
                metrics.broadcasts.inc()
                metrics.fan_out_ms.observe(took_ms)
                if message["close"]:
                    await self._close_all(CLOSE_NO_ROOM)
                self._timeline_changed.set()
        finally:
            await layer.group_discard(group, channel)

    async def _follow_timeline(self) -> None:
        while True:
            self._timeline_changed.clear()
            now_us = clock.now_us()
            due_us = await database_sync_to_async(self._settle)(now_us)
            wait_s = None if due_us is None else max(0.0, (due_us - clock.now_us()) / 1e6)
            try:
                await asyncio.wait_for(self._timeline_changed.wait(), wait_s)
            except TimeoutError:
                continue

    def _settle(self, now_us: int) -> int | None:
        try:
            settle(self.slug, now_us=now_us)
            return next_change_us(self.slug, now_us)
        except RoomError:
            return None  # destroyed; its last broadcast is on the way

    async def _show_people(self) -> None:
        while True:
            await self._people_changed.wait()
            self._people_changed.clear()
            await self.hub.deliver_later(await self._render_people())
            await asyncio.sleep(PEOPLE_INTERVAL_S * (1 + len(self.hub) // SOCKETS_PER_INTERVAL))

    async def people_text(self, language: str) -> str:
        """The newest people list as a frame."""
        texts = self._people_texts or await self._render_people()
        return texts[language]

    async def _render_people(self) -> dict[str, str]:
        self._people_version += 1

        def render() -> dict[str, str]:
            return {
                code: people_update(self.room_id, self._people_version, code) for code, _name in settings.LANGUAGES
            }

        self._people_texts = await asyncio.to_thread(render)
        return self._people_texts

    async def _drop_silent(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            limit_us = clock.now_us() - SILENT_AFTER_S * 1_000_000
            for socket in list(self.hub.sockets):
                if socket.last_heard_us() < limit_us:
                    await socket.close(1001)

    async def _close_all(self, code: int) -> None:
        for socket in list(self.hub.sockets):
            await socket.close(code)


class LiveRooms:
    """The live rooms of this process, by room id."""

    def __init__(self) -> None:
        self._rooms: dict[int, LiveRoom] = {}
        self._budget = FULL_PINGS_PER_MIN
        self._announcing: asyncio.Task[None] | None = None

    def enter(self, room_id: int, slug: str, socket: LiveSocket) -> LiveRoom:
        room = self._rooms.get(room_id)
        if room is None:
            room = self._rooms[room_id] = LiveRoom(room_id, slug)
        room.hub.sockets.add(socket)
        self._share_budget()
        return room

    def exit(self, room: LiveRoom, socket: LiveSocket) -> None:
        room.hub.sockets.discard(socket)
        readings.forget(room.room_id, id(socket))
        if board.take(room.room_id, id(socket)):
            room.people_changed()
        if not room.hub.sockets and self._rooms.get(room.room_id) is room:
            del self._rooms[room.room_id]
            room.close()
        self._share_budget()

    def sizes(self) -> list[int]:
        """The number of sockets in each live room."""
        return [len(room.hub) for room in list(self._rooms.values())]

    def budget_text(self) -> str:
        """What a new socket is told of the budget."""
        return encode(ClockBudget(self._budget))

    def _share_budget(self) -> None:
        budget = pings_per_min(sum(self.sizes()))
        if budget != self._budget:
            self._budget = budget
            self._announcing = asyncio.create_task(self._announce_budget())

    async def _announce_budget(self) -> None:
        texts = dict.fromkeys((code for code, _name in settings.LANGUAGES), self.budget_text())
        for room in list(self._rooms.values()):
            await room.hub.deliver_later(texts)


live_rooms = LiveRooms()
