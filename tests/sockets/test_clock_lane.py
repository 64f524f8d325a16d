"""Clock pings are answered in front of everything else."""

import asyncio
import json

import pytest

from playback import clock, limits, protocol
from rooms.live.clock_lane import ClockLane, Message, PingAllowance
from tests.builders import NOW_US, SECOND_US


class Wire:
    """Both ends of one ASGI socket."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.outgoing: asyncio.Queue[Message] = asyncio.Queue()

    def say(self, text: str) -> None:
        self.incoming.put_nowait({"type": "websocket.receive", "text": text})


async def run_lane(wire: Wire, seen: list[str]) -> None:
    async def application(scope, receive, send) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            seen.append(message["text"])
        wire.incoming.put_nowait(message)

    await ClockLane(application)({}, wire.incoming.get, wire.outgoing.put)


async def test_a_ping_is_stamped_on_arrival_and_on_leaving() -> None:
    wire, seen = Wire(), list[str]()
    before_us = clock.now_us()
    wire.say('{"type":"clock.ping","t0":12.25}')
    wire.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
    await run_lane(wire, seen)
    pong = json.loads((await wire.outgoing.get())["text"])
    assert pong["t0"] == 12.25
    assert before_us <= pong["t1_us"] <= pong["t2_us"] <= clock.now_us()
    assert seen == []


async def test_everything_else_reaches_the_application_in_order() -> None:
    wire, seen = Wire(), list[str]()
    for text in ("a", '{"type":"clock.ping","t0":1}', "b", '{"type":"clock.ping","t0":"no"}'):
        wire.say(text)
    wire.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
    await run_lane(wire, seen)
    assert seen == ["a", "b", '{"type":"clock.ping","t0":"no"}']
    assert wire.outgoing.qsize() == 1


async def test_a_flood_of_pings_ends_the_socket() -> None:
    wire, seen = Wire(), list[str]()
    for _ in range(2 * limits.MAX_PINGS_PER_10_S + 1):  # a window may end in between
        wire.say('{"type":"clock.ping","t0":1}')
    await run_lane(wire, seen)
    last = await wire.incoming.get()
    while not wire.incoming.empty():
        last = await wire.incoming.get()
    assert last["code"] == protocol.CLOSE_TOO_MUCH


def test_the_allowance_is_renewed_every_ten_seconds() -> None:
    allowance = PingAllowance()
    now_us = NOW_US - NOW_US % (10 * SECOND_US)
    assert all(allowance.take(now_us) for _ in range(limits.MAX_PINGS_PER_10_S))
    assert not allowance.take(now_us)
    assert allowance.take(now_us + 10 * SECOND_US)


@pytest.mark.parametrize("text", ["", None])
async def test_binary_frames_are_not_pings(text: str | None) -> None:
    wire, seen = Wire(), list[Message]()

    async def application(scope, receive, send) -> None:
        seen.append(await receive())

    wire.incoming.put_nowait({"type": "websocket.receive", "bytes": b"\x00", "text": text})
    await ClockLane(application)({}, wire.incoming.get, wire.outgoing.put)
    assert seen[0]["bytes"] == b"\x00"
