"""Tell every process's sockets that a room changed: one message a change, with the finished text in each language.

On the way to other processes it may be lost, or overtaken by the next one; the revisions in it make that harmless
(`rooms.live.live_room`, and `playback.protocol.RoomUpdate` for the pages).
"""

from typing import Any

from django.conf import settings

from playback.protocol import RoomClosed, encode
from rooms.updates import Changed, change_frames
from synchro.shared.relay import say

RIGHTS_GROUP = "rights"
"""Every live room of every process hears whose rights changed."""


def group_of(room_id: int) -> str:
    """The channel-layer group of a room; each process that has listeners in it is one member."""
    return f"room.{room_id}"


def room_changed(changed: Changed) -> None:
    """Send what a change made of the room. Called once it is committed."""
    room = changed.view.room
    texts = change_frames(changed, [code for code, _name in settings.LANGUAGES])
    say(group_of(room.pk), frame_message(texts, changed.base_revision, room.revision))


def room_closed(room_id: int) -> None:
    """Send everybody away: the room is gone."""
    say(group_of(room_id), {"type": "room.closed"})


def frame_message(texts: dict[str, str], base_revision: int, revision: int) -> dict[str, Any]:
    return {"type": "room.frame", "texts": texts, "base_revision": base_revision, "revision": revision}


def closed_texts() -> dict[str, str]:
    """What the sockets of a room that is gone are told."""
    return dict.fromkeys((code for code, _name in settings.LANGUAGES), encode(RoomClosed(message="")))


def rights_changed(user_id: int) -> None:
    """Have every open socket of this account ask anew what it may do. Called once the change is committed."""
    say(RIGHTS_GROUP, rights_message(user_id))


def rights_message(user_id: int | None) -> dict[str, Any]:
    """None: of everybody with an account, perhaps."""
    return {"type": "rights.changed", "user_id": user_id}
