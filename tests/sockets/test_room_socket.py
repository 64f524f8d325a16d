"""The room socket: arrival, commands, broadcasts, resuming, refusals."""

import asyncio
import json

import pytest
from channels.db import database_sync_to_async

from playback import clock, limits, protocol
from playback.ping_budget import FULL_PINGS_PER_MIN
from rooms.identity import Identity
from rooms.live.live_room import CLOSE_RESTART, State, live_rooms
from rooms.models import Room
from rooms.people.presence import board
from tests import acting
from tests.builders import guest, ready_track
from tests.sockets.conftest import Connect

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_new_socket_learns_who_it_is_and_everything_about_the_room(
    connect: Connect, room: Room, alice: Identity
) -> None:
    listener = await connect(room.slug, alice)
    me = await listener.next("self.update")
    assert (me["role"], me["nickname"], me["may_control"]) == ("host", "Alice", True)
    update = await listener.update("transport")
    assert update["base_revision"] == 0
    assert set(update["parts"]) == {"transport", "settings", "lists"}
    assert [e["track"]["title"] for e in update["parts"]["transport"]["upcoming"]] == ["one", "two"]
    assert {name: part["base"] for name, part in update["parts"]["lists"].items()} == {"queue": None, "history": None}


async def test_a_change_reaches_every_listener_in_the_same_bytes(connect: Connect, room: Room, alice: Identity) -> None:
    first, second = await connect(room.slug, alice), await connect(room.slug, guest("bob"))
    for listener in (first, second):
        await listener.update("transport")
    answer = await first.command("transport.play", id="a")
    assert answer["type"] == "command.accepted"
    texts = [await asyncio.wait_for(listener.text("room.update"), 5) for listener in (second,)]
    update = json.loads(texts[0])
    assert update["revision"] == answer["revision"]
    assert update["base_revision"] == answer["revision"] - 1
    assert update["parts"]["transport"]["status"] == "playing"
    assert "lists" not in update["parts"]


async def test_two_listeners_get_one_broadcast_word_for_word(connect: Connect, room: Room, alice: Identity) -> None:
    listeners = [await connect(room.slug, guest("bob")), await connect(room.slug, guest("carol"))]
    for listener in listeners:
        await listener.update("transport")
    host = await connect(room.slug, alice)
    await host.send(type="transport.play", id="a")
    first, second = [await listener.text("room.update") for listener in listeners]
    assert first == second


async def test_two_nexts_at_the_same_instant_skip_one_track(connect: Connect, room: Room, alice: Identity) -> None:
    bob = guest("bob")
    await database_sync_to_async(acting.join)(room.slug, identity=bob, nickname="Bob")
    first, second = await connect(room.slug, alice), await connect(room.slug, bob)
    upcoming = (await first.update("transport"))["parts"]["transport"]["upcoming"]
    await first.command("transport.play", id="a")
    entry, following = (item["entry"] for item in upcoming)
    answers = await asyncio.gather(
        first.command("transport.next", id="b", entry=entry), second.command("transport.next", id="c", entry=entry)
    )
    assert sorted(answer["type"] for answer in answers) == ["command.accepted", "command.refused"]
    assert next(a["code"] for a in answers if "code" in a) == "entry_changed"
    fresh = await Room.objects.aget(pk=room.pk)
    assert fresh.entry == following


async def test_a_repeated_command_id_is_answered_alike(connect: Connect, room: Room, alice: Identity) -> None:
    listener = await connect(room.slug, alice)
    first = await listener.command("transport.play", id="a")
    assert await listener.command("transport.play", id="a") == first


async def test_a_refusal_has_a_code_and_words_in_the_readers_language(
    connect: Connect, room: Room, alice: Identity
) -> None:
    listener = await connect(room.slug, alice)
    answer = await listener.command("transport.jump", id="a", entry=999)
    assert (answer["type"], answer["code"]) == ("command.refused", "no_such_entry")
    assert answer["message"] == "That entry is no longer in the queue."


