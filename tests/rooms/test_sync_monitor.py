"""The sync monitor's page, what it asks for, and the diagnostic."""

import re
from collections.abc import Callable, Iterator

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from playback import clock
from playback.protocol import ListenerReport
from rooms.models import Room
from rooms.monitor.readings import readings
from rooms.people.presence import Presence, board
from rooms.templatetags.readings import LATENCY_SOURCES, reading
from rooms.web import sync
from tests import acting
from tests.builders import SECOND_US, guest, make_room, make_user, signed_in
from tests.serving import ROOT

pytestmark = pytest.mark.django_db

WELL = ListenerReport(audio="playing", error_ms=-0.214, offset_error_ms=0.3, buffered_s=30, rendition="flac")


@pytest.fixture
def room() -> Room:
    return make_room(make_user("alice"), visibility="unlisted")


@pytest.fixture
def listen(room: Room) -> Iterator[Callable[..., None]]:
    """Be present, and report: `listen(socket, name, report, …)`, the last one now and the others 5 s apart."""
    sockets = set()

    def listen(socket: int, name: str, *reports: ListenerReport, role: str = "listener") -> None:
        sockets.add(socket)
        board.put(room.pk, socket, Presence(f"guest-{name}", name, role, True))
        now_us = clock.now_us()
        for ago, report in reversed([*enumerate(reversed(reports))]):
            board.report(room.pk, socket, report)
            readings.note(room.pk, socket, report, now_us - ago * 5 * SECOND_US)

    yield listen
    for socket in sockets:
        board.take(room.pk, socket)
        readings.forget(room.pk, socket)


def page(room: Room) -> str:
    return reverse("rooms:sync", args=[room.slug])


def asked(client: Client, room: Room, after_us: int | str = 0) -> dict:
    answer = client.get(reverse("rooms:sync-readings", args=[room.slug]), {"after_us": after_us})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return dict(answer.json())


def test_the_page_tells_everybody_with_the_link_who_plays_how_exactly(room: Room, listen: Callable[..., None]) -> None:
    listen(1, "Alice", WELL, role="host")
    listen(2, "<Bob>")
    bob = guest("bob")
    acting.join(room.slug, identity=bob, nickname="Bob")
    for client in (Client(), signed_in(make_user("carol")), signed_in(make_user("dave", is_staff=True))):
        answer = client.get(page(room))
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "In sync ±0.3 ms" in text
        assert "−0.21" in text
        assert "&lt;Bob&gt;" in text
        assert "Not listening" in text


def test_a_room_without_listeners_says_so(client: Client, room: Room) -> None:
    assert "Nobody listens here yet" in client.get(page(room)).content.decode()
    assert asked(client, room)["listeners"] == []


@pytest.mark.parametrize("name", ["sync", "sync-readings", "sync-diagnostic"])
def test_an_unknown_room_is_not_found_and_nothing_can_be_posted(client: Client, room: Room, name: str) -> None:
    assert client.get(reverse(f"rooms:{name}", args=["nowhere"])).status_code == 404
    assert client.post(reverse(f"rooms:{name}", args=[room.slug])).status_code == 405


def test_the_room_leads_to_its_monitor(client: Client, room: Room) -> None:
    assert page(room) in client.get(reverse("rooms:room", args=[room.slug])).content.decode()


def test_readings_come_once(client: Client, room: Room, listen: Callable[..., None]) -> None:
    listen(1, "Alice", WELL, ListenerReport(audio="buffering"), WELL)
    first = asked(client, room)
    (alice,) = first["listeners"]
    assert (alice["name"], alice["code"], alice["tone"]) == ("Alice", "in_sync", "good")
    assert alice["readings"]["error_ms"] == [-0.214, None, -0.214]
    assert alice["readings"]["at_us"][-1] == first["until_us"]
    assert "In sync" in first["table"]

    second = asked(client, room, first["until_us"])
    assert second["until_us"] == first["until_us"]
    assert second["listeners"][0]["readings"]["error_ms"] == []

    readings.note(room.pk, 1, ListenerReport(audio="playing", error_ms=7), first["until_us"] + SECOND_US)
    third = asked(client, room, first["until_us"])
    assert third["listeners"][0]["readings"]["error_ms"] == [7]


