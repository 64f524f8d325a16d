"""The socket's doors over the real server: host and origin, receipts, a sudden end, a database that does not answer."""

import json
import socket as sockets
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from playback import protocol
from tests.access.stage import DEADLINE_S, Stage, answer, next_frame
from tests.serving import Site
from tests.waiting import until


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    trusted = {"SYNCHRO_TRUSTED_ORIGINS": "https://music.example.org,https://*.example.net"}
    with Site(tmp_path_factory.mktemp("doors"), **trusted) as site:
        site.prepare(demo=False)
        prepared = Stage(site, 30)
        site.start()
        yield prepared


@pytest.fixture
def room(stage: Stage) -> dict[str, Any]:
    return stage.rooms["everyone"].pop()


def close_code(stage: Stage, slug: str, **headers: str) -> int | None:
    """What the server closes a new socket with; None: it stays open."""
    with stage.socket("host", slug, **headers) as socket:
        try:
            next_frame(socket, "self.update")
            return None
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def test_a_page_of_another_site_gets_no_socket(stage: Stage, room: dict[str, Any]) -> None:
    assert close_code(stage, room["slug"], Origin="http://evil.example") == protocol.CLOSE_BAD_ORIGIN
    assert close_code(stage, room["slug"], Origin="null") == protocol.CLOSE_BAD_ORIGIN
    assert close_code(stage, room["slug"], Origin=f"https://127.0.0.1:{stage.site.port}") == protocol.CLOSE_BAD_ORIGIN
    assert stage.site.log.read_text().count("SYNCHRO_TRUSTED_ORIGINS=http://evil.example") == 1


def test_trusted_origins_are_those_of_the_pages(stage: Stage, room: dict[str, Any]) -> None:
    assert close_code(stage, room["slug"], Origin="https://music.example.org") is None
    assert close_code(stage, room["slug"], Origin="https://tea.example.net") is None


def test_a_name_that_is_not_the_sites_gets_no_socket(stage: Stage, room: dict[str, Any]) -> None:
    """DNS rebinding: the page and the socket have the same foreign name, which points here."""
    name = f"evil.example:{stage.site.port}"
    assert httpx.get(stage.site.url, headers={"Host": name}).status_code == 400
    raw = sockets.create_connection(("127.0.0.1", stage.site.port))
    path = f"ws://{name}/ws/rooms/{room['slug']}/"
    with connect(path, sock=raw, additional_headers={"Origin": f"http://{name}"}) as socket:
        assert json.loads(socket.recv(DEADLINE_S))["code"] == "bad_host"
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(DEADLINE_S)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == protocol.CLOSE_BAD_ORIGIN
    assert "SYNCHRO_HOSTS" in stage.site.log.read_text()


def test_one_persons_id_does_not_answer_anothers_command(stage: Stage, room: dict[str, Any]) -> None:
    with stage.socket("host", room["slug"]) as host, stage.socket("listener", room["slug"]) as listener:
        assert answer(host, stage.frame("transport.pause", room, "same")) == "yes"
        assert answer(listener, stage.frame("transport.play", room, "same")) == "yes"
        assert stage.site.room(room["slug"])["status"] == "playing"


def test_no_number_of_refused_commands_makes_a_repeated_id_run_again(stage: Stage, room: dict[str, Any]) -> None:
    with stage.socket("host", room["slug"]) as host:
        assert answer(host, stage.frame("queue.add", room, "once")) == "yes"
        for batch in range(15):  # as many as one connection may send
            with stage.socket("visitor", room["slug"]) as visitor:
                for number in range(38):
                    assert answer(visitor, stage.frame("transport.play", room, f"{batch}-{number}")) == "not_joined"
        assert answer(host, stage.frame("queue.add", room, "once")) == "yes"
        assert len(stage.site.room(room["slug"])["queue"]) == 3


def test_who_closes_in_the_instant_of_opening_is_not_listed(stage: Stage, room: dict[str, Any]) -> None:
    request = (
        f"GET /ws/rooms/{room['slug']}/ HTTP/1.1\r\nHost: 127.0.0.1:{stage.site.port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Cookie: {stage.cookies['listener']}\r\n\r\n"
    )
    for after_bytes in range(0, 400, 10):
        with sockets.create_connection(("127.0.0.1", stage.site.port)) as raw:
            raw.sendall(request.encode())
            if after_bytes:
                raw.recv(after_bytes)

    def listed() -> int:
        answer = httpx.get(f"{stage.site.url}/api/v1/rooms/{room['slug']}/listeners")
        return int(answer.json()["count"])

    with stage.socket("host", room["slug"]) as host:  # the room is alive, and its list is of those who are here
        next_frame(host, "people.update")
        until(lambda: listed() == 1, 15, "only the host is listed")
        assert answer(host, stage.frame("transport.pause", room)) == "yes"


