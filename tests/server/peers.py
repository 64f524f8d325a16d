"""Peers that no browser is: raw connections that decide themselves what they send and whether they read."""

import base64
import json
import os
import select
import socket
import struct
from pathlib import Path
from typing import Any

SMALL_BUFFER_BYTES = 4096
"""The least that Linux gives a receiving socket is about half of this again; the sender sees a small window."""

TIMEOUT_S = 30
"""Of whatever a peer waits for. A server that never answers fails the test."""


BOUNDARY = "a-boundary-that-is-in-no-random-file"
MULTIPART = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"


def connect(port: int, *, small: bool = False) -> socket.socket:
    """`small`: with as little room for what it does not read as the system allows."""
    peer = socket.socket()
    if small:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
    peer.settimeout(TIMEOUT_S)
    peer.connect(("127.0.0.1", port))
    return peer


def send_now(peer: socket.socket, content: bytes) -> int:
    """As much of it as the system takes at once; the number of bytes."""
    peer.setblocking(False)
    try:
        return peer.send(content)
    except BlockingIOError:
        return 0
    finally:
        peer.settimeout(TIMEOUT_S)


class Endless:
    """Sends `content` again and again, as fast as it is taken, whole."""

    def __init__(self, peer: socket.socket, content: bytes) -> None:
        self._peer, self._content, self._at = peer, content, 0

    def send_what_is_taken(self, rounds: int) -> int:
        """At most `rounds` times the content; how many bytes of it. A connection that has ended takes nothing."""
        taken = 0
        for _ in range(rounds):
            try:
                sent = send_now(self._peer, self._content[self._at :])
            except ConnectionError:
                break
            self._at = (self._at + sent) % len(self._content)
            taken += sent
            if not sent:
                break
        return taken


def head(*lines: str) -> bytes:
    """A request line and headers."""
    return "\r\n".join([*lines, "Host: 127.0.0.1", "", ""]).encode()


def first_answer(port: int, *lines: str) -> bytes:
    """To the headers of a request that waits with its body (RFC 9110, 10.1.1)."""
    with connect(port) as peer:
        peer.sendall(head(*lines, "Expect: 100-continue"))
        return peer.recv(65536)


def upgrade(slug: str) -> bytes:
    return head(
        f"GET /ws/rooms/{slug}/ HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    )  # fmt: skip


def frame(opcode: int, payload: bytes) -> bytes:
    """From a client, which must mask; a mask of zeros leaves the payload as it is."""
    length = len(payload)
    size = bytes((0x80 | length,)) if length < 126 else struct.pack(">BH", 0x80 | 126, length)
    return bytes((0x80 | opcode,)) + size + bytes(4) + payload


def text_frame(**message: Any) -> bytes:
    return frame(1, json.dumps(message, separators=(",", ":")).encode())


def chunked(body: bytes, chunk_bytes: int = 50_000) -> bytes:
    """RFC 9112, 7.1."""
    chunks = (body[at : at + chunk_bytes] for at in range(0, len(body), chunk_bytes))
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def multipart(boundary: str, name: str, content: bytes) -> bytes:
    """A form with one file in its field `file`."""
    disposition = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return disposition.encode() + content + f"\r\n--{boundary}--\r\n".encode()


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def has_ended(peer: socket.socket) -> bool:
    """Whether the server has ended the connection; nothing is read of what it sent."""
    poll = select.poll()
    poll.register(peer, select.POLLRDHUP)
    return bool(poll.poll(0))


def is_answered(peer: socket.socket) -> bool:
    """Whether there is something to read, if only an end."""
    return bool(select.select([peer], [], [], 0)[0])
