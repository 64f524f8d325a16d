"""As much of a WebSocket client as a load generator needs: an upgrade, masked text out, text in. RFC 6455."""

import base64
import os
import socket
import struct

_TEXT = 0x81  # a whole message
_PING, _PONG, _CLOSE = 0x89, 0x8A, 0x88
_MASKED = 0x80
_NO_MASK = b"\0\0\0\0"
"""A client must mask, with a key of its choice; zeros leave the text as it is and cost the generator nothing."""

_RECEIVE_BYTES = 16 * 1024
"""Python allocates as much for each read, and large pieces come from the system page by page: of 3 KB, a read with room
for 256 KB took 16 µs, and one with room for 16 KB 1.6 µs."""
_HANDSHAKE_TIMEOUT_S = 30


class Closed(Exception):
    """The server closed the connection."""


class WebSocket:
    """One connection; blocking until it stands, then not."""

    def __init__(self, port: int, path: str, cookie: str = "") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), _HANDSHAKE_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13",
            *([f"Cookie: {cookie}"] if cookie else []), "", "",
        ]  # fmt: skip
        self._socket.sendall("\r\n".join(lines).encode())
        self._pending = self._handshake()
        self._socket.setblocking(False)

    def _handshake(self) -> bytearray:
        """Read the upgrade's answer; what came behind it."""
        answer = bytearray()
        while (end := answer.find(b"\r\n\r\n")) < 0:
            if not (got := self._socket.recv(4096)):
                raise Closed(answer.decode(errors="replace"))
            answer += got
        if not answer.startswith(b"HTTP/1.1 101"):
            raise Closed(answer.decode(errors="replace"))
        return answer[end + 4 :]

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, text: bytes) -> None:
        self._send(_TEXT, text)

    def _send(self, opcode: int, payload: bytes) -> None:
        length = len(payload)
        head = bytes((opcode, _MASKED | length)) if length < 126 else struct.pack(">BBH", opcode, _MASKED | 126, length)
        self._socket.sendall(head + _NO_MASK + payload)

    def receive(self) -> list[bytes]:
        """The messages that have come, whole ones only."""
        try:
            while True:
                got = self._socket.recv(_RECEIVE_BYTES)
                if not got:
                    raise Closed
                self._pending += got
                if len(got) < _RECEIVE_BYTES:
                    break
        except BlockingIOError:
            pass
        messages = []
        while (frame := self._take_frame()) is not None:
            opcode, payload = frame
            if opcode == _TEXT:
                messages.append(payload)
            elif opcode == _PING:
                self._send(_PONG, payload)
            elif opcode == _CLOSE:
                raise Closed(f"close code {int.from_bytes(payload[:2])}")
        return messages

    def _take_frame(self) -> tuple[int, bytes] | None:
        pending = self._pending
        if len(pending) < 2:
            return None
        head, length = 2, pending[1]
        if length == 126:
            head, length = 4, int.from_bytes(pending[2:4])
        elif length == 127:
            head, length = 10, int.from_bytes(pending[2:10])
        if len(pending) < max(head, head + length):
            return None
        opcode, payload = pending[0], bytes(pending[head : head + length])
        del pending[: head + length]
        return opcode, payload
