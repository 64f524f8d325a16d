"""Peers that are slow to read a response, over a real server with an application that sends as fast as it may."""

import httpx
import pytest

from synchro.server import limits
from tests.server.hasty import LIMITS
from tests.server.peers import connect, has_ended, head, is_answered, resident_bytes
from tests.serving import Site
from tests.waiting import POLL_S, until

MAX_IN_KERNEL_BYTES = 8 * 1024 * 1024
"""What Linux may take of a connection: 4 MB where it sends, and some where it receives."""

ENDED_WITHIN_S = 60


class Told:
    """What the application has done so far."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __getitem__(self, name: str) -> int:
        return int(httpx.get(f"{self._site.url}/told").json()[name])

    def settled(self) -> int:
        """The bytes that it has sent, once they grow no more."""
        seen = [-1]

        def grows_no_more() -> bool:
            seen.append(self["sent_bytes"])
            return seen[-1] == seen[-2]

        until(grows_no_more, 30, "an application that waits")
        return seen[-1]


@pytest.fixture
def told(streaming_site: Site) -> Told:
    return Told(streaming_site)


def test_an_application_waits_for_a_peer_that_does_not_read(streaming_site: Site, told: Told) -> None:
    before, sent_before = resident_bytes(streaming_site.process.pid), told["sent_bytes"]
    with connect(streaming_site.port, small=True) as peer:
        peer.sendall(head("GET /endless HTTP/1.1"))
        until(lambda: is_answered(peer), 10, "the beginning of a stream")
        sent = told.settled() - sent_before
        assert 0 < sent <= limits.MAX_UNSENT_RESPONSE_BYTES + MAX_IN_KERNEL_BYTES
        assert resident_bytes(streaming_site.process.pid) - before < 4 * limits.MAX_UNSENT_RESPONSE_BYTES

        def reads_a_lot() -> bool:
            for _ in range(200):
                assert peer.recv(1 << 20)
            return told["sent_bytes"] - sent_before > sent

        until(reads_a_lot, 30, "more, once it reads")


def test_one_that_reads_nothing_is_ended_and_its_application_told(streaming_site: Site, told: Told) -> None:
    with connect(streaming_site.port, small=True) as peer:
        peer.sendall(head("GET /endless HTTP/1.1"))
        until(lambda: told["open"] == 1, 10, "a stream")
        until(lambda: has_ended(peer), ENDED_WITHIN_S, "the end of a peer that reads nothing")
        until(lambda: told["open"] == 0, 10, "the end of its application")


def test_one_that_reads_nothing_of_a_complete_response_is_ended_too(streaming_site: Site, told: Told) -> None:
    """The application has long gone. What waits is a little more than what the kernel takes."""
    sent_before = told["sent_bytes"]
    with connect(streaming_site.port, small=True) as peer:
        peer.sendall(head("GET /endless HTTP/1.1"))
        until(lambda: is_answered(peer), 10, "the beginning of a stream")
        size = told.settled() - sent_before - limits.MAX_UNSENT_RESPONSE_BYTES // 2
    until(lambda: told["open"] == 0, 10, "the end of its application")
    with connect(streaming_site.port, small=True) as peer:
        peer.sendall(head(f"GET /{size} HTTP/1.1"))
        until(lambda: is_answered(peer) and told["open"] == 0, 10, "the end of the application")
        until(lambda: has_ended(peer), ENDED_WITHIN_S, "the end of a peer that reads nothing")


def test_a_slow_reader_who_reads_on_gets_it_all(streaming_site: Site) -> None:
    """For three times RESPONSE_STALLED_S, a little at a time: a phone on 100 kbit/s, with a segment of music."""
    size = 1_048_576
    piece_bytes = round(size * POLL_S / LIMITS["RESPONSE_STALLED_S"] / 3)
    with connect(streaming_site.port, small=True) as peer:
        peer.sendall(head(f"GET /{size} HTTP/1.1"))
        got = bytearray()
        until(lambda: got.extend(peer.recv(piece_bytes)) or got.endswith(b"0\r\n\r\n"), 60, "all of it")
    assert len(got) > size