def test_a_locked_database_is_told_and_the_socket_lives_on(stage: Stage, room: dict[str, Any]) -> None:
    database = sqlite3.connect(stage.site.folder / "db.sqlite3", isolation_level=None)
    with stage.socket("host", room["slug"]) as host:
        next_frame(host, "room.update")
        database.execute("BEGIN IMMEDIATE")
        try:
            assert answer(host, stage.frame("transport.pause", room, "locked")) == "unavailable"
        finally:
            database.execute("ROLLBACK")
            database.close()
        assert answer(host, stage.frame("transport.pause", room, "locked")) == "yes"  # it was not carried out
        assert stage.site.room(room["slug"])["status"] == "paused"
        host.send(json.dumps({"type": "clock.ping", "t0": 1}))
        assert next_frame(host, "clock.pong")["t0"] == 1


@pytest.mark.parametrize("path", ["tracks?offset={n}", "rooms?offset={n}", "rooms/{slug}/history?offset={n}"])
@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**30, -1])
def test_an_offset_beyond_all_rows_is_no_failure(stage: Stage, path: str, number: int) -> None:
    slug = stage.rooms["hosts"][0]["slug"]
    answer = httpx.get(f"{stage.site.url}/api/v1/" + path.format(n=number, slug=slug))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("number", [2**63 - 1, 2**63, 10**30])
def test_a_row_that_no_database_can_hold_is_not_there(stage: Stage, number: int) -> None:
    slug = stage.rooms["hosts"][0]["slug"]
    headers = {"Cookie": stage.cookies["host"]}
    for path in (f"library/tracks/{number}/", f"api/v1/tracks/{number}", f"library/tracks/{number}/master.m3u8"):
        assert httpx.get(f"{stage.site.url}/{path}").status_code in {404, 422}
    for do in (f"add {number}", f"remove {number}", f"move {number} end", f"up {number}", f"restore {number}"):
        answer = post_form(stage, f"/rooms/{slug}/queue/", headers, do=do)
        assert answer.status_code in {302, 400}, (do, answer.status_code)


def post_form(stage: Stage, path: str, headers: dict[str, str], **fields: str) -> httpx.Response:
    with httpx.Client(base_url=stage.site.url) as browser:
        token = browser.get("/accounts/sign-in/").cookies["csrftoken"]
        cookie = f"{headers['Cookie']}; csrftoken={token}"
        return browser.post(path, data={"csrfmiddlewaretoken": token, **fields}, headers={"Cookie": cookie})


def test_a_seek_beyond_all_music_and_brackets_in_brackets_are_answered(stage: Stage, room: dict[str, Any]) -> None:
    with stage.socket("host", room["slug"]) as host:
        for frame in (
            stage.frame("transport.seek", room, position_s=1e308),
            '{"type":"room.join","id":"a","nickname":' + "[" * 1000 + "]" * 1000 + "}",
            '{"type":"clock.ping","t0":' + "[" * 1000 + "]" * 1000 + "}",
        ):
            host.send(frame)
            assert next_frame(host, "error")["code"] == "bad_message"
        assert answer(host, stage.frame("transport.pause", room)) == "yes"


def test_one_false_report_does_not_make_everybody_wait(stage: Stage, room: dict[str, Any]) -> None:
    with stage.socket("host", room["slug"]) as host, stage.socket("listener", room["slug"]) as liar:
        liar.send(json.dumps({"type": "listener.report", "audio": "playing", "rtt_ms": 86_400_000.0}))
        liar.send(json.dumps({"type": "clock.ping", "t0": 1}))
        next_frame(liar, "clock.pong")
        next_frame(host, "room.update")
        host.send(stage.frame("transport.pause", room))
        transport = next_frame(host, "room.update")["parts"]["transport"]
        assert (transport["status"], transport["lead_ms"] <= 300) == ("paused", True)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"name":' * 5_000, '{"name":"a","control":NaN}', "\x00", ""])
def test_a_body_that_is_no_json_is_refused_in_words(stage: Stage, body: str) -> None:
    with stage.site.api() as script:
        answer = script.post("rooms", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert {"code", "message"} <= answer.json().keys()


def test_a_room_follows_its_timeline_again_once_the_database_answers(stage: Stage, room: dict[str, Any]) -> None:
    """The track ends while nothing can be written down, for longer than a writer waits."""
    database = sqlite3.connect(stage.site.folder / "db.sqlite3", isolation_level=None)
    with stage.socket("host", room["slug"]) as host:
        assert answer(host, stage.frame("transport.seek", room, position_s=3598.5)) == "yes"
        database.execute("BEGIN IMMEDIATE")
        until(lambda: "timeline could not be written down" in stage.site.log.read_text(), 40, "the room has noticed")
        database.execute("ROLLBACK")
        database.close()
        while (
            next_frame(host, "room.update")["parts"].get("transport", {}).get("entry", room["entry"]) == room["entry"]
        ):
            pass  # without a hand, and on the socket that was open all the while
        assert stage.site.room(room["slug"])["entry"] != room["entry"]
