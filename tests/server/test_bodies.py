"""Bodies over the real server: which are taken and of whom, and how they wait."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from library.jobs.resumable import MAX_PIECE_BYTES
from synchro.server import limits
from tests.server.conftest import UPLOAD_BYTES
from tests.server.peers import (
    BOUNDARY,
    MULTIPART,
    chunked,
    connect,
    first_answer,
    head,
    is_answered,
    multipart,
    resident_bytes,
    send_now,
)  # fmt: skip
from tests.server.watch import MAX_GROWTH_BYTES, Watch
from tests.serving import Site
from tests.waiting import POLL_S, until

FORM_BYTES = 1024 * 1024 + limits.BODY_SLACK_BYTES
"""The largest body where no file is taken."""

_DEACTIVATE = """
from django.contrib.auth.models import User
User.objects.filter(username='gone').update(is_active=False)
"""


def test_a_long_body_for_a_form_costs_no_memory_and_its_sender_is_told(
    site: Site, watch: Watch, big_file: Path
) -> None:
    """Though the sender sends on after the refusal: a connection that is closed at once would lose it."""
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(UPLOAD_BYTES)}
    with watch.running(), big_file.open("rb") as file:
        answer = httpx.post(f"{site.url}/rooms/demo/join/", content=file, headers=kind, timeout=300)
    assert answer.status_code == 413
    assert answer.headers["Connection"] == "close"
    watch.check()


def test_a_sender_may_send_on_after_a_refusal(site: Site) -> None:
    """The connection is not reset under it, which would take the answer away from some systems."""
    with connect(site.port) as peer:
        peer.sendall(head("POST /rooms/demo/join/ HTTP/1.1", "Content-Length: 50000000"))
        until(lambda: is_answered(peer), 10, "a refusal")
        for _ in range(50):
            peer.sendall(bytes(1_000_000))
        assert peer.recv(65536).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("busy", ["disk", "database"])
def test_a_body_waits_with_its_sender_while_the_site_is_busy(
    hasty_site: Site, hold: Callable[[str], None], busy: str
) -> None:
    """With a slow disk nothing can be stored, with a slow database nobody knows who sends it. Then all of it is taken,
    its beginning too, which came in one piece with the headers."""
    form = multipart(BOUNDARY, "long.wav", os.urandom(100_000_000))
    with hasty_site.api() as api, connect(hasty_site.port) as peer:
        hold(busy)
        before = resident_bytes(hasty_site.process.pid)
        token = f"Authorization: {api.headers['Authorization']}"
        headers = head("POST /api/v1/tracks HTTP/1.1", MULTIPART, token, f"Content-Length: {len(form)}")
        peer.sendall(headers + form[:1000])
        sent = 1000 + send_while_it_is_taken(peer, form[1000:])
        assert sent < len(form) // 2
        assert resident_bytes(hasty_site.process.pid) - before <= MAX_GROWTH_BYTES
        hold("")
        peer.sendall(form[sent:])
        assert peer.recv(65536).startswith(b"HTTP/1.1 201 ")


def send_while_it_is_taken(peer: socket.socket, content: bytes) -> int:
    """Until nothing more was taken for a second; how many bytes were."""
    sent = idle_polls = 0

    def is_taken_no_more() -> bool:
        nonlocal sent, idle_polls
        taken = send_now(peer, content[sent : sent + 1_000_000])
        sent, idle_polls = sent + taken, 0 if taken else idle_polls + 1
        return sent == len(content) or idle_polls * POLL_S > 1

    until(is_taken_no_more, 60, "a peer that waits")
    return sent


PIECE = "Content-Type: application/offset+octet-stream"
PATCH = "PATCH /library/uploads/00000000-0000-4000-8000-000000000000/ HTTP/1.1"

LONG = f"Content-Length: {limits.CHECKED_UPLOAD_BYTES + 1}"
UPLOAD_LIMIT = 2048 * 1024 * 1024 + limits.BODY_SLACK_BYTES

TAKEN = {
    "a form": ("POST /rooms/demo/join/ HTTP/1.1", f"Content-Length: {FORM_BYTES}"),
    "a command": ("PATCH /api/v1/tracks/1 HTTP/1.1", f"Content-Length: {FORM_BYTES}"),
    "in chunks": ("POST /rooms/demo/join/ HTTP/1.1", "Transfer-Encoding: chunked"),
    "a short piece": (PATCH, PIECE, f"Content-Length: {limits.CHECKED_UPLOAD_BYTES}"),
    "a short upload": ("POST /library/upload/ HTTP/1.1", MULTIPART, f"Content-Length: {limits.CHECKED_UPLOAD_BYTES}"),
}

REFUSED = {
    "a form": (413, "POST /rooms/demo/join/ HTTP/1.1", f"Content-Length: {FORM_BYTES + 1}"),
    "a command": (413, "POST /api/v1/rooms HTTP/1.1", f"Content-Length: {FORM_BYTES + 1}"),
    "an upload": (413, "POST /api/v1/tracks HTTP/1.1", MULTIPART, f"Content-Length: {UPLOAD_LIMIT + 1}"),
    "a piece": (413, PATCH, PIECE, f"Content-Length: {MAX_PIECE_BYTES + 1}"),
    "a piece in a POST": (413, PATCH.replace("PATCH", "POST"), PIECE, f"Content-Length: {MAX_PIECE_BYTES + 1}"),
    "no piece": (413, PATCH, f"Content-Length: {FORM_BYTES + 1}"),
    "no file": (413, "POST /library/upload/ HTTP/1.1", f"Content-Length: {FORM_BYTES + 1}"),
    "no upload": (413, "PUT /library/upload/ HTTP/1.1", MULTIPART, f"Content-Length: {FORM_BYTES + 1}"),
    "a handshake": (413, "GET /ws/rooms/demo/ HTTP/1.1", "Upgrade: websocket", "Content-Length: 1"),
    "nobody's upload": (401, "POST /library/upload/ HTTP/1.1", MULTIPART, LONG),
    "nobody's script": (401, "POST /api/v1/tracks?x=1 HTTP/1.1", MULTIPART, LONG),
    "nobody's chunks": (401, "POST /api/v1/tracks HTTP/1.1", MULTIPART, "Transfer-Encoding: chunked"),
    "nobody's piece": (401, PATCH, PIECE, LONG),
    "nobody's piece in chunks": (401, PATCH, PIECE, "Transfer-Encoding: chunked"),
    "a false token for a piece": (401, PATCH, PIECE, LONG, "Authorization: Bearer syn_x"),
    "a false token": (401, "POST /api/v1/tracks HTTP/1.1", MULTIPART, LONG, "Authorization: Bearer syn_x"),
    "a false session": (401, "POST /library/upload/ HTTP/1.1", MULTIPART, LONG, "Cookie: sessionid=x"),
}


@pytest.mark.parametrize("lines", TAKEN.values(), ids=TAKEN)
def test_a_body_that_may_come_is_asked_for(site: Site, lines: tuple[str, ...]) -> None:
    assert first_answer(site.port, *lines) == b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize(("status", "lines"), [(s, lines) for s, *lines in REFUSED.values()], ids=REFUSED)
def test_a_body_that_may_not_come_is_refused_before_a_byte_of_it(site: Site, status: int, lines: list[str]) -> None:
    answer = first_answer(site.port, *lines)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in answer
    assert {401: b'"code": "not_signed_in"', 413: b'"code": "too_large"'}[status] in answer


@pytest.mark.parametrize("lines", [LONG, "Transfer-Encoding: chunked"])
def test_an_uploader_is_asked_for_the_body(site: Site, script: httpx.Client, browser: httpx.Client, lines: str) -> None:
    token = f"Authorization: {script.headers['Authorization']}"
    session = f"Cookie: sessionid={browser.cookies['sessionid']}"
    for request in (
        ("POST /api/v1/tracks HTTP/1.1", token),
        ("POST /api/v1/tracks HTTP/1.1", session),
        ("POST /library/upload/ HTTP/1.1", session),
    ):
        assert first_answer(site.port, *request, MULTIPART, lines) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert first_answer(site.port, "POST /library/upload/ HTTP/1.1", token, MULTIPART, lines).startswith(
        b"HTTP/1.1 401 "
    )


def test_an_uploader_is_asked_for_the_largest_piece(site: Site, script: httpx.Client, browser: httpx.Client) -> None:
    for sender in (
        f"Authorization: {script.headers['Authorization']}",
        f"Cookie: sessionid={browser.cookies['sessionid']}",
    ):
        answer = first_answer(site.port, PATCH, sender, PIECE, f"Content-Length: {MAX_PIECE_BYTES}")
        assert answer == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_one_whose_account_ended_is_refused(site: Site) -> None:
    with site.api("gone") as api:
        token = f"Authorization: {api.headers['Authorization']}"
    request = ("POST /api/v1/tracks HTTP/1.1", MULTIPART, LONG, token)
    assert first_answer(site.port, *request).startswith(b"HTTP/1.1 100 ")
    site.manage("shell", "--verbosity", "0", "--command", _DEACTIVATE)
    assert first_answer(site.port, *request).startswith(b"HTTP/1.1 401 ")


def test_a_refusal_speaks_its_readers_form_and_language(site: Site) -> None:
    length = f"Content-Length: {FORM_BYTES + 1}"
    form = ("POST /rooms/demo/join/ HTTP/1.1", length, "Accept: text/html,*/*;q=0.8")
    assert b"<h1>This request is larger than this site accepts.</h1>" in first_answer(site.port, *form)
    assert "<h1>这个请求超过了本站允许的大小。</h1>".encode() in first_answer(
        site.port, *form, "Accept-Language: zh-CN"
    )
    assert "<h1>这个请求超过了本站允许的大小。</h1>".encode() in first_answer(
        site.port, *form, "Cookie: django_language=zh-hans"
    )
    api = ("POST /api/v1/rooms HTTP/1.1", length, "Accept: text/html")
    assert b'"code": "too_large"' in first_answer(site.port, *api)


def test_chunks_are_counted(site: Site) -> None:
    """What comes in chunks is cut at the same limit; just below it, the site itself says what it thinks of it."""
    lines = ("POST /api/v1/rooms HTTP/1.1", "Transfer-Encoding: chunked", "Content-Type: application/json")
    with connect(site.port) as peer:
        peer.sendall(head(*lines) + chunked(bytes(FORM_BYTES + 1)))
        assert peer.recv(65536).startswith(b"HTTP/1.1 413 ")
    with connect(site.port) as peer:
        peer.sendall(head(*lines) + chunked(bytes(FORM_BYTES)))
        assert peer.recv(65536).startswith(b"HTTP/1.1 403 ")


def test_a_waiting_body_takes_nothing_of_the_next_request(site: Site) -> None:
    """Two requests in one piece: a body ends where its length says."""
    with connect(site.port) as peer:
        peer.sendall(head("POST /api/v1/rooms HTTP/1.1", "Content-Length: 100000", "Content-Type: application/json"))
        peer.sendall(bytes(100_000) + head("GET /healthz HTTP/1.1"))
        got = bytearray()
        until(lambda: got.extend(peer.recv(65536)) or b'"status": "ok"' in got, 10, "the second answer")
        assert not is_answered(peer)
    assert got.count(b"HTTP/1.1 403 ") == got.count(b"HTTP/1.1 200 ") == 1
