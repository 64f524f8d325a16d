"""The rooms' JSON API: what scripts do with a room, and how it says no."""

from typing import Any

import pytest
from django.test import Client

from rooms.identity import of_user
from rooms.models import Room
from synchro.accounts.models import ApiToken
from synchro.accounts.tokens import create_token
from tests import acting
from tests.builders import make_room, make_user, ready_track

pytestmark = pytest.mark.django_db

ROOMS = "/api/v1/rooms"


class Script(Client):
    """A program with a token."""

    def __init__(self, token: str = "") -> None:
        super().__init__(headers={"Authorization": f"Bearer {token}"} if token else {})

    def post_json(self, path: str, body: dict[str, Any]):
        return self.post(ROOMS + path, body, content_type="application/json")


@pytest.fixture
def alice():
    return make_user("alice")


@pytest.fixture
def script(alice) -> Script:
    return Script(create_token(alice, "script"))


@pytest.fixture
def room(alice) -> Room:
    return make_room(alice)


def code_of(response) -> str:
    return response.json()["code"]


def test_rooms_are_listed_as_a_page(script: Script, room: Room) -> None:
    body = script.get(ROOMS).json()
    assert body["count"] == 1
    assert body["items"][0]["slug"] == room.slug


def test_an_unlisted_room_is_listed_for_its_own_people_only(script: Script, alice) -> None:
    make_room(alice, visibility="unlisted")
    assert script.get(ROOMS).json()["count"] == 1
    assert Script().get(ROOMS).json()["count"] == 0


def test_a_room_is_opened_and_destroyed(script: Script) -> None:
    response = script.post_json("", {"name": "Attic", "control": "hosts"})
    assert response.status_code == 201
    slug = response.json()["slug"]
    assert script.delete(f"{ROOMS}/{slug}").status_code == 204
    assert code_of(script.get(f"{ROOMS}/{slug}")) == "no_such_room"


def test_a_whole_evening_by_script(script: Script, room: Room) -> None:
    one, two = ready_track("one"), ready_track("two")
    queued = [script.post_json(f"/{room.slug}/queue", {"track_id": t.pk}).json()["entry"] for t in (one, two)]
    actions: list[dict[str, Any]] = [
        {"action": "play"},
        {"action": "seek", "position_s": 12.5},
        {"action": "pause"},
        {"action": "next", "entry": queued[0]},
        {"action": "previous"},
        {"action": "jump", "entry": queued[1]},
        {"action": "volume", "volume": 0.5},
        {"action": "stop"},
    ]
    for action in actions:
        response = script.post_json(f"/{room.slug}/transport", action)
        assert response.status_code == 200, (action, response.content)
    state = script.get(f"{ROOMS}/{room.slug}").json()
    assert (state["status"], state["entry"], state["volume"]) == ("stopped", queued[1], 0.5)
    assert [e["title"] for e in state["queue"]] == ["one", "two"]
    history = script.get(f"{ROOMS}/{room.slug}/history").json()
    assert history["count"] == len(history["items"])
    assert {item["title"] for item in history["items"]} <= {"one", "two"}
    assert script.delete(f"{ROOMS}/{room.slug}/queue/{queued[0]}").status_code == 200
    assert script.get(f"{ROOMS}/{room.slug}/listeners").json() == {"items": [], "count": 0}


def test_a_seek_is_where_it_was_asked_for(script: Script, room: Room) -> None:
    script.post_json(f"/{room.slug}/queue", {"track_id": ready_track(seconds=60).pk})
    script.post_json(f"/{room.slug}/transport", {"action": "seek", "position_s": 0})
    too_far = {"action": "seek", "position_s": 61}
    assert code_of(script.post_json(f"/{room.slug}/transport", too_far)) == "nothing_playing"
    script.post_json(f"/{room.slug}/transport", {"action": "play"})
    assert code_of(script.post_json(f"/{room.slug}/transport", too_far)) == "bad_position"
    script.post_json(f"/{room.slug}/transport", {"action": "pause"})
    script.post_json(f"/{room.slug}/transport", {"action": "seek", "position_s": 30})
    assert script.get(f"{ROOMS}/{room.slug}").json()["position_s"] == 30


def test_a_repeated_request_is_harmless(script: Script, room: Room) -> None:
    for _ in range(3):
        script.post_json(f"/{room.slug}/queue", {"track_id": ready_track().pk})
    script.post_json(f"/{room.slug}/transport", {"action": "play"})
    answers = [script.post_json(f"/{room.slug}/transport", {"action": "next", "id": "x"}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    state = script.get(f"{ROOMS}/{room.slug}").json()
    assert state["entry"] == state["queue"][1]["entry"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"action": "play"}, 409, "empty_queue"),
        ({"action": "seek"}, 422, "invalid"),
        ({"action": "jump"}, 422, "invalid"),
        ({"action": "volume"}, 422, "invalid"),
        ({"action": "explode"}, 422, "invalid"),
        ({"action": "volume", "volume": 2}, 422, "invalid"),
        ({"action": "seek", "position_s": -1}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_code(
    script: Script, room: Room, body: dict[str, Any], status: int, code: str
) -> None:
    response = script.post_json(f"/{room.slug}/transport", body)
    assert (response.status_code, code_of(response)) == (status, code)


def test_without_a_token_nothing_is_changed(room: Room) -> None:
    script = Script()
    for response in (
        script.post_json("", {"name": "x"}),
        script.delete(f"{ROOMS}/{room.slug}"),
        script.post_json(f"/{room.slug}/queue", {"track_id": 1}),
        script.post_json(f"/{room.slug}/transport", {"action": "play"}),
    ):
        assert (response.status_code, code_of(response)) == (401, "not_signed_in")


def test_a_revoked_token_opens_nothing(alice, room: Room) -> None:
    token = create_token(alice, "script")
    ApiToken.objects.all().delete()
    assert Script(token).post_json(f"/{room.slug}/transport", {"action": "play"}).status_code == 401


def test_only_hosts_destroy_a_room_and_control_a_closed_one(room: Room, alice) -> None:
    acting.update_settings(room.slug, identity=of_user(alice), control="hosts", now_us=1)
    bob = Script(create_token(make_user("bob"), "script"))
    assert code_of(bob.delete(f"{ROOMS}/{room.slug}")) == "not_allowed"
    assert code_of(bob.post_json(f"/{room.slug}/transport", {"action": "play"})) == "not_allowed"
    assert Room.objects.filter(pk=room.pk).exists()


def test_a_signed_in_page_needs_its_csrf_token(alice, room: Room) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    response = browser.post(
        f"{ROOMS}/{room.slug}/transport", {"action": "play"}, content_type="application/json"
    )  # fmt: skip
    assert response.status_code == 403


def test_the_documents_name_every_operation(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    documented = {(path.removeprefix("/api/v1"), method) for path, methods in paths.items() for method in methods}
    assert documented >= {
        ("/rooms", "get"), ("/rooms", "post"), ("/rooms/{slug}", "get"), ("/rooms/{slug}", "delete"),
        ("/rooms/{slug}/queue", "post"), ("/rooms/{slug}/queue/{entry}", "delete"),
        ("/rooms/{slug}/transport", "post"), ("/rooms/{slug}/history", "get"), ("/rooms/{slug}/listeners", "get"),
        ("/tracks", "get"), ("/tracks", "post"), ("/tracks/{track_id}", "get"),
    }  # fmt: skip
    assert client.get("/api/v1/docs").status_code == 200
    assert "/ws/rooms/{slug}/" in client.get("/api/v1/asyncapi.json").json()["channels"]["room"]["address"]
