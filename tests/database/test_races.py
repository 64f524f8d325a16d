"""What several do at the very same time is done as if they had done it one after the other, on either database."""

import secrets
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory

from library import services
from library.errors import ErrorCode as LibraryErrorCode
from library.errors import LibraryError
from library.jobs import intake, queue, resumable
from library.models import IngestJob, ResumableUpload, Track
from playback import protocol
from playback.commands import RefusalCode
from rooms.change import RoomKey
from rooms.commands import Outcome, carry_out, carry_out_for_site
from rooms.errors import ErrorCode, RoomError
from rooms.identity import Identity
from rooms.lifecycle import MAX_ROOMS_PER_PERSON
from rooms.models import HistoryEntry, Member, QueueEntry, Room, RoomEvent
from rooms.transport.act import settle
from synchro.accounts import first_admin
from synchro.accounts.forms import FirstAdministratorForm
from synchro.accounts.tokens import MAX_TOKENS, TooManyTokens, create_token
from tests.builders import NOW_US, SECOND_US, guest, make_room, make_user, ready_track
from tests.database.at_once import at_once, errors

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 6


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def codes(results: list[Any]) -> list[Any]:
    """Of those that were refused. Anything else that was raised fails the test."""
    refused = errors(results)
    assert [error for error in refused if not isinstance(error, RoomError | LibraryError)] == []
    return [error.code for error in refused if isinstance(error, RoomError | LibraryError)]


def command(room: RoomKey, message: protocol.CommandMessage, who: Identity) -> Callable[[], Outcome]:
    return partial(carry_out, room, message, identity=who, now_us=NOW_US)


def test_rooms_of_one_name_get_an_address_each() -> None:
    made = at_once([partial(make_room, guest(f"person {n}"), "Late Night") for n in range(PEOPLE)])
    assert errors(made) == []
    wanted = {"late-night", *(f"late-night-{n}" for n in range(2, PEOPLE + 1))}
    assert {room.slug for room in made} == wanted


def test_nobody_opens_more_rooms_than_they_may_by_opening_them_at_once() -> None:
    alice = guest("alice")
    for n in range(MAX_ROOMS_PER_PERSON - 1):
        make_room(alice, f"Room {n}")
    made = at_once([partial(make_room, alice, f"Last {n}") for n in range(PEOPLE)])
    assert codes(made) == [ErrorCode.TOO_MANY_ROOMS] * (PEOPLE - 1)
    assert Member.objects.count() == MAX_ROOMS_PER_PERSON


def test_who_joins_several_times_at_once_has_joined_once() -> None:
    room, bob = make_room(guest("alice")), guest("bob")
    joined = at_once([command(room.slug, protocol.RoomJoin(f"join-{n}", "Bob"), bob) for n in range(PEOPLE)])
    assert errors(joined) == []
    assert room.members.filter(guest_key=bob.guest_key).count() == 1


def test_a_room_is_not_filled_beyond_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rooms.people.commands.MAX_MEMBERS", 3)
    room = make_room(guest("alice"))
    joined = at_once([command(room.slug, protocol.RoomJoin("join", ""), guest(f"person {n}")) for n in range(PEOPLE)])
    assert codes(joined) == [ErrorCode.ROOM_FULL] * (PEOPLE - 2)
    assert room.members.count() == 3


def test_commands_to_one_room_are_carried_out_one_after_the_other() -> None:
    alice = guest("alice")
    room = make_room(alice)
    tracks = [ready_track().pk for _ in range(PEOPLE)]
    done = at_once([command(room.pk, protocol.QueueAdd(f"add-{n}", [track]), alice) for n, track in enumerate(tracks)])
    assert errors(done) == []
    assert sorted(outcome.revision for outcome in done) == list(range(2, PEOPLE + 2))
    entries = room.entries.all()
    assert {entry.track_id for entry in entries} == set(tracks)
    assert len({entry.rank for entry in entries}) == PEOPLE


def test_a_command_that_comes_twice_at_once_is_carried_out_once() -> None:
    alice = guest("alice")
    room, track = make_room(alice), ready_track()
    done = at_once([command(room.pk, protocol.QueueAdd("again", [track.pk]), alice)] * PEOPLE)
    assert errors(done) == []
    assert len({(outcome.revision, outcome.added) for outcome in done}) == 1
    assert (QueueEntry.objects.count(), RoomEvent.objects.filter(command_id="again").count()) == (1, 1)


