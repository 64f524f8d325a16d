"""What the room page's buttons do, by a plain form and by a script."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from playback import clock
from rooms.identity import of_user
from rooms.models import Member, Room
from rooms.rows import play_order
from tests import acting
from tests.builders import make_room, make_user, ready_track, signed_in

pytestmark = pytest.mark.django_db


class Kitchen:
    """Alice's room with three tracks, and her browser."""

    def __init__(self, **room) -> None:
        self.alice = make_user("alice")
        self.room = make_room(self.alice, **room)
        self.browser = signed_in(self.alice)
        self.tracks = [ready_track(title) for title in ("One", "Two", "Three")]
        acting.queue_add(
            self.room.slug, identity=of_user(self.alice), track_ids=[t.pk for t in self.tracks], now_us=clock.now_us()
        )

    def titles(self) -> list[str]:
        return [entry.track.title for entry in play_order(self.room)]

    def entry(self, title: str) -> int:
        return next(entry.pk for entry in play_order(self.room) if entry.track.title == title)

    def do(self, what: str, to: str = "queue", browser: Client | None = None, script: bool = True):
        headers = {"HX-Request": "true"} if script else {}
        address = reverse(f"rooms:{to}", args=[self.room.slug])
        return (browser or self.browser).post(address, {"do": what}, headers=headers)

    def state(self) -> Room:
        return Room.objects.get(pk=self.room.pk)


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


def toast(answer) -> dict[str, object]:
    return json.loads(answer["HX-Trigger"])["toast"]


def test_add_puts_a_track_at_the_end(kitchen: Kitchen) -> None:
    answer = kitchen.do(f"add {ready_track('Four').pk}")
    assert answer.status_code == 204
    assert toast(answer)["text"] == "Added to the queue."
    assert kitchen.titles() == ["One", "Two", "Three", "Four"]


def test_next_puts_a_track_behind_what_plays(kitchen: Kitchen) -> None:
    kitchen.do(f"play {kitchen.entry('One')}")
    kitchen.do(f"next {ready_track('Four').pk}")
    assert kitchen.titles() == ["One", "Four", "Two", "Three"]


def test_now_plays_a_track_at_once(kitchen: Kitchen) -> None:
    kitchen.do(f"now {ready_track('Four').pk}")
    assert kitchen.state().entry == kitchen.entry("Four")
    assert kitchen.state().status == "playing"


@pytest.mark.parametrize(
    ("what", "title", "order"),
    [
        ("up", "Two", ["Two", "One", "Three"]),
        ("up", "One", ["One", "Two", "Three"]),
        ("down", "One", ["Two", "One", "Three"]),
        ("down", "Three", ["One", "Two", "Three"]),
        ("down", "Two", ["One", "Three", "Two"]),
    ],
)
def test_one_place_up_or_down(kitchen: Kitchen, what: str, title: str, order: list[str]) -> None:
    kitchen.do(f"{what} {kitchen.entry(title)}")
    assert kitchen.titles() == order


def test_move_puts_an_entry_in_front_of_another_or_at_the_end(kitchen: Kitchen) -> None:
    kitchen.do(f"move {kitchen.entry('Three')} {kitchen.entry('One')}")
    assert kitchen.titles() == ["Three", "One", "Two"]
    kitchen.do(f"move {kitchen.entry('Three')} end")
    assert kitchen.titles() == ["One", "Two", "Three"]


@pytest.mark.parametrize("what", ["remove", "clear"])
def test_what_was_taken_out_can_be_put_back(kitchen: Kitchen, what: str) -> None:
    answer = kitchen.do(f"remove {kitchen.entry('Two')}" if what == "remove" else "clear")
    assert kitchen.titles() == (["One", "Three"] if what == "remove" else [])
    kitchen.do(f"restore {toast(answer)['undo']}")
    assert kitchen.titles() == ["One", "Two", "Three"]


def test_a_plain_form_is_sent_back_to_the_room_which_offers_undo(kitchen: Kitchen) -> None:
    answer = kitchen.do(f"remove {kitchen.entry('Two')}", script=False)
    assert answer.status_code == 302
    text = kitchen.browser.get(answer["Location"]).content.decode()
    assert "Removed from the queue." in text
    revision = answer["Location"].split("undo=")[1]
    assert f'value="restore {revision}"' in text


