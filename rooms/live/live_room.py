"""The rooms that have sockets in this process: each hears its broadcasts once, and asks the timeline its questions.

A live room exists from its first socket to its last. It decides nothing: when a track should have ended it asks
`rooms.transport.act.settle` to write that down, which any other process may have done already.

It knows the revision up to which its sockets have been told. A broadcast that does not follow on that, and a database
that is at another one (`rooms.live.revision_watch`), mean that something was lost on the way from another process: then
the sockets are told what the database holds since.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from enum import Enum
from typing import Any, Protocol

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError

from playback import clock, metrics
from playback.ping_budget import FULL_PINGS_PER_MIN, pings_per_min
from playback.protocol import CLOSE_NO_ROOM, ClockBudget, encode
from rooms.broadcast import RIGHTS_GROUP, closed_texts, group_of
from rooms.errors import RoomError
from rooms.live.exchange import exchange
from rooms.live.hub import Hub, Socket
from rooms.live.revision_watch import GONE, watch
from rooms.live.session import update_since
from rooms.monitor.readings import readings
from rooms.people.part import NOBODY, RenderedPeople, people_frame, render_people
from rooms.people.presence import board
from rooms.selectors import next_change_us
from rooms.transport.act import settle
from synchro.shared.relay import relay

log = logging.getLogger(__name__)

PEOPLE_INTERVAL_S = 0.5
"""The people list is sent at most this often; it changes in bursts when a room fills up."""

SOCKETS_PER_INTERVAL = 100
"""The list goes to every socket, so its interval grows by PEOPLE_INTERVAL_S for each so many."""

SWEEP_INTERVAL_S = 15
RETRY_S = 2.0
"""After a database that did not answer, or a full disk. Pages play on by themselves meanwhile."""

CLOSE_RESTART = 1012
SILENT_AFTER_S = 75
"""A page pings once a minute at the least (`playback.ping_budget`). One that was silent for longer is gone, though TCP
may not know; its unsent frames would pile up."""


class LiveSocket(Socket, Protocol):
    """What a live room needs of a connection."""

    def last_heard_us(self) -> int: ...

    def user_id(self) -> int | None: ...

    def renew(self) -> None: ...

    async def close(self, code: int) -> None: ...

    async def dismiss(self, code: int) -> None: ...


class State(Enum):
    LIVE = "live"
    ENDED = "ended"  # its last socket has gone, or a part has failed; for good


class LiveRoom:
    """One room's sockets, its subscription and its timers. What has ended takes no socket any more."""

    def __init__(self, room_id: int, revision: int, failed: Callable[["LiveRoom"], None]) -> None:
        self.room_id = room_id
        self.revision = revision
        """Up to here its sockets have been told, or are about to be."""
        self.state = State.LIVE
        self._failed = failed
        self.hub: Hub[LiveSocket] = Hub()
        self._timeline_changed = asyncio.Event()
        self._people_changed = asyncio.Event()
        self._people = NOBODY
        self._render_turn = asyncio.Lock()
        self._tasks = [
            asyncio.create_task(self._run(part))
            for part in (self._hear_broadcasts(), self._follow_timeline(), self._show_people(), self._drop_silent())
        ]

    def admit(self, socket: LiveSocket) -> None:
        if self.state is State.ENDED:
            raise RuntimeError("a live room that has ended takes no socket")
        self.hub.sockets.add(socket)

    def close(self) -> None:
        self.state = State.ENDED
        for task in self._tasks:
            task.cancel()

    def people_changed(self) -> None:
        """Somebody came or went here, or hears something else."""
        self.show_people()
        exchange.changed(self.room_id)

    def show_people(self) -> None:
        """The list of people is another one, by sockets here or in other processes."""
        self._people_changed.set()

    async def _run(self, part: Coroutine[Any, Any, None]) -> None:
        try:
            await part
        except Exception:
            log.exception("room %d: a background part failed; its sockets come back to a new one", self.room_id)
            self._failed(self)
            await self._close_all(CLOSE_RESTART)
            self.close()

    async def _hear_broadcasts(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        group = group_of(self.room_id)
        await layer.group_add(group, channel)
        await layer.group_add(RIGHTS_GROUP, channel)
        relay.join(group)
        try:
            while True:
                await self._heed(await layer.receive(channel))
        finally:
            relay.leave(group)
            await layer.group_discard(group, channel)
            await layer.group_discard(RIGHTS_GROUP, channel)

    async def _heed(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "rights.changed":
                self._renew(message["user_id"])
            case "room.closed":
                await self._send_away()
            case "room.checked":
                if message["revision"] != self.revision:
                    await self._catch_up()
            case "room.frame":
                if message["base_revision"] > self.revision:
                    await self._catch_up()
                elif message["revision"] > self.revision:
                    await self._tell(message["texts"], message["revision"])

    async def _tell(self, texts: Mapping[str, str], revision: int) -> None:
        self.revision = revision
        began_us = clock.now_us()
        await self.hub.deliver(texts)
        took_ms = (clock.now_us() - began_us) / 1000
        board.note_fan_out(self.room_id, took_ms)
        metrics.broadcasts.inc()
        metrics.fan_out_ms.observe(took_ms)
        self._timeline_changed.set()

    async def _catch_up(self) -> None:
        """Tell what was missed, which the database has by now. What comes of it late is told already."""
        try:
            since = await database_sync_to_async(update_since)(self.room_id, self.revision, clock.now_us())
        except DatabaseError as error:  # the next check is half a second away
            log.error("room %d: what it missed could not be read: %s", self.room_id, error)
            return
        if since is None:
            await self._send_away()
            return
        if since.revision == self.revision:
            return
        metrics.catch_ups.inc()
        await self._tell(dict.fromkeys((code for code, _name in settings.LANGUAGES), since.frame), since.revision)

    async def _send_away(self) -> None:
        """The room is gone."""
        self.revision = GONE
        await self.hub.deliver(closed_texts())
        await self._close_all(CLOSE_NO_ROOM)

    def _renew(self, user_id: int | None) -> None:
        for socket in self.hub.sockets:
            if socket.user_id() is not None and user_id in (None, socket.user_id()):
                socket.renew()

    async def _follow_timeline(self) -> None:
        while True:
            self._timeline_changed.clear()
            now_us = clock.now_us()
            try:
                due_us = await database_sync_to_async(self._settle)(now_us)
            except DatabaseError as error:
                log.error("room %d: the timeline could not be written down: %s", self.room_id, error)
                await asyncio.sleep(RETRY_S)
                continue
            wait_s = None if due_us is None else max(0.0, (due_us - clock.now_us()) / 1e6)
            try:
                await asyncio.wait_for(self._timeline_changed.wait(), wait_s)
            except TimeoutError:
                continue

    def _settle(self, now_us: int) -> int | None:
        try:
            settle(self.room_id, now_us=now_us)
            return next_change_us(self.room_id, now_us)
        except RoomError:
            return None  # destroyed; its last broadcast is on the way

    async def _show_people(self) -> None:
        while True:
            await self._people_changed.wait()
            self._people_changed.clear()
            before = self._people
            after = await self._render_people()
            await self.hub.deliver_later({code: people_frame(before, after, code) for code in after.rows})
            await asyncio.sleep(PEOPLE_INTERVAL_S * (1 + len(self.hub) // SOCKETS_PER_INTERVAL))

    async def people_text(self, language: str) -> str:
        """The newest people list as a frame, whole."""
        people = self._people if self._people is not NOBODY else await self._render_people()
        return people_frame(NOBODY, people, language)

    async def _render_people(self) -> RenderedPeople:
        async with self._render_turn:
            languages = [code for code, _name in settings.LANGUAGES]
            self._people = await asyncio.to_thread(render_people, self.room_id, self._people.revision + 1, languages)
            return self._people

    async def _drop_silent(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            limit_us = clock.now_us() - SILENT_AFTER_S * 1_000_000
            for socket in list(self.hub.sockets):
                if socket.last_heard_us() < limit_us:
                    await socket.close(1001)

    async def _close_all(self, code: int) -> None:
        for socket in list(self.hub.sockets):
            await socket.dismiss(code)


class LiveRooms:
    """The live rooms of this process, by room id."""

    def __init__(self) -> None:
        self._rooms: dict[int, LiveRoom] = {}
        self._budget = FULL_PINGS_PER_MIN
        self._announcing: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    def enter(self, room_id: int, revision: int, socket: LiveSocket) -> LiveRoom:
        """`revision`: the room's, read before, so that the socket is told whatever comes after it."""
        room = self._rooms.get(room_id)
        if room is None:
            room = self._rooms[room_id] = LiveRoom(room_id, revision, self._forget)
            self._watching = self._watching or asyncio.create_task(watch(self._rooms))
        room.admit(socket)
        self._share_budget()
        return room

    def exit(self, room: LiveRoom, socket: LiveSocket) -> None:
        room.hub.sockets.discard(socket)
        readings.forget(room.room_id, id(socket))
        if board.take(room.room_id, id(socket)):
            room.people_changed()
        if not room.hub.sockets:
            self._forget(room)
            room.close()
        self._share_budget()

    def _forget(self, room: LiveRoom) -> None:
        """The next socket of this room makes a new live room."""
        if self._rooms.get(room.room_id) is room:
            del self._rooms[room.room_id]
        if not self._rooms and self._watching:
            self._watching.cancel()
            self._watching = None

    def show_people(self, room_id: int) -> None:
        """Somebody came or went in another process."""
        if room := self._rooms.get(room_id):
            room.show_people()

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