def test_who_was_put_out_a_moment_ago_commands_nothing() -> None:
    """The membership is read after the room is held: what was in force before does not count."""
    alice, bob = guest("alice"), guest("bob")
    for attempt in range(5):
        room, track = make_room(alice, f"Room {attempt}"), ready_track()
        carry_out(room.pk, protocol.RoomJoin("join", "Bob"), identity=bob, now_us=NOW_US)
        leave, add = protocol.RoomLeave("leave"), protocol.QueueAdd("add", [track.pk])
        results = at_once([command(room.pk, leave, bob), command(room.pk, add, bob)])
        refused = codes(results)
        left, added = (RoomEvent.objects.filter(room=room, command_id=one).first() for one in ("leave", "add"))
        assert left is not None
        assert refused == ([] if added and added.pk < left.pk else [ErrorCode.NOT_JOINED])


def test_a_track_that_ends_is_written_down_once_however_many_notice() -> None:
    room = make_room(guest("alice"))
    carry_out_for_site(room.pk, protocol.QueueAdd("add", [ready_track(seconds=60).pk, ready_track().pk]), now_us=NOW_US)
    carry_out_for_site(room.pk, protocol.TransportPlay("play"), now_us=NOW_US)
    before = Room.objects.get(pk=room.pk).revision
    assert errors(at_once([partial(settle, room.pk, now_us=NOW_US + 70 * SECOND_US)] * PEOPLE)) == []
    assert HistoryEntry.objects.count() == 1
    assert Room.objects.get(pk=room.pk).revision == before + 1


def test_a_room_that_is_destroyed_amid_commands_leaves_nothing() -> None:
    alice = guest("alice")
    for attempt in range(5):
        room = make_room(alice, f"Room {attempt}")
        people = [guest(f"person {n}") for n in range(PEOPLE)]
        for person in people:
            carry_out(room.pk, protocol.RoomJoin("join", ""), identity=person, now_us=NOW_US)
        results = at_once([
            *(command(room.pk, protocol.TransportRepeat("all", "all"), person) for person in people),
            command(room.pk, protocol.RoomDestroy("end"), alice),
        ])  # fmt: skip
        assert set(codes(results)) <= {ErrorCode.NO_SUCH_ROOM}
    assert (Room.objects.count(), Member.objects.count(), RoomEvent.objects.count()) == (0, 0, 0)


def test_a_track_that_is_deleted_while_it_is_queued_everywhere_is_in_no_queue() -> None:
    alice = guest("alice")
    rooms = [make_room(alice, f"Room {n}") for n in range(PEOPLE)]
    for _attempt in range(5):
        track = ready_track()
        for room in rooms[::2]:
            carry_out_for_site(room.pk, protocol.QueueAdd(secrets.token_hex(4), [track.pk]), now_us=NOW_US)
        adding = protocol.QueueAdd(secrets.token_hex(4), [track.pk])
        deleted, *added = at_once([
            partial(services.delete_track, track), *(command(room.pk, adding, alice) for room in rooms),
        ])  # fmt: skip
        assert deleted is None
        assert set(codes(added)) <= {ErrorCode.NO_SUCH_TRACK}
        assert not Track.objects.filter(pk=track.pk).exists()
    assert not QueueEntry.objects.exists()


def test_a_track_may_be_renamed_made_anew_and_deleted_at_once() -> None:
    alice = guest("alice")
    rooms = [make_room(alice, f"Room {n}") for n in range(PEOPLE)]
    for _attempt in range(5):
        track = ready_track()
        for room in rooms:
            carry_out_for_site(room.pk, protocol.QueueAdd(secrets.token_hex(4), [track.pk]), now_us=NOW_US)
        results = at_once([
            partial(services.edit_tags, Track.objects.get(pk=track.pk), {"title": "Other"}),
            partial(services.delete_track, Track.objects.get(pk=track.pk)),
            partial(services.edit_tags, Track.objects.get(pk=track.pk), {"title": "Another"}),
            *(command(room.pk, protocol.TransportPlay(secrets.token_hex(4)), alice) for room in rooms[:3]),
        ])  # fmt: skip
        assert set(codes(results)) <= {LibraryErrorCode.NO_SUCH_TRACK, RefusalCode.EMPTY_QUEUE}
    assert not Track.objects.exists()


