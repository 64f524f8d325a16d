"""A server that is asked to stop: its sockets are told, its requests answered, and nothing new is begun."""

import errno
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect as connect_socket

from playback.protocol import CLOSE_RESTARTING
from tests.server.conftest import StreamingSite
from tests.server.peers import connect, head
from tests.waiting import until

ANSWER_BYTES = 8 * 1024 * 1024
"""More than the kernel and the server hold for a peer that does not read."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[StreamingSite]:
    with StreamingSite(tmp_path) as site:
        site.start()
        yield site


def ask_to_stop(site: StreamingSite) -> None:
    site.process.send_signal(signal.SIGTERM)


def is_refused(port: int) -> bool:
    with socket.socket() as peer:
        return peer.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def read_to_the_end(peer: socket.socket) -> int:
    """The number of bytes."""
    received = 0
    while piece := peer.recv(1 << 20):
        received += len(piece)
    return received


@pytest.mark.parametrize("count", [1, 100])
def test_sockets_are_told_that_it_starts_anew(site: StreamingSite, count: int) -> None:
    with ExitStack() as stack:
        links = [stack.enter_context(connect_socket(f"{site.ws_url}/", compression=None)) for _ in range(count)]
        ask_to_stop(site)
        for link in links:
            with pytest.raises(ConnectionClosedError) as closed:
                link.recv(timeout=30)
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (CLOSE_RESTARTING, "restarting")
    assert site.process.wait(30) == 0


def test_a_request_in_hand_is_answered_and_no_other_taken(site: StreamingSite) -> None:
    with connect(site.port) as reading:
        reading.sendall(head(f"GET /{ANSWER_BYTES} HTTP/1.1", "Connection: close"))
        received = len(reading.recv(1))
        ask_to_stop(site)
        until(lambda: is_refused(site.port), 30, "the end of listening")
        received += read_to_the_end(reading)
    assert received > ANSWER_BYTES
    assert site.process.wait(30) == 0


def test_what_does_not_end_is_cut_off(site: StreamingSite) -> None:
    with connect(site.port) as reading:
        reading.sendall(head("GET /endless HTTP/1.1"))
        reading.recv(1)
        ask_to_stop(site)
        assert site.process.wait(30) == 0
