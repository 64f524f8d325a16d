"""Tell every process's sockets that a room changed: one message a change, with the finished text in each language.

The channel layer may lose it; the revisions in it make that harmless (`playback.protocol.RoomUpdate`).
"""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from playback.protocol import RoomClosed, encode
from rooms.updates import Changed, change_frames

RIGHTS_GROUP = "rights"
"""Every live room of every process hears whose rights changed."""


def group_of(room_id: int) -> str:
    """The channel-layer group of a room; each process that has listeners in it is one member."""
    return f"room.{room_id}"


def room_changed(changed: Changed) -> None:
    """Send what a change made of the room. Called once it is committed."""
    languages = [code for code, _name in settings.LANGUAGES]
    _send(changed.view.room.pk, change_frames(changed, languages))


def room_closed(room_id: int) -> None:
    """Send everybody away: the room is gone."""
    text = encode(RoomClosed(message=""))
    _send(room_id, {code: text for code, _ in settings.LANGUAGES}, close=True)


def rights_changed(user_id: int) -> None:
    """Have every open socket of this account ask anew what it may do. Called once the change is committed."""
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(RIGHTS_GROUP, {"type": "rights.changed", "user_id": user_id})


def _send(room_id: int, texts: dict[str, str], *, close: bool = False) -> None:
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(group_of(room_id), {"type": "room.frame", "texts": texts, "close": close})
