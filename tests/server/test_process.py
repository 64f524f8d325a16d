"""The process as a whole: how it ends."""

from pathlib import Path

from tests.server.conftest import StreamingSite
from tests.server.peers import connect, head, is_answered
from tests.waiting import until


def test_the_end_of_applications_is_waited_for_while_a_request_arrives(tmp_path: Path) -> None:
    with StreamingSite(tmp_path) as site:
        site.start()
        with connect(site.port) as streaming, connect(site.port) as arriving:
            arriving.sendall(b"GET /endless HTTP/1.1\r\n")
            streaming.sendall(head("GET /endless HTTP/1.1"))
            until(lambda: is_answered(streaming), 10, "a stream")
            site.stop()
        assert site.log.read_text().count("ended in order") == 1
