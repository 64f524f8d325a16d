"""Whatever a page sends, within the limits on rate: no socket is lost over it, and every frame has its answer.

`SYNCHRO_FUZZ_SOCKETS=750` makes it 30 000 frames.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import msgspec
import pytest
from websockets.asyncio.client import connect

from playback import limits, protocol
from tests.access import fuzz
from tests.access.stage import Stage
from tests.serving import Site

SOCKETS = int(os.environ.get("SYNCHRO_FUZZ_SOCKETS", "50"))
FRAMES_EACH = limits.MAX_COMMANDS_PER_10_S - 1  # one window's worth, less the one that ends it
AT_ONCE = 10
DEADLINE_S = 120


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Site(tmp_path_factory.mktemp("fuzz")) as site:
        site.prepare(demo=False)
        prepared = Stage(site)
        site.start()
        yield prepared


def wanted(frame: str) -> str:
    """What answers a frame: the id of a command, `error`, `clock.pong`, or nothing."""
    if len(frame) > limits.MAX_FRAME_BYTES:
        return "error"
    try:
        message = protocol.decode(frame)
    except msgspec.DecodeError:
        return "error"
    if isinstance(message, protocol.CommandMessage):
        return message.id
    return "clock.pong" if isinstance(message, protocol.ClockPing) else ""


async def send_all(stage: Stage, slug: str, seed: int) -> Counter[str]:
    """What was not answered of one socket's frames; raises if the socket is closed over them."""
    headers = {"Origin": stage.site.url, "Cookie": stage.cookies["listener"]}
    sent = list(islice(fuzz.frames(seed), FRAMES_EACH))
    missing = Counter(answer for frame in sent if (answer := wanted(frame)))
    async with connect(f"{stage.site.ws_url}/ws/rooms/{slug}/", additional_headers=headers, max_size=None) as socket:
        for frame in sent:
            await socket.send(frame)
        await socket.send(json.dumps({"type": "clock.ping", "t0": 1}))  # the socket still serves
        missing["clock.pong"] += 1
        async with asyncio.timeout(DEADLINE_S):
            while +missing:
                answer = json.loads(await socket.recv())
                assert answer.get("code") not in {"rate_limited", "internal", "unavailable"}, answer
                missing[answer["id"] if "id" in answer else answer["type"]] -= 1
    return +missing


async def test_no_frame_costs_a_socket_or_stays_without_an_answer(stage: Stage) -> None:
    rooms = [room["slug"] for room in stage.rooms["everyone"]]
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Counter[str]:
        async with turns:
            return await send_all(stage, rooms[number % len(rooms)], seed=number)

    missing = await asyncio.gather(*(one(number) for number in range(SOCKETS)))
    assert sum(missing, Counter()) == Counter()
    assert "Traceback" not in stage.site.log.read_text()
