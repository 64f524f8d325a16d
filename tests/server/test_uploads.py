"""Uploads in one request over the real server: what they cost it, and what is left of them."""

import hashlib
import os
import resource
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.conftest import HASTY_MAX_UPLOAD_MB, UPLOAD_BYTES
from tests.server.peers import BOUNDARY, MULTIPART, chunked, connect, head, multipart
from tests.server.watch import Watch, files_being_received, originals
from tests.serving import Site
from tests.waiting import until


def test_an_upload_by_a_script_costs_no_memory(site: Site, script: httpx.Client, watch: Watch, big_file: Path) -> None:
    with watch.running(), big_file.open("rb") as file:
        answer = script.post("tracks", files={"file": ("long.wav", file)}, timeout=300)
    assert answer.status_code in (200, 201), answer.text  # 200: another test has sent it before
    assert answer.json()["original_bytes"] == UPLOAD_BYTES
    with big_file.open("rb") as file:
        assert originals(site)[hashlib.file_digest(file, "sha256").hexdigest()] == UPLOAD_BYTES
    watch.check()
    assert watch.answers > 3
    until(lambda: not files_being_received(site), 10, "nothing is left of what came in")
    assert list((site.data / "incoming").iterdir()) == []


def test_an_upload_by_the_pages_form_costs_no_memory(
    site: Site, browser: httpx.Client, watch: Watch, big_file: Path
) -> None:
    with watch.running(), big_file.open("rb") as file:
        answer = browser.post(
            "/library/upload/", data={"csrfmiddlewaretoken": browser.cookies["csrftoken"]},
            files={"file": ("long.wav", file)}, headers={"Accept": "application/json"}, timeout=300,
        )  # fmt: skip
    assert answer.status_code in (200, 201), answer.text
    watch.check()


def test_an_upload_in_chunks_is_taken(site: Site, script: httpx.Client) -> None:
    content = os.urandom(5_000_000)
    with connect(site.port) as peer:
        lines = ("POST /api/v1/tracks HTTP/1.1", "Transfer-Encoding: chunked", MULTIPART)
        peer.sendall(head(*lines, f"Authorization: {script.headers['Authorization']}"))
        peer.sendall(chunked(multipart(BOUNDARY, "chunks.wav", content)))
        assert peer.recv(65536).startswith(b"HTTP/1.1 201 ")
    assert originals(site)[hashlib.sha256(content).hexdigest()] == len(content)


@pytest.fixture
def begin_upload(site: Site, script: httpx.Client) -> Iterator[Callable[[], socket.socket]]:
    """Sends the first 5 MB of an upload of 10, which come to the disk."""
    peers = []

    def begin() -> socket.socket:
        peer = connect(site.port)
        peers.append(peer)
        token = f"Authorization: {script.headers['Authorization']}"
        peer.sendall(head("POST /api/v1/tracks HTTP/1.1", MULTIPART, token, "Content-Length: 10000000"))
        peer.sendall(bytes(5_000_000))
        until(lambda: files_being_received(site), 10, "a file of what comes in")
        return peer

    yield begin
    for peer in peers:
        peer.close()


def test_a_body_comes_to_the_sites_disk_and_goes_with_its_sender(
    site: Site, begin_upload: Callable[[], socket.socket]
) -> None:
    begin_upload().close()
    until(lambda: not files_being_received(site), 10, "nothing is left of what came in")
    assert list((site.data / "incoming").iterdir()) == []


def test_a_body_goes_with_its_sender_while_the_site_works_on_it(site: Site, script: httpx.Client) -> None:
    token = f"Authorization: {script.headers['Authorization']}"
    for _ in range(10):
        form = multipart(BOUNDARY, "long.wav", os.urandom(4_000_000))
        with connect(site.port) as peer:
            peer.sendall(head("POST /api/v1/tracks HTTP/1.1", MULTIPART, token, f"Content-Length: {len(form)}"))
            peer.sendall(form)
    until(lambda: not files_being_received(site), 20, "nothing is left of what came in")


def test_nothing_is_left_of_a_file_that_turns_out_too_large(hasty_site: Site) -> None:
    """The form is as long as may be, and Django refuses the file in it, in the middle."""
    content = bytes(HASTY_MAX_UPLOAD_MB * 1024 * 1024 + 1)
    with hasty_site.api() as api:
        answer = api.post("tracks", files={"file": ("long.wav", content)}, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "Connection" not in answer.headers  # it is the application's own answer
    until(lambda: not files_being_received(hasty_site), 20, "nothing is left of what came in")


def test_nothing_is_left_of_a_body_when_the_server_is_killed(
    site: Site, begin_upload: Callable[[], socket.socket]
) -> None:
    begin_upload()
    site.kill()
    assert list((site.data / "incoming").iterdir()) == []
    site.start()


def test_a_disk_that_takes_no_more_is_told_and_others_are_answered(site: Site, script: httpx.Client) -> None:
    """A limit on the size of a file stands for a disk that is full."""
    pid, unlimited = site.process.pid, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
    try:
        answer = script.post("tracks", files={"file": ("long.wav", bytes(20_000_000))})
        assert (answer.status_code, answer.json()["code"]) == (507, "not_stored")
        assert script.get("tracks").status_code == 200
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)
    until(lambda: not files_being_received(site), 10, "nothing is left of what came in")
    assert "A body could not be stored" in site.log.read_text()
