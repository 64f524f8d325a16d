"""The demo room: opened at once on a fresh site, and filled as the pieces of the demo music come ready.

DATA_DIR/demo-room.json is there while pieces are missing, and says into which room they go. Whoever fills the room may
be killed at any moment: each command of the filling has an id by which the room knows that it was carried out.
"""

import json
from contextlib import suppress
from pathlib import Path

from django.db import transaction

from library.demo import tracks as music
from library.demo.tracks import Progress
from library.storage import workspace
from playback import protocol
from rooms.commands import carry_out_for_site
from rooms.errors import RoomError
from rooms.models import Room, RoomEvent
from synchro.locks.named import Lock, hold

SLUG = "demo"
NAME = "Demo room"


def ask_for() -> None:
    """Have the demo music made, and open a public room for it unless the site has rooms. Again and again is fine."""
    music.want()
    with transaction.atomic():  # a room that is there has its note
        hold(Lock.ROOM_OPENING)
        if not Room.objects.exists():
            _note(Room.objects.create(name=NAME, slug=SLUG, repeat="all").pk)
        elif music.in_the_making() and not _file().exists():
            _note(None)


def in_the_making(room_id: int | None = None) -> Progress | None:
    """What is being made now, for this room or for any. Once nothing is, that takes one look at the file system."""
    if not _file().exists() or (room_id is not None and _room_id() != room_id):
        return None
    return music.in_the_making()


def fill(now_us: int) -> bool:
    """Put into the room what has come ready. False once there is nothing to wait for."""
    if not _file().exists():
        return False
    more = music.in_the_making()  # before the look at what is ready, so that nothing comes in between
    room_id = _room_id()
    if room_id and (room := Room.objects.filter(pk=room_id).first()):  # unless somebody destroyed it
        for track in music.ready_tracks():
            _once(room, protocol.QueueAdd(f"demo-{track.pk}", [track.pk]), now_us)
            _once(room, protocol.TransportPlay("demo-play"), now_us)
    if more:
        return True
    _file().unlink(missing_ok=True)
    return False


def _once(room: Room, message: protocol.QueueAdd | protocol.TransportPlay, now_us: int) -> None:
    if not RoomEvent.objects.filter(room=room, actor="", command_id=message.id).exists():
        with suppress(RoomError):  # the room is full, or the track was deleted just now
            carry_out_for_site(room.pk, message, now_us=now_us)


def _note(room_id: int | None) -> None:
    draft = _file().with_suffix(".draft")
    draft.write_text(json.dumps({"room": room_id}))
    draft.replace(_file())


def _room_id() -> int | None:
    try:
        room_id: int | None = json.loads(_file().read_text())["room"]
    except FileNotFoundError:  # the last piece has just come
        return None
    return room_id


def _file() -> Path:
    return workspace.memory_file("demo-room.json")
