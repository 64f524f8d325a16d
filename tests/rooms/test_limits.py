"""How many rooms are opened and how many people join, each limit at its edge, by page and by API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client

from rooms.models import Member, Room
from rooms.web import limits
from synchro.accounts.tokens import create_token
from synchro.limits.rates import spend
from tests.builders import make_room, make_user, signed_in
from tests.serving import Site
from tests.visitors import Visitor

NEW = "/rooms/new"
WISH = {"name": "Kitchen", "visibility": "public", "control": "everyone"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """With the limits that a site has by default."""
    with Site(tmp_path, SYNCHRO_RATE_LIMIT_FACTOR="1", SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.sign_up("bob", "a slow tide at noon")
        site.start()
        yield site


def said(answer: Any) -> str:
    text: str = answer.text if isinstance(answer, httpx.Response) else answer.content.decode()
    return text.replace("\xa0", " ")


@pytest.mark.server
def test_a_guest_who_drops_the_cookie_opens_thirty_rooms_an_hour(site: Site) -> None:
    with Visitor(site) as guest, Visitor(site, "127.0.1.1") as elsewhere:
        answers = []
        for _ in range(31):
            answers.append(guest.fill_in(NEW, **WISH))
            guest.http.cookies.delete("synchro_guest")
        assert [answer.status_code for answer in answers] == [302] * 30 + [429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
        assert "Too many rooms were opened from your network. Try again in 1 hour." in said(answers[-1])
        assert 'value="Kitchen"' in answers[-1].text  # what was filled in is still there
        assert "synchro_guest" not in guest.http.cookies
        assert elsewhere.fill_in(NEW, **WISH).status_code == 302
    assert httpx.get(f"{site.url}/api/v1/rooms").json()["count"] == 31


@pytest.mark.server
def test_an_account_opens_thirty_rooms_an_hour_over_the_api(site: Site) -> None:
    token = site.manage("create_api_token", "bob").strip()
    with httpx.Client(base_url=f"{site.url}/api/v1/", headers={"Authorization": f"Bearer {token}"}) as script:
        statuses = []
        for _ in range(31):
            answer = script.post("rooms", json=WISH)
            statuses.append(answer.status_code)
            if answer.status_code == 201:
                script.delete(f"rooms/{answer.json()['slug']}")
        assert statuses == [201] * 30 + [429]
        assert answer.json()["code"] == "too_many_requests"
        assert answer.json()["message"].replace("\xa0", " ") == "You have opened too many rooms. Try again in 1 hour."
        assert 0 < int(answer.headers["Retry-After"]) <= 3600
        assert script.get("rooms").json()["count"] == 0


def used_up(limit: Any, key: str) -> None:
    """All but one."""
    for _ in range(limit.amount - 1):
        assert spend(limit, key) is None


@pytest.mark.django_db
def test_page_and_api_count_an_account_together() -> None:
    bob = make_user("bob")
    used_up(limits.ROOMS_OF_ACCOUNT, str(bob.pk))
    script = Client(headers={"Authorization": f"Bearer {create_token(bob, 'script')}"})
    assert script.post("/api/v1/rooms", WISH, content_type="application/json").status_code == 201
    answer = signed_in(bob).post(NEW, WISH)
    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 3600) == (429, True)
    assert answer.context["form"].errors.as_data()["__all__"][0].code == "throttled"
    assert signed_in(make_user("carol")).post(NEW, WISH).status_code == 302


@pytest.mark.django_db
def test_people_with_accounts_open_rooms_where_guests_may_not_any_more() -> None:
    used_up(limits.ROOMS_OF_GUESTS_FROM_ADDRESS, "127.0.0.1")
    assert [Client().post(NEW, WISH).status_code for _ in range(2)] == [302, 429]
    assert signed_in(make_user("bob")).post(NEW, WISH).status_code == 302


@pytest.mark.django_db
def test_what_is_not_of_the_form_counts_nothing() -> None:
    used_up(limits.ROOMS_OF_GUESTS_FROM_ADDRESS, "127.0.0.1")
    assert [Client().post(NEW, WISH | {"name": ""}).status_code for _ in range(2)] == [422, 422]
    assert Client().post(NEW, WISH).status_code == 302


@pytest.fixture
def kitchen(db: None) -> Room:
    used_up(limits.JOINS_FROM_ADDRESS, "127.0.0.1")
    return make_room(make_user("alice"))


def join(browser: Client, room: Room, **more: Any) -> Any:
    return browser.post(f"/rooms/{room.slug}/join/", {"nickname": "Bob"}, **more)


def test_a_thousand_people_join_from_one_address(kitchen: Room) -> None:
    assert limits.JOINS_FROM_ADDRESS.amount == 1000
    browser = Client()
    assert join(browser, kitchen).status_code == 302
    answer = join(Client(), kitchen, headers={"Accept": "text/html"})
    assert answer.status_code == 429
    assert "Too many people have joined from your network. Try again in 1 hour." in said(answer)
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert Member.objects.filter(room=kitchen).count() == 2  # with its host
    assert join(browser, kitchen).status_code == 302  # who is in already may say so again
    assert join(Client(), kitchen, REMOTE_ADDR="192.0.2.1").status_code == 302


@pytest.mark.parametrize(
    ("headers", "kind"), [({"HX-Request": "true"}, "toast"), ({"Accept": "application/json"}, "json")]
)
def test_scripts_are_told_as_they_ask(kitchen: Room, headers: dict[str, str], kind: str) -> None:
    join(Client(), kitchen)
    answer = join(Client(), kitchen, headers=headers)
    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 3600) == (429, True)
    if kind == "toast":
        assert "Too many people have joined from your network." in answer["HX-Trigger"]
    else:
        assert answer.json()["code"] == "too_many_requests"


def test_a_room_that_is_not_there_counts_nobody(kitchen: Room) -> None:
    assert [Client().post("/rooms/nowhere/join/").status_code for _ in range(2)] == [404, 404]
    assert join(Client(), kitchen).status_code == 302


def test_the_refusal_is_documented(client: Client, db: None) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert "429" in paths["/api/v1/rooms"]["post"]["responses"]