def waiting_track(added_by: User | None = None) -> Track:
    track = Track.objects.create(title="Waiting", content_hash=secrets.token_hex(32), added_by=added_by)
    queue.enqueue(track)
    return track


def test_a_job_is_one_workers() -> None:
    waiting_track()
    claimed = at_once([partial(queue.claim, f"worker-{n}", NOW_US) for n in range(PEOPLE)])
    assert errors(claimed) == []
    assert len([job for job in claimed if job]) == 1


def test_every_job_is_taken_and_none_twice() -> None:
    tracks = {waiting_track().pk for _ in range(3 * PEOPLE)}

    def drain(worker: str) -> list[int]:
        taken = []
        while job := queue.claim(worker, NOW_US):
            taken.append(job.track_id)
        return taken

    results = at_once([partial(drain, f"worker-{n}") for n in range(PEOPLE)])
    assert errors(results) == []
    assert Counter(track for taken in results for track in taken) == Counter(tracks)


def test_a_track_is_queued_once_however_many_ask() -> None:
    track = Track.objects.create(title="Failed", content_hash="0" * 64, status=Track.Status.FAILED)
    assert errors(at_once([partial(services.retry_ingest, Track.objects.get(pk=track.pk))] * PEOPLE)) == []
    assert IngestJob.objects.count() == 1


def sound(length: int) -> bytes:
    return b"RIFF\x00\x00\x00\x00WAVE" + secrets.token_bytes(length - 12)


def test_two_uploads_at_once_do_not_both_pass_a_quota(settings) -> None:
    settings.QUOTA_BYTES = 1000
    alice = make_user("alice")
    added = at_once([
        partial(intake.add_file, [sound(600)], name=f"{n}.wav", added_by=alice) for n in range(PEOPLE)
    ])  # fmt: skip
    assert codes(added) == [LibraryErrorCode.QUOTA_FULL] * (PEOPLE - 1)
    assert (Track.objects.count(), IngestJob.objects.count()) == (1, 1)


def test_a_file_that_comes_twice_at_once_is_one_track() -> None:
    content = sound(600)
    people = [make_user(f"person{n}") for n in range(PEOPLE)]
    added = at_once([partial(intake.add_file, [content], name="a.wav", added_by=person) for person in people])
    assert errors(added) == []
    assert sorted(created for _track, created in added) == [False] * (PEOPLE - 1) + [True]
    assert len({track.pk for track, _created in added}) == 1


def test_unfinished_uploads_that_begin_at_once_are_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumable, "MAX_UNFINISHED", 2)
    alice = make_user("alice")
    begin = partial(resumable.begin, alice, name="a.wav", metadata="", size_bytes=1000, now_us=NOW_US)
    begun = at_once([begin] * PEOPLE)
    assert codes(begun) == [LibraryErrorCode.TOO_MANY_UNFINISHED] * (PEOPLE - 2)
    assert ResumableUpload.objects.count() == 2


def test_only_one_becomes_the_first_administrator() -> None:
    first_admin.offer()
    token = first_admin.offered_token()
    forms = []
    for n in range(PEOPLE):
        fields = {"username": f"person{n}", "password1": "a slow tide", "password2": "a slow tide"}
        form = FirstAdministratorForm({**fields, "setup_token": token}, request=RequestFactory().get("/"))
        assert form.is_valid(), form.errors
        forms.append(form)
    made = at_once([form.save for form in forms])
    assert [type(error) for error in errors(made)] == [first_admin.AlreadyAdministered] * (PEOPLE - 1)
    assert User.objects.filter(is_superuser=True).count() == 1


def test_tokens_that_are_made_at_once_are_all_counted() -> None:
    alice = make_user("alice")
    for n in range(MAX_TOKENS - 1):
        create_token(alice, f"Token {n}")
    made = at_once([partial(create_token, alice, f"Last {n}") for n in range(PEOPLE)])
    assert [type(error) for error in errors(made)] == [TooManyTokens] * (PEOPLE - 1)