@pytest.mark.parametrize("after_us", ["-1", "1.5", "now", "", "٣", "9" * 17])
def test_a_wrong_instant_is_refused(client: Client, room: Room, after_us: str) -> None:
    answer = client.get(reverse("rooms:sync-readings", args=[room.slug]), {"after_us": after_us})
    assert answer.status_code == 400


def test_the_words_are_in_the_readers_language(client: Client, room: Room, listen: Callable[..., None]) -> None:
    listen(1, "Alice", msgspec.structs.replace(WELL, output_latency_ms=84.8, output_latency_source="reported"))
    answer = client.get(reverse("rooms:sync-readings", args=[room.slug]), headers={"Accept-Language": "zh-CN"}).json()
    assert answer["listeners"][0]["words"] == "已同步 ±0.3 毫秒"
    assert "设备上报" in answer["table"]


def test_every_way_that_a_player_knows_its_output_delay_has_a_word() -> None:
    names = re.search(r"@property {([^}]+)} source", (ROOT / "static/js/output/playout.js").read_text())
    assert names
    assert set(re.findall(r"'(\w+)'", names[1])) == LATENCY_SOURCES.keys()


def test_a_word_of_another_version_is_left_out(client: Client, room: Room, listen: Callable[..., None]) -> None:
    listen(1, "Alice", msgspec.structs.replace(WELL, output_latency_ms=84.8, output_latency_source="divined"))
    table = asked(client, room)["table"]
    assert "84.8" in table
    assert "divined" not in table


def test_devices_of_one_person_are_told_apart_and_nobodys_key_is_given_away(
    client: Client, room: Room, listen: Callable[..., None]
) -> None:
    listen(1, "Alice", WELL)
    listen(2, "Alice", WELL)
    listen(3, "Bob", WELL)
    answer = client.get(reverse("rooms:sync-readings", args=[room.slug]))
    assert [listener["name"] for listener in answer.json()["listeners"]] == ["Alice · 1", "Alice · 2", "Bob"]
    assert "guest-" not in answer.content.decode()


def test_of_too_many_the_troubled_are_shown(
    client: Client, room: Room, listen: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "MAX_SHOWN", 2)
    listen(1, "Alice", WELL)
    listen(2, "Bob", WELL)
    listen(3, "Carol", ListenerReport(audio="buffering"))
    answer = asked(client, room)
    assert [listener["name"] for listener in answer["listeners"]] == ["Alice", "Carol"]
    assert "and 1 more" in answer["table"]


def test_the_diagnostic_holds_everything(client: Client, room: Room, listen: Callable[..., None]) -> None:
    listen(1, "Alice", WELL, WELL, role="host")
    listen(2, "Bob")
    answer = client.get(reverse("rooms:sync-diagnostic", args=[room.slug]), headers={"User-Agent": "Lynx"})
    assert answer["Content-Disposition"].startswith(f'attachment; filename="synchro-{room.slug}-')
    held = answer.json()
    assert held["user_agent"] == "Lynx"
    assert held["made_us"] <= clock.now_us()
    assert held["room"]["transport"]["status"] == "stopped"
    assert held["room"]["revision"] == room.revision
    alice, bob = held["listeners"]
    assert (alice["is_host"], alice["readings"]["rendition"]) == (True, ["flac", "flac"])
    assert (bob["code"], bob["readings"]["at_us"]) == ("not_listening", [])


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(None, 2, "–"), ("", 2, "–"), (0.214, 2, "0.21"), (-0.216, 2, "−0.22"), (-0.004, 2, "0.00"), (3, 0, "3")],
)
def test_a_number_is_written_as_people_read_it(value: float | None, digits: int, text: str) -> None:
    assert reading(value, digits) == text
