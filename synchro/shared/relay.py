"""What processes say to each other, by Redis: a message to a group reaches the group of that name in every process.

Within a process a message goes by the ordinary channel layer, at once and whether Redis answers or not; the layer
"others" carries it to the rest. It may lose what it carries: whoever listens has another way to find out.

Traps of channels-redis' pub/sub layer: it asks Redis under one lock, so that a Redis that hangs holds up everybody who
sends (hence the time limit); a subscription that fails is forgotten (hence `_settle`); while Redis is away it logs a
traceback a second (its logger is silenced in the settings; `synchro.shared.link` says it once).
"""

import asyncio
import logging
from collections import Counter
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import channel_layers, get_channel_layer
from redis.exceptions import RedisError

from synchro.shared.connection import OTHERS, TIMEOUT_S
from synchro.shared.link import PROCESS, Link, Unreachable, link

RETRY_S = 1.0
"""Between two tries to subscribe while Redis is away."""

log = logging.getLogger(__name__)

Message = dict[str, Any]


def say(group: str, message: Message) -> None:
    """To a group, in this process and in all others. From a thread."""
    async_to_sync(tell)(group, message)


async def tell(group: str, message: Message) -> None:
    """The same on the event loop."""
    await get_channel_layer().group_send(group, message)
    await tell_others(group, message)


async def tell_others(group: str, message: Message) -> None:
    """To a group in the other processes alone. Returns, whether or not Redis took it."""
    if (to_redis := link()) is None:
        return
    try:
        to_redis.expect()
        carried = {"from": PROCESS, "group": group, "message": message}
        await asyncio.wait_for(channel_layers[OTHERS].group_send(group, carried), TIMEOUT_S)
    except Unreachable:
        return
    except (RedisError, OSError, TimeoutError) as error:
        to_redis.failed(error)
    else:
        to_redis.worked()


class Relay:
    """Hears the others in the groups that this process has joined. Used on the event loop only."""

    def __init__(self) -> None:
        self._members: Counter[str] = Counter()  # of groups, by whoever joined: a room may come anew before it has left
        self._joined: set[str] = set()
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()

    async def settled(self) -> None:
        """Returns once Redis knows the groups that were joined."""
        await self._settled.wait()

    def join(self, group: str) -> None:
        self._members[group] += 1
        self._settled.clear()
        self._changed.set()

    def leave(self, group: str) -> None:
        self._members[group] -= 1
        self._changed.set()

    async def run(self, to_redis: Link) -> None:
        """For as long as the process serves."""
        others, here = channel_layers[OTHERS], get_channel_layer()
        while True:
            try:
                channel = await others.new_channel()
                break
            except (RedisError, OSError) as error:
                to_redis.failed(error)
                await asyncio.sleep(RETRY_S)
        subscribing = asyncio.create_task(self._subscribe(to_redis, channel))
        try:
            while True:
                try:
                    carried = await others.receive(channel)
                    sender, group, message = carried["from"], carried["group"], carried["message"]
                except (KeyError, TypeError, ValueError) as error:
                    log.warning("Another process, or something else, says what nobody here understands: %r", error)
                    continue
                if sender != PROCESS:
                    await here.group_send(group, message)
        finally:
            subscribing.cancel()

    async def _subscribe(self, to_redis: Link, channel: str) -> None:
        """Have Redis know the groups that are wanted, now and whenever they change."""
        while True:
            self._changed.clear()
            try:
                await self._settle(channel)
            except (RedisError, OSError) as error:
                to_redis.failed(error)
                await asyncio.sleep(RETRY_S)
            else:
                if not self._changed.is_set():
                    self._settled.set()
                await self._changed.wait()

    async def _settle(self, channel: str) -> None:
        others = channel_layers[OTHERS]
        self._members = +self._members
        wanted = set(self._members)
        for group in wanted - self._joined:
            await others.group_add(group, channel)
            self._joined.add(group)
        for group in self._joined - wanted:
            self._joined.discard(group)
            await others.group_discard(group, channel)


relay = Relay()
