"""Every command through the API and through a page's form, as every kind of person who has that door: the answer is the
one in docs/permissions.md. (The socket's walk, over the real server, is in tests/access.)"""

import json
import math
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from playback import clock
from playback.commands import Play
from rooms.commands import TABLE
from rooms.identity import GUEST_COOKIE, of_user
from rooms.models import Member, Room
from rooms.rows import play_order
from synchro.accounts.tokens import create_token
from tests.acting import queue_add, queue_remove, transport
from tests.builders import guest, make_room, make_user, ready_track, signed_in
from tests.permissions import ANSWERS, COMMANDS, GRANT_OF

pytestmark = pytest.mark.django_db

WITH_ACCOUNT = ("account", "listener", "host", "staff")
AS_GUEST = ("visitor", "stranger", "listener", "host")
CONTROLS = ("everyone", "hosts")


class Hall:
    """A room that would accept any command, and one person in it."""

    def __init__(self, person: str, control: str, *, account: bool) -> None:
        host = make_user("the host")
        self.room = make_room(host, control=control)
        tracks = [ready_track() for _ in range(3)]
        owner = of_user(host)
        queue_add(self.room.slug, identity=owner, track_ids=[t.pk for t in tracks], now_us=clock.now_us())
        self.entries = [entry.pk for entry in play_order(self.room)]
        transport(self.room.slug, identity=owner, command=Play(), now_us=clock.now_us())
        self.removed = queue_remove(self.room.slug, identity=owner, entry=self.entries[2], now_us=clock.now_us())
        self.track = tracks[0].pk
        self.user = make_user(person, is_staff=person == "staff") if account else None
        columns: dict[str, Any] = {"user": self.user} if account else {"guest_key": guest(person).guest_key}
        if person in {"listener", "host"}:
            Member.objects.create(room=self.room, nickname=person, role=person, **columns)
        if person == "stranger":
            Member.objects.create(room=make_room(make_user("other"), "Other"), nickname="S", role="host", **columns)
        self.person = person

    def fresh(self) -> Room:
        return Room.objects.get(pk=self.room.pk)

    def browser(self) -> Client:
        if self.user:
            return signed_in(self.user)
        browser = Client()
        browser.cookies[GUEST_COOKIE] = signing.Signer(salt="rooms.guest").sign(guest(self.person).guest_key)
        return browser


def expected(person: str, command: str, control: str) -> str:
    grant = GRANT_OF[command]
    return ANSWERS[person][control if grant == "control" else grant]


def by_api(hall: Hall, command: str) -> str:
    assert hall.user is not None
    slug, (first, second, _) = hall.room.slug, hall.entries
    method, path, body = {
        "room.join": ("post", "members", {"nickname": "Nick"}),
        "room.leave": ("delete", "members/me", None),
        "room.settings": ("patch", "", {"name": "Renamed"}),
        "room.destroy": ("delete", "", None),
        "queue.add": ("post", "queue", {"track_id": hall.track}),
        "queue.clear": ("post", "queue/clear", None),
        "queue.restore": ("post", "queue/restore", {"revision": hall.removed}),
        "queue.remove": ("delete", f"queue/{second}", None),
        "queue.move": ("post", f"queue/{second}/move", {"before": first}),
        "transport.seek": ("post", "transport", {"action": "seek", "position_s": 1.5}),
        "transport.jump": ("post", "transport", {"action": "jump", "entry": second}),
        "transport.volume": ("post", "transport", {"action": "volume", "volume": 0.5}),
        "transport.repeat": ("post", "transport", {"action": "repeat", "mode": "all"}),
        "transport.shuffle": ("post", "transport", {"action": "shuffle", "on": True}),
    }.get(command, ("post", "transport", {"action": command.partition(".")[2]}))
    answer = getattr(Client(), method)(
        f"/api/v1/rooms/{slug}" + (f"/{path}" if path else ""), json.dumps(body) if body else "",
        content_type="application/json", headers={"Authorization": f"Bearer {create_token(hall.user, 'walk')}"},
    )  # fmt: skip
    return "yes" if answer.status_code < 300 else str(answer.json()["code"])


def by_form(hall: Hall, command: str) -> str:
    slug, (first, second, _), revision = hall.room.slug, hall.entries, hall.fresh().revision_of("transport")
    settings = {"name": "Renamed", "visibility": "public", "control": hall.room.control}
    path, fields = {
        "room.join": ("join", {"nickname": "Nick"}),
        "room.leave": ("leave", {}),
        "room.settings": ("settings", settings),
        "room.destroy": ("destroy", {}),
        "queue.add": ("queue", {"do": f"add {hall.track}"}),
        "queue.clear": ("queue", {"do": "clear"}),
        "queue.restore": ("queue", {"do": f"restore {hall.removed}"}),
        "queue.remove": ("queue", {"do": f"remove {second}"}),
        "queue.move": ("queue", {"do": f"move {second} {first}"}),
        "transport.jump": ("queue", {"do": f"play {second}"}),
        "transport.next": ("transport", {"do": f"next {first}"}),
        "transport.previous": ("transport", {"do": f"previous {first} {revision}"}),
        "transport.seek": ("transport", {"do": f"seek {first} 1.5"}),
        "transport.volume": ("transport", {"do": "volume 0.5"}),
        "transport.repeat": ("transport", {"do": "repeat all"}),
        "transport.shuffle": ("transport", {"do": "shuffle on"}),
    }.get(command, ("transport", {"do": command.partition(".")[2]}))
    answer = hall.browser().post(f"/rooms/{slug}/{path}/", fields, headers={"HX-Request": "true"})
    return "yes" if answer.status_code < 400 else str(answer.status_code)


FORM_REFUSALS = {"not_joined": {"403"}, "not_allowed": {"403", "404"}, "no_identity": {"403"}}
"""Pages that are for hosts alone do not say that they are there."""


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("person", WITH_ACCOUNT)
def test_by_the_api(person: str, command: str, control: str) -> None:
    hall = Hall(person, control, account=True)
    before = hall.fresh().revision
    answer = by_api(hall, command)
    assert answer == expected(person, command, control)
    if answer != "yes":
        assert hall.fresh().revision == before


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("person", sorted({*WITH_ACCOUNT, *AS_GUEST}))
def test_by_a_form(person: str, command: str, control: str) -> None:
    hall = Hall(person, control, account=person not in AS_GUEST)
    before = hall.fresh().revision
    answer, wanted = by_form(hall, command), expected(person, command, control)
    assert answer in ({"yes"} if wanted == "yes" else FORM_REFUSALS[wanted])
    if answer != "yes":
        assert hall.fresh().revision == before


@pytest.mark.parametrize("volume", ["nan", "inf", "-1", "1.01", "1e400", "x"])
def test_a_number_from_a_form_is_bounded_like_any_other(volume: str) -> None:
    hall = Hall("host", "everyone", account=False)
    answer = hall.browser().post(f"/rooms/{hall.room.slug}/transport/", {"do": f"volume {volume}"})
    assert answer.status_code == 400
    assert not math.isnan(hall.fresh().volume)


def test_every_command_has_all_three_doors() -> None:
    assert set(COMMANDS.values()) == set(TABLE)
