"""Run by `manage.py shell` on a served site: people of every kind, and a room for each command that one of them may
carry out, all alike. Prints what the walk needs to know as JSON."""

import json
import sys
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.core import signing

from playback import clock
from rooms.models import Member, QueueEntry, Room
from tests.builders import guest, ready_track

ROOMS = int(sys.argv[-1]) if sys.argv[-1].isdecimal() else 200


def account(name: str, **fields: Any) -> User:
    return User.objects.create_user(name, password="correct horse", **fields)


def signed_in(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def guest_cookie(name: str) -> str:
    return f"synchro_guest={signing.Signer(salt='rooms.guest').sign(guest(name).guest_key)}"


hosts = {name: account(name) for name in ("host", "signed out", "deactivated", "replaced")}
staff = {name: account(name, is_staff=True) for name in ("staff", "demoted")}
bob = account("account")
tracks = [ready_track(name, seconds=3600) for name in ("one", "two", "three")]  # none ends meanwhile


def room(number: int) -> dict[str, object]:
    control = "everyone" if number % 2 else "hosts"
    made = Room.objects.create(
        name=f"Room {number}", slug=f"room-{number}", control=control, status="playing", at_us=clock.now_us()
    )
    entries = QueueEntry.objects.bulk_create(
        QueueEntry(room=made, track=track, rank=rank, shuffled_rank=rank, removed_revision=1 if rank == 2 else None)
        for rank, track in enumerate(tracks)
    )
    Room.objects.filter(pk=made.pk).update(entry=entries[0].pk)
    Member.objects.bulk_create(
        [Member(room=made, user=user, nickname=name, role="host") for name, user in hosts.items()]
        + [Member(room=made, guest_key=guest("listener").guest_key, nickname="Lee")]
    )
    return {"slug": made.slug, "control": control, "entry": entries[0].pk}


other = Room.objects.create(name="Elsewhere", slug="elsewhere")
Member.objects.create(room=other, guest_key=guest("stranger").guest_key, nickname="Stranger", role="host")

cookies = {
    "nobody": "",
    "forged": f"synchro_guest={guest('listener').guest_key}:forged; {settings.SESSION_COOKIE_NAME}=forged",
    "visitor": guest_cookie("visitor"),
    "stranger": guest_cookie("stranger"),
    "account": signed_in(bob),
    "listener": guest_cookie("listener"),
    **{name: signed_in(user) for name, user in (hosts | staff).items()},
}
print(json.dumps({"cookies": cookies, "rooms": [room(n) for n in range(ROOMS)], "track": tracks[0].pk}))
