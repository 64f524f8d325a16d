"""Tell every process's sockets that a room changed: one message a change, with the finished text in each language.

The channel layer may lose it; the revisions in it make that harmless (`playback.protocol.RoomUpdate`).
"""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from playback import clock
from playback.protocol import RoomClosed, encode
from rooms.models import Room
from rooms.updates import room_frames


def group_of(room_id: int) -> str:
    """The channel-layer group of a room; each process that has listeners in it is one member."""
    return f"room.{room_id}"


def room_changed(room_id: int, base_revision: int) -> None:
    """Send what changed after `base_revision`. Called once a change is committed."""
    room = Room.objects.filter(pk=room_id).first()
    if room is None:
        return  # destroyed meanwhile, which has its own message
    languages = [code for code, _name in settings.LANGUAGES]
    _send(room_id, room_frames(room, base_revision, languages, clock.now_us()))


def room_closed(room_id: int) -> None:
    """Send everybody away: the room is gone."""
    text = encode(RoomClosed(message=""))
    _send(room_id, {code: text for code, _ in settings.LANGUAGES}, close=True)


def _send(room_id: int, texts: dict[str, str], *, close: bool = False) -> None:
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(group_of(room_id), {"type": "room.frame", "texts": texts, "close": close})
