"""A message of any length reaches a client that knows nothing of how the server frames it."""

import pytest
from websockets.sync.client import connect

from tests.server.conftest import StreamingSite

LAST_OF_ONE_LENGTH_BYTE, LAST_OF_TWO = 125, 65_535


@pytest.mark.parametrize(
    "length", [1, LAST_OF_ONE_LENGTH_BYTE, LAST_OF_ONE_LENGTH_BYTE + 1, LAST_OF_TWO, LAST_OF_TWO + 1]
)
def test_messages_of_every_length_arrive_whole_and_in_order(streaming_site: StreamingSite, length: int) -> None:
    text = "é" + "x" * (length - 2) if length > 1 else "x"
    with connect(f"{streaming_site.ws_url}/", max_size=None, compression=None) as link:
        for _ in range(3):
            link.send(text)
        assert [link.recv(timeout=30) for _ in range(6)] == [text, text.encode()] * 3
