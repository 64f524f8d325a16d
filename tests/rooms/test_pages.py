"""The rooms' pages as a browser without scripts gets them, and their parts as scripts ask for them."""

import pytest
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

from library.durations import as_duration
from playback import clock
from rooms.identity import GUEST_COOKIE, of_user
from rooms.models import Room
from rooms.templatetags.scripts import led_to
from rooms.web.pages import FOUND_TRACKS, MAX_QUERY_LENGTH, found_tracks
from tests import acting
from tests.builders import make_room, make_user, ready_track, signed_in

pytestmark = pytest.mark.django_db

AS_SCRIPT = {"HX-Request": "true"}


def page_of(room: Room) -> str:
    return reverse("rooms:room", args=[room.slug])


def test_home_shows_a_room_and_what_it_plays(client: Client) -> None:
    alice = make_user("alice")
    room = make_room(alice, "Kitchen")
    track = ready_track("Slow Tide")
    acting.queue_add(room.slug, identity=of_user(alice), track_ids=[track.pk], now_us=clock.now_us(), place="now")
    text = client.get("/").content.decode()
    assert page_of(room) in text
    assert "Slow Tide" in text


def test_a_room_names_every_module_that_its_script_leads_to(client: Client) -> None:
    page = client.get(page_of(make_room(make_user("alice"), "Kitchen"))).content.decode()
    for name in (
        "player/listener",
        "link/clock",
        "output/report_line",
        "link/link_worker",
        "link/pinger",
        "page/tuning",
    ):
        assert page.count(f'/js/{name}.js"') == 1
    assert page.index("/js/link/pinger.js") < page.index("/js/page/early.js") < page.index("/js/player/listener.js")
    assert "protocol" not in page  # of types alone, which stand in comments
    assert "output/pulseaudio" not in page  # one platform's, which asks for it itself
    with pytest.raises(LookupError):
        led_to("js/none.js")


@pytest.mark.parametrize("path", ["/", static("js/player/player.js"), static("css/base.css"), "/api/v1/rooms"])
def test_text_is_sent_compressed_to_who_takes_it(client: Client, path: str) -> None:
    make_room(make_user("alice"), "Kitchen")
    answers = [client.get(path, headers=taken) for taken in ({"Accept-Encoding": "gzip"}, {})]
    assert [answer.headers.get("Content-Encoding") for answer in answers] == ["gzip", None]
    for answer in answers:
        if answer.streaming:
            answer.close()  # a file


def test_home_gives_a_script_the_cards_alone(client: Client) -> None:
    make_room(make_user("alice"), "Kitchen")
    answer = client.get("/", headers=AS_SCRIPT)
    assert "<html" not in answer.content.decode()
    assert "Kitchen" in answer.content.decode()
    assert "HX-Request" in answer["Vary"]  # a cache must not give the part to who wants the page


def test_home_hides_an_unlisted_room_from_strangers_but_not_from_its_host(client: Client) -> None:
    alice = make_user("alice")
    make_room(alice, "Cellar", visibility="unlisted")
    assert "Cellar" not in client.get("/").content.decode()
    assert "Cellar" in signed_in(alice).get("/").content.decode()


def test_a_guest_opens_a_room_and_is_its_host(client: Client) -> None:
    answer = client.post("/rooms/new", {"name": "Balcony", "visibility": "public", "control": "hosts"})
    room = Room.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == page_of(room)
    assert GUEST_COOKIE in answer.cookies
    assert 'data-role="host"' in client.get(page_of(room)).content.decode()


def test_a_room_without_a_name_is_refused_in_place(client: Client) -> None:
    answer = client.post("/rooms/new", {"name": " \u200b ", "visibility": "public", "control": "everyone"})
    assert answer.status_code == 422
    assert not Room.objects.exists()


def test_guests_open_no_rooms_where_the_site_does_not_let_them(client: Client, settings) -> None:
    settings.GUESTS_CREATE_ROOMS = False
    assert client.get("/rooms/new")["Location"].startswith("/accounts/sign-in/")
    assert "/rooms/new" not in client.get("/").content.decode()
    assert signed_in(make_user("bob")).get("/rooms/new").status_code == 200


def test_a_visitor_sees_the_room_and_is_asked_to_join(client: Client) -> None:
    room = make_room(make_user("alice"))
    answer = client.get(page_of(room))
    text = answer.content.decode()
    assert 'data-role="visitor"' in text
    assert 'data-may-control="false"' in text
    assert 'id="listen"' in text
    assert 'name="nickname"' in text
    assert answer.cookies[GUEST_COOKIE]["httponly"]


def test_a_missing_room_is_not_found_in_words(client: Client) -> None:
    answer = client.get("/rooms/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_names_from_people_are_text_not_markup(client: Client) -> None:
    alice = make_user("alice")
    room = make_room(alice, "<b>Kitchen</b>", nickname="<i>A</i>")
    track = ready_track("<script>alert(1)</script>")
    acting.queue_add(room.slug, identity=of_user(alice), track_ids=[track.pk], now_us=clock.now_us())
    text = client.get(page_of(room)).content.decode()
    for markup in ("<b>Kitchen", "<i>A", "<script>alert"):
        assert markup not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_page_carries_no_inline_script_style_or_handler(client: Client) -> None:
    room = make_room(make_user("alice"))
    text = client.get(page_of(room)).content.decode()
    for forbidden in (" style=", " onclick=", " hx-on", "<style", "<script>"):
        assert forbidden not in text


def test_search_finds_by_every_word(client: Client) -> None:
    room = make_room(make_user("alice"))
    ready_track("Slow Tide")
    ready_track("Slow Rain")
    text = client.get(page_of(room) + "search/", {"q": "slow ti"}, headers=AS_SCRIPT).content.decode()
    assert "Slow Tide" in text
    assert "Slow Rain" not in text
    assert "<html" not in text


def test_search_works_as_a_page_of_its_own(client: Client) -> None:
    room = make_room(make_user("alice"))
    ready_track("Slow Tide")
    text = client.get(page_of(room) + "search/", {"q": "tide"}).content.decode()
    assert "<html" in text
    assert "Slow Tide" in text


def test_search_shows_a_bounded_number_and_reads_a_bounded_query() -> None:
    for _ in range(FOUND_TRACKS + 1):
        ready_track("Tide")
    assert len(found_tracks("tide")) == FOUND_TRACKS
    assert found_tracks("x" * MAX_QUERY_LENGTH + " tide") == []


def test_settings_are_for_hosts(client: Client) -> None:
    alice = make_user("alice")
    room = make_room(alice)
    address = reverse("rooms:settings", args=[room.slug])
    wish = {"name": "Garden", "visibility": "unlisted", "control": "hosts"}
    assert client.post(address, wish).status_code == 404
    assert signed_in(make_user("mallory")).post(address, wish).status_code == 404
    assert signed_in(alice).post(address, wish).status_code == 302
    room.refresh_from_db()
    assert (room.name, room.visibility, room.control) == ("Garden", "unlisted", "hosts")


def test_destroying_asks_first_and_is_for_hosts(client: Client) -> None:
    alice = make_user("alice")
    room = make_room(alice)
    address = reverse("rooms:destroy", args=[room.slug])
    assert client.post(address).status_code == 404
    host = signed_in(alice)
    assert host.get(address).status_code == 200
    assert Room.objects.exists()
    assert host.post(address)["Location"] == "/"
    assert not Room.objects.exists()


@pytest.mark.parametrize(
    ("duration_s", "text"), [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (225, "3:45"), (3723, "1:02:03")]
)
def test_durations(duration_s: float, text: str) -> None:
    assert as_duration(duration_s) == text
