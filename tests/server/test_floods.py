"""Sockets whose peers send more than the application takes, over the real server."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from websockets.sync.client import connect

from playback.limits import MAX_COMMANDS_PER_10_S, MAX_REFUSED_PER_10_S
from synchro.server import limits
from tests.server.peers import Endless, frame, has_ended, resident_bytes, text_frame, upgrade
from tests.server.peers import connect as connect_raw
from tests.serving import Site
from tests.waiting import until

FLOOD_FRAMES = 150_000
MAX_GROWTH_BYTES = 5_000_000
"""A queue without a bound took 25 MB of these frames."""

ANSWER = b'"type":"error"'


class Flood:
    """Sends FLOOD_FRAMES as fast as it may, and reads the answers: each is a refusal, until it is let go."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self.answers = 0
        self.is_over = False
        for work in (self._send, self._read):
            threading.Thread(target=work, daemon=True).start()

    def _send(self) -> None:
        with suppress(OSError):
            for _ in range(FLOOD_FRAMES // 1000):
                self._peer.sendall(1000 * frame(1, b"{}"))

    def _read(self) -> None:
        rest = b""
        with suppress(OSError):
            while part := self._peer.recv(1 << 20):
                got = rest + part
                self.answers += got.count(ANSWER)
                rest = got[-len(ANSWER) + 1 :]
        self.is_over = True


@pytest.fixture(scope="module")
def room(site: Site) -> str:
    with site.api() as api:
        api.post("rooms", json={"name": "flooded"}).raise_for_status()
    return "flooded"


@pytest.fixture
def flood(site: Site, room: str) -> Iterator[Flood]:
    with connect_raw(site.port) as peer:
        peer.sendall(upgrade(room))
        while b'"people.update"' not in peer.recv(65536):
            pass
        yield Flood(peer)


def test_who_floods_is_let_go_and_nobody_else_notices(site: Site, room: str, flood: Flood) -> None:
    """The server's memory stays, and somebody else's clock is answered meanwhile and after."""
    before = most = resident_bytes(site.process.pid)
    with connect(f"{site.ws_url}/ws/rooms/{room}/") as link:

        def ask_the_time() -> bool:
            nonlocal most
            link.send('{"type":"clock.ping","t0":1}')
            while json.loads(link.recv(timeout=30))["type"] != "clock.pong":
                pass
            most = max(most, resident_bytes(site.process.pid))
            return flood.is_over

        until(ask_the_time, 60, "the end of the flood")
        ask_the_time()
    assert flood.answers <= 2 * (MAX_COMMANDS_PER_10_S + MAX_REFUSED_PER_10_S)  # a window may end in between
    assert most - before <= MAX_GROWTH_BYTES


def test_every_frame_of_a_burst_is_answered_in_order(site: Site, room: str) -> None:
    """More than wait at once, in one piece, so that reading pauses in the middle of it."""
    count = 10 * limits.MAX_WAITING_MESSAGES
    with connect_raw(site.port) as peer:
        peer.sendall(upgrade(room))
        while b'"people.update"' not in peer.recv(65536):
            pass
        peer.sendall(b"".join(text_frame(type="clock.ping", t0=number) for number in range(count)))
        got = bytearray()
        until(lambda: got.extend(peer.recv(65536)) or got.count(b'"clock.pong"') == count, 30, "every pong")
    answered = [int(float(part.split(b",")[0])) for part in bytes(got).split(b'"t0":')[1:]]
    assert answered == list(range(count))


def test_frames_that_come_with_the_upgrade_are_taken(site: Site, room: str) -> None:
    """A client must wait for the answer. One that does not is understood, and cannot open a second handshake."""
    with connect_raw(site.port) as peer:
        peer.sendall(upgrade(room) + frame(1, b"\r\n\r\n") + text_frame(type="clock.ping", t0=7))
        got = bytearray()
        until(lambda: got.extend(peer.recv(65536)) or b'"t0":7' in got, 10, "the answer to an early ping")
    assert b'"bad_message"' in got


def test_what_comes_before_it_is_known_whose_a_socket_is_waits_with_its_sender(
    hasty_site: Site, hold: Callable[[str], None]
) -> None:
    """That stands in the database. Nobody need wait for it with sending."""
    hold("database")
    before = most = resident_bytes(hasty_site.process.pid)
    looks_without = 0
    with connect_raw(hasty_site.port) as peer:
        peer.sendall(upgrade("any"))
        flood = Endless(peer, 1000 * frame(1, bytes(1000)))

        def takes_no_more() -> bool:
            nonlocal most, looks_without
            looks_without = 0 if flood.send_what_is_taken(rounds=10) else looks_without + 1
            most = max(most, resident_bytes(hasty_site.process.pid))
            return looks_without >= 20

        until(takes_no_more, 30, "a server that reads no more")
        assert not has_ended(peer)
        hold("")
        until(lambda: has_ended(peer), 30, "the end: no such room")
    assert most - before <= MAX_GROWTH_BYTES