async def test_a_returning_page_gets_only_what_it_missed(connect: Connect, room: Room, alice: Identity) -> None:
    listener = await connect(room.slug, alice)
    seen = (await listener.update("transport"))["revision"]
    await listener.command("transport.play", id="a")
    back = await connect(room.slug, alice, revision=seen)
    update = await back.next("room.update")
    assert update["base_revision"] == seen
    assert set(update["parts"]) == {"transport"}


async def test_a_revision_from_the_future_begins_anew(connect: Connect, room: Room) -> None:
    """The server's database was restored from a backup: its revisions are behind the page's."""
    listener = await connect(room.slug, revision=10_000)
    update = await listener.next("room.update")
    assert (update["base_revision"], update["anew"]) == (0, True)
    assert "queue" in update["parts"]["lists"]


async def test_a_page_that_noticed_a_gap_asks_and_gets_the_rest(connect: Connect, room: Room, alice: Identity) -> None:
    listener = await connect(room.slug, alice)
    seen = (await listener.update("transport"))["revision"]
    await listener.command("transport.play", id="a")
    await listener.send(type="room.resume", revision=seen)
    while (update := await listener.next("room.update"))["base_revision"] != seen:
        pass
    assert update["parts"]["transport"]["status"] == "playing"


async def test_joining_makes_a_visitor_a_listener_whom_others_see(
    connect: Connect, room: Room, alice: Identity
) -> None:
    host, visitor = await connect(room.slug, alice), await connect(room.slug, guest("bob"))
    assert (await visitor.next("self.update"))["role"] == "visitor"
    refused = await visitor.command("transport.play", id="a")
    assert refused["code"] == "not_joined"
    await visitor.send(type="room.join", id="b", nickname="Bob")
    me = await visitor.next("self.update")
    assert (me["role"], me["nickname"], me["may_control"]) == ("listener", "Bob", True)
    while (people := await host.next("people.update"))["count"] != 2:
        pass
    assert "Bob" in people["people"]["rows"][0]["html"]


async def test_who_disconnects_is_no_longer_here(connect: Connect, room: Room, alice: Identity) -> None:
    bob = guest("bob")
    await database_sync_to_async(acting.join)(room.slug, identity=bob, nickname="Bob")
    host, other = await connect(room.slug, alice), await connect(room.slug, bob)
    while (await host.next("people.update"))["count"] != 2:
        pass
    await other.disconnect()
    while (await host.next("people.update"))["count"] != 1:
        pass


async def test_a_report_shows_in_the_people_list(connect: Connect, room: Room, alice: Identity) -> None:
    listener = await connect(room.slug, alice)
    await listener.send(type="listener.report", audio="playing", error_ms=0.2, rendition="flac")
    while not (people := board.people(room.pk)) or people[0].state != "playing":
        await listener.next("people.update")
    (person,) = board.people(room.pk)
    assert (person.rendition, person.error_ms) == ("flac", 0.2)


async def test_there_is_no_such_room(connect: Connect, transactional_db: None) -> None:
    listener = await connect("nowhere")
    assert await listener.closed() == protocol.CLOSE_NO_ROOM


async def test_a_destroyed_room_sends_everybody_away(connect: Connect, room: Room, alice: Identity) -> None:
    listener = await connect(room.slug, guest("bob"))
    await listener.next("room.update")
    await database_sync_to_async(acting.destroy_room)(room.slug, identity=alice)
    await listener.next("room.closed")
    assert await listener.closed() == protocol.CLOSE_NO_ROOM


async def test_a_foreign_origin_is_turned_away(connect: Connect, room: Room) -> None:
    listener = await connect(room.slug, origin=b"http://evil.test", language=b"zh-CN")
    refused = await listener.next("socket.refused")
    assert refused["code"] == "bad_origin"
    assert "SYNCHRO_TRUSTED_ORIGINS=http://evil.test" in refused["message"]
    assert "这个页面" in refused["message"]
    assert await listener.closed() == protocol.CLOSE_BAD_ORIGIN