@pytest.mark.parametrize(
    "what", ["", "add", "add x", "explode", "remove 1 2", "move 1", "restore -", "play " + "9" * 30]
)
def test_words_that_no_button_sends_are_refused(kitchen: Kitchen, what: str) -> None:
    assert kitchen.do(what).status_code in {400, 409}
    assert kitchen.titles() == ["One", "Two", "Three"]


def test_a_stranger_is_refused_in_words(kitchen: Kitchen) -> None:
    answer = kitchen.do("clear", browser=Client())
    assert answer.status_code == 403
    assert toast(answer) == {"text": "Join the room first.", "kind": "error"}
    assert kitchen.titles() == ["One", "Two", "Three"]


def test_where_hosts_choose_a_listener_is_refused() -> None:
    kitchen = Kitchen(control="hosts")
    bob = signed_in(make_user("bob"))
    kitchen.do("", to="join", browser=bob)
    answer = kitchen.do("clear", browser=bob, script=False)
    assert answer.status_code == 302
    assert "Only the hosts of this room may do that." in bob.get(answer["Location"]).content.decode()
    assert kitchen.titles() == ["One", "Two", "Three"]


def test_an_action_needs_the_page_that_sends_it(kitchen: Kitchen) -> None:
    mallory_sends_alice = signed_in(kitchen.alice, enforce_csrf_checks=True)
    assert kitchen.do("clear", browser=mallory_sends_alice).status_code == 403
    assert kitchen.titles() == ["One", "Two", "Three"]


def test_actions_on_a_room_that_went_away_are_not_found(kitchen: Kitchen) -> None:
    acting.destroy_room(kitchen.room.slug, identity=of_user(kitchen.alice))
    for to in ("queue", "transport", "join", "leave"):
        assert kitchen.do("clear" if to == "queue" else "play", to=to).status_code == 404


def test_the_transport_works_without_a_script(kitchen: Kitchen) -> None:
    kitchen.do("play", to="transport")
    assert kitchen.state().status == "playing"
    kitchen.do(f"next {kitchen.state().entry}", to="transport")
    assert kitchen.state().entry == kitchen.entry("Two")
    kitchen.do(f"previous {kitchen.state().entry} {kitchen.state().revision_of('transport')}", to="transport")
    assert kitchen.state().entry == kitchen.entry("One")
    kitchen.do("pause", to="transport")
    assert kitchen.state().status == "paused"
    kitchen.do("repeat all", to="transport")
    kitchen.do("shuffle on", to="transport")
    kitchen.do("stop", to="transport")
    state = kitchen.state()
    assert (state.repeat, state.shuffle, state.status) == ("all", True, "stopped")


@pytest.mark.parametrize("what", ["", "next", "next x", "repeat twice", "previous 1", "eject"])
def test_transport_words_that_no_button_sends_are_refused(kitchen: Kitchen, what: str) -> None:
    assert kitchen.do(what, to="transport").status_code == 400


def test_a_late_press_skips_nothing(kitchen: Kitchen) -> None:
    kitchen.do("play", to="transport")
    first = kitchen.state().entry
    kitchen.do(f"next {first}", to="transport")
    answer = kitchen.do(f"next {first}", to="transport")
    assert answer.status_code == 409
    assert kitchen.state().entry == kitchen.entry("Two")


def test_a_guest_joins_and_leaves_by_plain_forms(kitchen: Kitchen, client: Client) -> None:
    room_page = reverse("rooms:room", args=[kitchen.room.slug])
    client.get(room_page)  # brings the cookie by which the guest is known
    client.post(room_page + "join/", {"nickname": "Wren"})
    page = client.get(room_page).content.decode()
    assert 'data-may-control="true"' in page
    assert "You are in. <span data-with-script>Press once more to hear.</span>" in page
    assert Member.objects.filter(nickname="Wren").exists()
    client.post(room_page + "leave/")
    assert not Member.objects.filter(nickname="Wren").exists()
