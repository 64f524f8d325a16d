"""Sockets whose peers do not read, over the real server: they take little of it, are ended, and nobody else notices."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.sync.client import connect as connect_sync

from playback.protocol import CLOSE_TOO_SLOW
from synchro.server import limits
from tests.server import hasty
from tests.server.peers import Endless, frame, has_ended, resident_bytes, send_now, text_frame, upgrade
from tests.server.peers import connect as connect_raw
from tests.serving import Site
from tests.waiting import POLL_S, until

SLOW_PEERS = 20
ASKS_PER_S = 4
MAX_GROWTH_BYTES = 10_000_000
ENDED_WITHIN_S = 40
"""SOCKET_STALLED_S, CLOSE_DEADLINE_S, and time for a busy machine."""


class Listener:
    """Somebody who reads: asks for the time ten times a second, and counts what comes."""

    def __init__(self, link: ClientConnection) -> None:
        self._link = link
        self.pings = 0
        self.pongs = 0
        self.revisions: list[int] = []

    async def listen(self) -> None:
        async for text in self._link:
            message = json.loads(text)
            self.pongs += message["type"] == "clock.pong"
            if message["type"] == "room.update":
                self.revisions.append(message["revision"])

    async def ping(self) -> None:
        while True:
            await self._link.send(json.dumps({"type": "clock.ping", "t0": self.pings}, separators=(",", ":")))
            self.pings += 1
            await asyncio.sleep(0.1)


@pytest.fixture
def slow_peers(site: Site, hall: str) -> Iterator[list[socket.socket]]:
    """Raw connections that asked for a socket in the room and have not read so much as the answer."""
    with ExitStack() as stack:
        peers = [stack.enter_context(connect_raw(site.port, small=True)) for _ in range(SLOW_PEERS)]
        for peer in peers:
            peer.sendall(upgrade(hall))
        yield peers


def ask_for_everything(peers: list[socket.socket]) -> list[socket.socket]:
    """Each peer asks for the room's whole state; those whose connection has ended by now."""
    ended = [peer for peer in peers if has_ended(peer)]
    for peer in peers:
        if peer not in ended:
            with suppress(ConnectionError):  # it has just been ended
                send_now(peer, text_frame(type="room.resume", revision=0))
    return ended


async def test_twenty_who_never_read_are_ended_and_one_who_reads_notices_nothing(
    site: Site, hall: str, slow_peers: list[socket.socket]
) -> None:
    pid = site.process.pid
    with site.api() as api:
        api.post(f"rooms/{hall}/transport", json={"action": "play"}).raise_for_status()
        async with connect(f"{site.ws_url}/ws/rooms/{hall}/", max_size=None) as link:
            listener = Listener(link)
            listening, pinging = asyncio.create_task(listener.listen()), asyncio.create_task(listener.ping())
            before = most = resident_bytes(pid)
            changed = []
            for asked in range(ENDED_WITHIN_S * ASKS_PER_S):
                ended = ask_for_everything(slow_peers)
                most = max(most, resident_bytes(pid))
                if asked % (5 * ASKS_PER_S) == 0:  # seldom: each request costs the server some memory of its own
                    entry = (await asyncio.to_thread(site.room, hall))["entry"]
                    seek = {"action": "seek", "entry": entry, "position_s": asked}
                    answer = await asyncio.to_thread(api.post, f"rooms/{hall}/transport", json=seek)
                    changed.append(answer.raise_for_status().json()["revision"])
                if len(ended) == SLOW_PEERS:
                    break
                await asyncio.sleep(1 / ASKS_PER_S)
            pinging.cancel()
            await asyncio.to_thread(until, lambda: listener.pongs == listener.pings, 10, "every ping's answer")
            await asyncio.to_thread(until, lambda: changed[-1] in listener.revisions, 10, "the last change")
            listening.cancel()
    assert len(ended) == SLOW_PEERS
    assert most - before <= MAX_GROWTH_BYTES
    assert set(changed) <= set(listener.revisions)