async def test_a_program_without_an_origin_may_connect(connect: Connect, room: Room) -> None:
    listener = await connect(room.slug, origin=None)
    assert (await listener.next("self.update"))["role"] == "visitor"


@pytest.mark.parametrize("frame", ["", "{", '{"type":"no.such"}', '{"type":"transport.play"}', "[1]"])
async def test_a_bad_frame_is_answered_and_harms_nothing(connect: Connect, room: Room, frame: str) -> None:
    listener = await connect(room.slug)
    await listener.send_text(frame or " ")
    assert (await listener.next("error"))["code"] == "bad_message"
    await listener.send(type="clock.ping", t0=1.5)
    assert (await listener.next("clock.pong"))["t0"] == 1.5


async def test_a_frame_over_the_limit_is_refused(connect: Connect, room: Room) -> None:
    listener = await connect(room.slug)
    await listener.send_text('{"type":"room.join","id":"' + "x" * limits.MAX_FRAME_BYTES + '"}')
    assert (await listener.next("error"))["code"] == "too_large"


async def test_a_flood_of_commands_is_held_back(connect: Connect, room: Room, alice: Identity) -> None:
    listener = await connect(room.slug, alice)
    for n in range(2 * limits.MAX_COMMANDS_PER_10_S + 1):  # a window may end in between
        await listener.send(type="transport.repeat", id=str(n), mode="all")
    assert (await listener.next("error"))["code"] == "rate_limited"


async def test_the_language_of_the_page_is_the_language_of_its_fragments(
    connect: Connect, room: Room, alice: Identity
) -> None:
    english, chinese = await connect(room.slug), await connect(room.slug, language=b"zh-CN")
    for listener in (english, chinese):
        await listener.update("transport")

    def add_one() -> None:
        acting.queue_add(room.slug, identity=alice, track_ids=[ready_track().pk], now_us=clock.now_us())

    await database_sync_to_async(add_one)()
    lists = [(await listener.update("lists"))["parts"]["lists"] for listener in (english, chinese)]
    texts = [each["queue"]["rows"][0]["html"] for each in lists]
    assert ("Play now" in texts[0], "Play now" in texts[1]) == (True, False)


async def test_a_page_is_told_how_often_it_may_ping_and_told_again_when_that_changes(
    connect: Connect, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playback.ping_budget.MAX_PINGS_PER_S", FULL_PINGS_PER_MIN / 60)  # enough for one socket
    first = await connect(room.slug)
    assert (await first.next("clock.budget"))["pings_per_min"] == FULL_PINGS_PER_MIN
    await connect(room.slug)
    assert (await first.next("clock.budget"))["pings_per_min"] == FULL_PINGS_PER_MIN // 2


async def test_a_room_whose_part_fails_is_taken_down_and_its_pages_come_back_to_a_new_one(
    connect: Connect, room: Room, alice: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = await connect(room.slug, alice)
    await listener.update("transport")
    dead = live_rooms._rooms[room.pk]

    def broken(*_: object) -> str:
        raise RuntimeError("a part of the room is broken")

    with monkeypatch.context() as patch:
        patch.setattr("rooms.live.live_room.people_frame", broken)
        dead.people_changed()
        assert await listener.closed() == CLOSE_RESTART
    back = await connect(room.slug, alice)
    await back.next("self.update")
    assert live_rooms._rooms[room.pk] is not dead
    assert (dead.state, live_rooms._rooms[room.pk].state) == (State.ENDED, State.LIVE)
    await back.update("transport")
    await back.send(type="transport.play", id="a")
    assert (await back.update("transport"))["parts"]["transport"]["status"] == "playing"  # it hears broadcasts again
