"""Processes tell each other who is in their rooms, by messages to all of them: each knows the whole site's people, so
that a page or a lead asks nobody. Nothing of it is stored, so nothing is left of a process that was killed."""

import asyncio
from collections.abc import Callable

import msgspec
from channels.layers import get_channel_layer

from playback import clock
from rooms.broadcast import RIGHTS_GROUP, rights_message
from rooms.people.elsewhere import TELL_EVERY_US, elsewhere, read, told_of
from rooms.people.presence import board
from synchro.shared.link import PROCESS, Link
from synchro.shared.relay import Message, relay, tell_others

PEOPLE_GROUP = "people"
"""Every process is in it."""

LOOK_EVERY_S = 0.5
"""How soon the others hear that somebody came or went."""

SOCKETS_PER_LOOK = 100
"""All of a room is told each time, some 300 bytes a socket: of a room of n times as many, every nth time at most."""


class Exchange:
    """This process's side. Used on the event loop only."""

    def __init__(self) -> None:
        self._running = False
        self._changed: set[int] = set()
        self._told_us: dict[int, int] = {}  # by room

    def changed(self, room_id: int) -> None:
        """Somebody came or went here, or hears something else."""
        if self._running:
            self._changed.add(room_id)

    async def run(self, to_redis: Link, show: Callable[[int], None]) -> None:
        """For as long as the process serves. `show`: the people of a room are others now, by another process."""
        self._running = True
        relay.join(PEOPLE_GROUP)
        await asyncio.gather(self._tell(to_redis, show), self._hear(show))

    async def _tell(self, to_redis: Link, show: Callable[[int], None]) -> None:
        await relay.settled()
        await tell_others(PEOPLE_GROUP, {"type": "people.asked"})
        was_down = False
        while True:
            now_us = clock.now_us()
            if was_down and not to_redis.is_down():  # what was told meanwhile was not heard
                await get_channel_layer().group_send(RIGHTS_GROUP, rights_message(None))
            was_down = to_redis.is_down()
            for room_id in self._due(now_us):
                self._changed.discard(room_id)
                message = self._message(room_id)
                self._told_us[room_id] = now_us
                await tell_others(PEOPLE_GROUP, message)
            for room_id in elsewhere.forget_silent(now_us):
                show(room_id)
            await asyncio.sleep(LOOK_EVERY_S)

    def _due(self, now_us: int) -> list[int]:
        here = set(board.rooms_here())
        self._told_us = {room_id: at_us for room_id, at_us in self._told_us.items() if room_id in here}
        return [
            room_id
            for room_id in here | self._changed
            if now_us - self._told_us.get(room_id, 0) >= self._pause_us(room_id)
        ]

    def _pause_us(self, room_id: int) -> int:
        """Between two tellings of a room."""
        if room_id not in self._changed:
            return TELL_EVERY_US
        return min(TELL_EVERY_US, round(LOOK_EVERY_S * 1e6) * (len(board.here(room_id)) // SOCKETS_PER_LOOK))

    def _message(self, room_id: int) -> Message:
        return {
            "type": "people.here", "process": PROCESS, "room_id": room_id, "fan_out_ms": board.fan_out_here_ms(room_id),
            "told": told_of(room_id, self._told_us.get(room_id, 0)),
        }  # fmt: skip

    async def _hear(self, show: Callable[[int], None]) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(PEOPLE_GROUP, channel)
        while True:
            message = await layer.receive(channel)
            if message["type"] == "people.asked":
                self._changed.update(board.rooms_here())
                continue
            try:
                told = read(message["told"])
            except msgspec.DecodeError:  # of another version; it, or this process, is replaced soon
                continue
            room_id = message["room_id"]
            if elsewhere.note(message["process"], room_id, told, message["fan_out_ms"], clock.now_us()):
                show(room_id)


exchange = Exchange()