def test_a_quick_reader_of_a_large_backlog_is_not_ended(site: Site, hall: str) -> None:
    """The bound is on what waits, not on what is sent."""
    received = 0
    with connect_sync(f"{site.ws_url}/ws/rooms/{hall}/", max_size=None) as link:
        for _ in range(38):
            link.send('{"type":"room.resume","revision":0}')
            while json.loads(text := link.recv(timeout=30))["type"] != "room.update":
                pass
            received += len(text.encode() if isinstance(text, str) else text)
    assert received > limits.MAX_UNSENT_BYTES


def test_a_slow_reader_who_reads_on_is_not_ended(hasty_site: Site, hasty_hall: str) -> None:
    """It is behind for three times SOCKET_STALLED_S, and takes a little all the while."""
    reads, asked = 0, 0
    with connect_raw(hasty_site.port, small=True) as peer:
        peer.sendall(upgrade(hasty_hall))

        def reads_a_little() -> bool:
            nonlocal reads, asked
            assert peer.recv(512)
            reads += 1
            if reads * POLL_S > asked / ASKS_PER_S:
                asked += 1
                ask_for_everything([peer])
            return reads * POLL_S > 3 * hasty.LIMITS["SOCKET_STALLED_S"]

        until(reads_a_little, 60, "three times the deadline")
        assert not has_ended(peer)
        peer.sendall(text_frame(type="clock.ping", t0=1))
        got = b""
        while b'"clock.pong"' not in got:
            got = got[-100:] + peer.recv(65536)


PING, CLOSE = 9, 8  # opcodes, RFC 6455


def test_pings_of_the_protocol_are_answered_to_those_who_read_alone(hasty_site: Site, hasty_hall: str) -> None:
    """Their answers are autobahn's, and bounded all the same: a peer that does not read is read no more."""
    before = most = resident_bytes(hasty_site.process.pid)
    with connect_raw(hasty_site.port, small=True) as peer:
        peer.sendall(upgrade(hasty_hall))
        pings = Endless(peer, 100 * frame(PING, bytes(125)))

        def sends_until_it_is_ended() -> bool:
            nonlocal most
            most = max(most, resident_bytes(hasty_site.process.pid))
            pings.send_what_is_taken(rounds=100)
            return has_ended(peer)

        until(sends_until_it_is_ended, ENDED_WITHIN_S, "the end of a peer that does not read")
    assert most - before <= 2 * limits.MAX_UNSENT_BYTES


def test_one_who_closes_and_does_not_read_is_ended(hasty_site: Site) -> None:
    """With a little more waiting for it than the kernel takes: too little for it to be read no more."""
    with hasty_site.api() as api:
        api.post("rooms", json={"name": "empty"}).raise_for_status()
    pings = (limits.MAX_UNSENT_IN_KERNEL_BYTES + 40_000) // 127
    with connect_raw(hasty_site.port, small=True) as peer:
        peer.sendall(upgrade("empty"))
        peer.sendall(pings * frame(PING, bytes(125)) + frame(CLOSE, b""))
        until(lambda: has_ended(peer), ENDED_WITHIN_S, "the end of a peer that does not read")


def test_one_who_begins_to_read_in_time_learns_why(site: Site, hall: str) -> None:
    """Behind what waited for it, and no more than may wait, comes a close frame with a code."""
    with connect_raw(site.port, small=True) as peer:
        peer.sendall(upgrade(hall))
        peer.sendall(35 * text_frame(type="room.resume", revision=0))
        name = f"['127.0.0.1', {peer.getsockname()[1]}] does not read"
        until(lambda: name in site.log.read_text(), ENDED_WITHIN_S, "the end of a socket that does not read")
        peer.settimeout(30)
        got = bytearray()
        while not got.endswith(b"\x88\x02" + CLOSE_TOO_SLOW.to_bytes(2)):
            part = peer.recv(65536)
            assert part, "the connection ended without a close frame"
            got += part
    assert len(got) <= limits.MAX_UNSENT_BYTES + 2 * limits.MAX_UNSENT_IN_KERNEL_BYTES
