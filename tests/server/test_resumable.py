"""Uploads in pieces over the real server: what they cost it, cuts, and a server that is killed. Which pieces are taken,
and of whom: test_bodies.py. The protocol: tests/library/resumable/."""

import hashlib
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from library.jobs.resumable import MAX_PIECE_BYTES
from tests.server.conftest import UPLOAD_BYTES
from tests.server.peers import chunked, connect, head
from tests.server.watch import Watch, files_being_received, originals
from tests.serving import Site
from tests.waiting import until

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}


class Upload:
    """One of Alice's, by a script."""

    def __init__(self, site: Site, script: httpx.Client, size: int, name: str = "long.wav") -> None:
        about = {"Upload-Length": str(size), "Upload-Metadata": f"filename {b64encode(name.encode()).decode()}"}
        begun = script.post(f"{site.url}/library/uploads/", headers={**TUS, **about})
        assert begun.status_code == 201, begun.text
        self._script, self._site, self.path = script, site, begun.headers["Location"]
        self.url = f"{site.url}{self.path}"

    @property
    def offset(self) -> int:
        answer = self._script.head(self.url, headers=TUS)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def piece(self, offset: int, content: bytes) -> None:
        headers = {**PIECE, "Upload-Offset": str(offset)}
        answer = self._script.patch(self.url, content=content, headers=headers, timeout=300)
        assert answer.status_code == 204, answer.text
        assert int(answer.headers["Upload-Offset"]) == offset + len(content)

    def rest(self, content: bytes) -> None:
        for at in range(self.offset, len(content), MAX_PIECE_BYTES):
            self.piece(at, content[at : at + MAX_PIECE_BYTES])

    def raw_head(self, offset: int, length: str) -> bytes:
        """Of a piece whose body the caller sends as he likes."""
        return head(
            f"PATCH {self.path} HTTP/1.1", f"Authorization: {self._script.headers['Authorization']}", length,
            f"Upload-Offset: {offset}", *(f"{name}: {value}" for name, value in PIECE.items()),
        )  # fmt: skip

    def track(self) -> dict[str, Any]:
        answer = self._script.post(self.url, headers=TUS)
        assert answer.status_code in (200, 201), answer.text
        item: dict[str, Any] = answer.json()["items"][0]
        return item


@pytest.fixture
def begin(site: Site, script: httpx.Client) -> Iterator[Callable[[int], Upload]]:
    """An upload of so many bytes, which is given up after the test."""
    begun: list[Upload] = []

    def begin(size: int) -> Upload:
        begun.append(Upload(site, script, size))
        return begun[-1]

    yield begin
    for upload in begun:
        script.delete(upload.url, headers=TUS)


def test_a_file_in_pieces_costs_no_memory(
    site: Site, script: httpx.Client, begin: Callable[[int], Upload], watch: Watch, big_file: Path
) -> None:
    begin(3_000_000).rest(os.urandom(3_000_000))
    upload = begin(UPLOAD_BYTES)
    digest, at = hashlib.sha256(), 0
    with watch.running(), big_file.open("rb") as file:
        while piece := file.read(MAX_PIECE_BYTES):
            digest.update(piece)
            upload.piece(at, piece)
            at += len(piece)
    assert at == UPLOAD_BYTES
    assert originals(site)[digest.hexdigest()] == UPLOAD_BYTES
    assert script.get(f"tracks/{upload.track()['id']}").json()["original_bytes"] == UPLOAD_BYTES
    watch.check()
    assert watch.answers > 3
    assert list((site.data / "incoming" / "unfinished").iterdir()) == []


def test_a_cut_within_a_piece_loses_no_more_than_that(site: Site, begin: Callable[[int], Upload]) -> None:
    content = os.urandom(2 * MAX_PIECE_BYTES + 1_000_000)
    upload = begin(len(content))
    upload.piece(0, content[:MAX_PIECE_BYTES])
    with connect(site.port) as peer:
        peer.sendall(upload.raw_head(MAX_PIECE_BYTES, f"Content-Length: {MAX_PIECE_BYTES}"))
        peer.sendall(content[MAX_PIECE_BYTES : MAX_PIECE_BYTES + 4_000_000])
        until(lambda: files_being_received(site), 10, "half of a piece on the disk")
    until(lambda: not files_being_received(site), 10, "nothing is left of half a piece")
    assert upload.offset == MAX_PIECE_BYTES
    upload.rest(content)
    assert upload.track()["created"]
    assert originals(site)[hashlib.sha256(content).hexdigest()] == len(content)


def test_a_killed_server_goes_on_where_it_was(site: Site, begin: Callable[[int], Upload]) -> None:
    content = os.urandom(2 * MAX_PIECE_BYTES)
    upload = begin(len(content))
    upload.piece(0, content[:MAX_PIECE_BYTES])
    with connect(site.port) as peer:  # and in the middle of the next one
        peer.sendall(upload.raw_head(MAX_PIECE_BYTES, f"Content-Length: {MAX_PIECE_BYTES}") + bytes(4_000_000))
        until(lambda: files_being_received(site), 10, "half of a piece on the disk")
        site.kill()
    site.start()
    assert upload.offset == MAX_PIECE_BYTES
    upload.rest(content)
    assert upload.track()["created"]
    assert originals(site)[hashlib.sha256(content).hexdigest()] == len(content)


def test_a_piece_in_chunks_has_no_more_than_is_missing(site: Site, begin: Callable[[int], Upload]) -> None:
    """Its headers do not say how long it is."""
    upload = begin(100_000)
    with connect(site.port) as peer:
        peer.sendall(upload.raw_head(0, "Transfer-Encoding: chunked") + chunked(bytes(100_001)))
        assert peer.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert upload.offset == 0
    with connect(site.port) as peer:
        peer.sendall(upload.raw_head(0, "Transfer-Encoding: chunked") + chunked(os.urandom(99_999)))
        assert peer.recv(65536).startswith(b"HTTP/1.1 204 ")
    assert upload.offset == 99_999
