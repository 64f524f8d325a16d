"""The demo room: it is there at once, fills as its pieces come ready, and nothing comes into it twice."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from library.demo import tracks
from library.demo.score import PIECES, Piece
from library.models import Track
from playback import clock
from playback.protocol import QueueRemove, TransportPause
from rooms import demo
from rooms.commands import carry_out_for_site
from rooms.models import Room
from tests.builders import guest, make_room

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces that take no time to make."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(tracks, "render", lambda piece, target: target.write_bytes(piece.title.encode()))


def come_ready(*pieces: Piece) -> None:
    """As the ingest worker does it."""
    for piece in pieces:
        assert tracks.make_next()
        Track.objects.filter(title=piece.title).update(
            status=Track.Status.READY, total_samples=48_000 * 60, package=str(piece.number) * 64
        )


def fill() -> bool:
    return demo.fill(clock.now_us())


def room() -> Room:
    return Room.objects.get()


def queue() -> list[str]:
    return list(room().entries.filter(removed_revision=None).values_list("track__title", flat=True))


def notice(client: Client, address: str = "/rooms/demo/", language: str = "en") -> bool:
    html = client.get(address, headers={"Accept-Language": language}).content.decode()
    return "demo music is being made" in html or "正在制作演示音乐" in html


def test_the_room_is_there_before_any_music(client: Client) -> None:
    demo.ask_for()
    assert fill()
    assert (room().slug, room().visibility, queue()) == ("demo", "public", [])
    html = client.get("/rooms/demo/").content.decode()
    assert "The demo music is being made: Morning Tide, 1 of 4." in html


def test_it_fills_as_pieces_come_ready_and_plays_from_the_first_on() -> None:
    demo.ask_for()
    began = set()
    for count, piece in enumerate(PIECES, 1):
        come_ready(piece)
        assert fill() == (count < len(PIECES))
        began.add(room().began_us)
        assert queue() == [piece.title for piece in PIECES[:count]]
        assert (room().status, room().repeat) == ("playing", "all")
    assert len(began) == 1
    assert not fill()


@pytest.mark.parametrize("command", ["QueueAdd", "TransportPlay"])
def test_who_is_killed_in_the_middle_of_filling_leaves_it_to_the_next(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just before a command is carried out, and just after."""
    demo.ask_for()
    come_ready(*PIECES[:2])
    for carried_out in (False, True):

        def killed(room, message, *, now_us, carried_out=carried_out):
            if type(message).__name__ != command or carried_out:
                carry_out_for_site(room, message, now_us=now_us)
            if type(message).__name__ == command:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(demo, "carry_out_for_site", killed)
            with pytest.raises(KeyboardInterrupt):
                fill()
    come_ready(*PIECES[2:])
    assert not fill()
    assert queue() == [piece.title for piece in PIECES]
    assert room().status == "playing"


def test_who_is_killed_while_the_room_is_opened_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(demo, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            demo.ask_for()
    demo.ask_for()
    come_ready(PIECES[0])
    fill()
    assert queue() == ["Morning Tide"]


def test_what_people_do_meanwhile_stands() -> None:
    demo.ask_for()
    come_ready(PIECES[0])
    fill()
    now_us = clock.now_us()
    carry_out_for_site(room().pk, TransportPause(""), now_us=now_us)
    carry_out_for_site(room().pk, QueueRemove("", room().entries.get().pk), now_us=now_us)
    come_ready(PIECES[1])
    fill()
    assert queue() == ["Neon Rain"]
    assert room().status == "stopped"


def test_a_room_that_is_destroyed_meanwhile_stays_so() -> None:
    demo.ask_for()
    Room.objects.all().delete()
    come_ready(*PIECES)
    assert not fill()
    assert not Room.objects.exists()


def test_a_second_asking_changes_nothing() -> None:
    demo.ask_for()
    come_ready(*PIECES)
    demo.ask_for()
    assert not fill()
    demo.ask_for()
    assert not fill()
    assert queue() == [piece.title for piece in PIECES]


def test_a_site_with_rooms_gets_the_music_and_no_room(client: Client) -> None:
    kitchen = make_room(guest("alice"))
    demo.ask_for()
    assert Room.objects.get() == kitchen
    assert notice(client, "/")
    assert not notice(client, f"/rooms/{kitchen.slug}/")
    come_ready(*PIECES)
    assert not fill()
    assert queue() == []
    assert not notice(client, "/")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_say_what_is_made_until_it_is_done(client: Client, language: str) -> None:
    pages = ("/", "/rooms/demo/", reverse("rooms:demo-music"))
    demo.ask_for()
    fill()
    assert [notice(client, page, language) for page in pages] == [True, True, True]
    make_room(guest("alice"), "Kitchen")
    assert not notice(client, "/rooms/kitchen/", language)
    come_ready(*PIECES)
    assert not fill()
    assert [notice(client, page, language) for page in pages] == [False, False, False]


def test_a_page_asks_again_only_while_something_is_made(client: Client) -> None:
    asks = 'hx-get="/demo-music/"'
    demo.ask_for()
    fill()
    assert asks in client.get("/demo-music/").content.decode()
    come_ready(*PIECES)
    fill()
    assert client.get("/demo-music/").content.decode().strip() == ""
