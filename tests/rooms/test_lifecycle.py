"""Rooms are opened, joined, left, renamed and destroyed."""

import pytest

from playback.commands import RefusalCode
from rooms.errors import ErrorCode, RoomError
from rooms.identity import of_user
from rooms.lifecycle import MAX_ROOMS_PER_PERSON
from rooms.models import Member, Room
from rooms.people.commands import MAX_MEMBERS
from rooms.permissions import Role, membership, role_of
from tests import acting
from tests.builders import NOW_US, guest, make_room, make_user

pytestmark = pytest.mark.django_db

ALICE, BOB = guest("alice"), guest("bob")


def refusal(call, *args, **kwargs) -> ErrorCode | RefusalCode:
    with pytest.raises(RoomError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def role(room: Room, who) -> Role:
    return role_of(who, membership(room, who))


def test_who_opens_a_room_is_its_host() -> None:
    assert role(make_room(ALICE), ALICE) is Role.HOST


def test_a_slug_says_the_name_and_is_never_given_twice() -> None:
    assert [make_room(ALICE, "Late Night").slug for _ in range(3)] == ["late-night", "late-night-2", "late-night-3"]


def test_a_room_called_new_does_not_hide_the_page() -> None:
    assert make_room(ALICE, "New").slug != "new"


def test_a_chinese_name_gets_a_link_too() -> None:
    room = make_room(ALICE, "客厅")
    assert (room.name, bool(room.slug)) == ("客厅", True)


def test_the_link_of_an_unlisted_room_cannot_be_guessed() -> None:
    slugs = {make_room(ALICE, "Secret", visibility="unlisted").slug for _ in range(5)}
    assert len(slugs) == 5
    assert all("secret" not in slug and len(slug) >= 10 for slug in slugs)


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\n\t"])
def test_a_name_needs_something_to_see(name: str) -> None:
    assert refusal(make_room, ALICE, name) is ErrorCode.BAD_NAME


def test_one_person_opens_so_many_rooms_and_no_more() -> None:
    for _ in range(MAX_ROOMS_PER_PERSON):
        make_room(ALICE)
    assert refusal(make_room, ALICE) is ErrorCode.TOO_MANY_ROOMS
    make_room(BOB)


def test_joining_twice_is_joining_once_and_renames() -> None:
    room = make_room(ALICE)
    acting.join(room.slug, identity=BOB, nickname="Bob")
    acting.join(room.slug, identity=BOB, nickname="Bobby")
    assert [m.nickname for m in room.members.filter(role="listener")] == ["Bobby"]


def test_a_guest_without_a_name_gets_one() -> None:
    room = make_room(ALICE)
    assert acting.join(room.slug, identity=BOB).nickname.startswith("Guest ")


def test_a_nickname_is_one_visible_line() -> None:
    room = make_room(ALICE)
    assert acting.join(room.slug, identity=BOB, nickname=" B\no\u202eb  by ").nickname == "B o b by"


def test_somebody_with_an_account_joins_under_their_name() -> None:
    room = make_room(ALICE)
    assert acting.join(room.slug, identity=of_user(make_user("carol"))).nickname == "carol"


def test_who_leaves_is_no_listener_but_a_host_stays_the_host() -> None:
    room = make_room(ALICE)
    acting.join(room.slug, identity=BOB, nickname="Bob")
    for who in (ALICE, BOB):
        acting.leave(room.slug, identity=who)
    assert (role(room, ALICE), role(room, BOB)) == (Role.HOST, Role.VISITOR)


def test_a_full_room_takes_nobody_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_MEMBERS > 10_000
    monkeypatch.setattr("rooms.people.commands.MAX_MEMBERS", 1)
    room = make_room(ALICE)
    assert refusal(acting.join, room.slug, identity=BOB) is ErrorCode.ROOM_FULL


def test_only_a_host_destroys_a_room() -> None:
    room = make_room(ALICE)
    acting.join(room.slug, identity=BOB, nickname="Bob")
    assert refusal(acting.destroy_room, room.slug, identity=BOB) is ErrorCode.NOT_ALLOWED
    acting.destroy_room(room.slug, identity=ALICE)
    assert not Room.objects.exists()
    assert not Member.objects.exists()


def test_staff_are_hosts_everywhere() -> None:
    room = make_room(ALICE)
    acting.destroy_room(room.slug, identity=of_user(make_user("root", is_staff=True)))
    assert not Room.objects.exists()


def test_a_rename_keeps_the_link_and_bumps_the_revision() -> None:
    room = make_room(ALICE, "Kitchen")
    revision = acting.update_settings(room.slug, identity=ALICE, name="Garden", now_us=NOW_US)
    fresh = Room.objects.get(pk=room.pk)
    assert (fresh.name, fresh.slug, fresh.revision) == ("Garden", "kitchen", revision)


def test_settings_are_the_hosts() -> None:
    room = make_room(ALICE)
    change = {"identity": BOB, "name": "Mine", "now_us": NOW_US}
    assert refusal(acting.update_settings, room.slug, **change) is ErrorCode.NOT_ALLOWED
