"""Requests that drip, and peers that are slow but honest, over a real server with a tenth of its patience."""

import socket
from collections.abc import Iterator
from itertools import cycle

import pytest

from synchro.server import limits
from tests.server.hasty import LIMITS
from tests.server.peers import connect, head, is_answered
from tests.serving import Site
from tests.waiting import POLL_S, until

ENDED_WITHIN_S = 60


@pytest.fixture
def peer(hasty_site: Site) -> Iterator[socket.socket]:
    with connect(hasty_site.port) as peer:
        yield peer


def drip(peer: socket.socket, endless: bytes) -> bytes:
    """Send `endless` again and again, a byte at a time, until an answer comes; the answer."""
    pieces = cycle(bytes((value,)) for value in endless)

    def sends_a_byte() -> bool:
        peer.sendall(next(pieces))
        return is_answered(peer)

    until(sends_a_byte, ENDED_WITHIN_S, "an answer to a request that drips")
    return peer.recv(65536)


def send_slowly(peer: socket.socket, content: bytes, piece_bytes: int) -> None:
    """A piece every POLL_S."""
    pieces = [content[at : at + piece_bytes] for at in range(0, len(content), piece_bytes)]

    def sends_a_piece() -> bool:
        assert not is_answered(peer), peer.recv(65536)
        peer.sendall(pieces.pop(0))
        return not pieces

    until(sends_a_piece, ENDED_WITHIN_S, "the end of a request")


def status(peer: socket.socket) -> int:
    return int(peer.recv(65536).split(b" ")[1])


@pytest.mark.parametrize(
    "begun", [b"", b"GET /healthz", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "], ids=["nothing", "line", "name"]
)
def test_headers_that_drip_end_in_408(peer: socket.socket, begun: bytes) -> None:
    peer.sendall(begun)
    answer = drip(peer, b"x" * 100)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"Connection: close" in answer
    assert b'"code": "timed_out"' in answer


def test_the_second_request_of_a_connection_has_the_same_deadline(peer: socket.socket) -> None:
    """Also if its beginning came with the first, and nothing after it."""
    peer.sendall(head("GET /healthz HTTP/1.1") + b"GET /heal")
    assert status(peer) == 200
    until(lambda: is_answered(peer), ENDED_WITHIN_S, "an answer to half a request")
    assert peer.recv(65536).startswith(b"HTTP/1.1 408 ")


def test_headers_that_come_in_time_are_answered_however_slowly_they_come(peer: socket.socket) -> None:
    """A byte at a time, for half the time that they have."""
    bytes_in_time = round(LIMITS["HEADERS_DEADLINE_S"] / POLL_S / 2)
    sent = head("GET /healthz HTTP/1.1")
    send_slowly(peer, head("GET /healthz HTTP/1.1", f"X: {'x' * (bytes_in_time - len(sent))}"), 1)
    assert status(peer) == 200


def test_a_connection_that_waits_between_requests_stays(hasty_site: Site, peer: socket.socket) -> None:
    """Twice as long as headers may take."""
    peer.sendall(head("GET /healthz HTTP/1.1"))
    assert status(peer) == 200
    for _ in range(2):
        with connect(hasty_site.port) as other:
            drip(other, b"x")
    peer.sendall(head("GET /healthz HTTP/1.1"))
    assert status(peer) == 200


LENGTH = 200_000


@pytest.mark.parametrize(
    ("body", "piece"), [(f"Content-Length: {LENGTH}", b"x"), ("Transfer-Encoding: chunked", b"1\r\nx\r\n")]
)
def test_a_body_that_drips_ends_in_408(peer: socket.socket, body: str, piece: bytes) -> None:
    """It comes with 50 bytes/s."""
    peer.sendall(head("POST /rooms/x/join/ HTTP/1.1", body))
    answer = drip(peer, piece)
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_an_honest_slow_body_is_taken(peer: socket.socket) -> None:
    """With some times the least rate, for longer than the grace. What the site then says of it is another matter.
    Headers that came slowly have their deadline behind them."""
    per_poll = round(5 * limits.MIN_BODY_BYTES_PER_S * POLL_S)
    length = round(per_poll / POLL_S * LIMITS["BODY_GRACE_S"] * 2)
    send_slowly(peer, head("POST /rooms/x/join/ HTTP/1.1", f"Content-Length: {length}"), 30)
    send_slowly(peer, b"x" * length, per_poll)
    assert status(peer) == 403  # no CSRF token


def test_a_408_ends_the_connection(peer: socket.socket) -> None:
    """Some time after the answer, in which what still comes is thrown away."""
    answer = drip(peer, b"x")
    assert answer.startswith(b"HTTP/1.1 408 ")
    until(lambda: ends_while_sending(peer), ENDED_WITHIN_S, "the end of the connection")


def ends_while_sending(peer: socket.socket) -> bool:
    try:
        peer.sendall(b"x")
        return is_answered(peer) and peer.recv(1) == b""
    except ConnectionError:
        return True
