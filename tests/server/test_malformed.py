"""Requests that are refused for their form, over the real server."""

import httpx
import pytest

from synchro.server import limits
from tests.server.peers import chunked, connect, head
from tests.serving import Site
from tests.waiting import until

TOO_LONG = 1024 * 1024 + limits.BODY_SLACK_BYTES + 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (head("GET /0 HTTP/1.1", "a line without a colon", "X: y"), 400),
        (head("POST /0 HTTP/1.1", "Content-Length: 1", "Content-Length: 2") + b"x", 400),
        (head("POST /0 HTTP/1.1", f"Content-Length: {TOO_LONG}"), 413),
        (head("POST /0 HTTP/1.1", "Transfer-Encoding: chunked") + chunked(bytes(TOO_LONG)), 413),
    ],
    ids=["no header", "two lengths", "a long body", "many chunks"],
)
def test_what_is_refused_reaches_no_application_and_what_follows_is_no_request(
    streaming_site: Site, sent: bytes, status: int
) -> None:
    """Be it refused by Twisted or by the site's own limits."""
    before = httpx.get(f"{streaming_site.url}/told").json()["requests"]
    with connect(streaming_site.port) as peer:
        peer.sendall(sent + head("GET /0 HTTP/1.1"))
        got = bytearray()
        until(lambda: not (part := peer.recv(65536)) or got.extend(part), 30, "the end of the connection")
    assert got.startswith(b"HTTP/1.1 %d " % status)
    assert got.count(b"HTTP/1.1 ") == 1
    assert httpx.get(f"{streaming_site.url}/told").json()["requests"] == before + 1


def test_a_form_is_the_applications_to_parse(site: Site) -> None:
    """Twisted parses it too, and refuses what it does not like with no more than a status."""
    answer = httpx.post(f"{site.url}/accounts/sign-in/", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert answer.status_code in (400, 403)
    assert "X-Frame-Options" in answer.headers
