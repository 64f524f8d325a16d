"""What a room refuses, with stable codes and words for people."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playback.commands import RefusalCode


class ErrorCode(StrEnum):
    NO_SUCH_ROOM = "no_such_room"
    NO_IDENTITY = "no_identity"
    NOT_ALLOWED = "not_allowed"
    NOT_JOINED = "not_joined"
    NO_SUCH_TRACK = "no_such_track"
    QUEUE_FULL = "queue_full"
    NOTHING_TO_RESTORE = "nothing_to_restore"
    BAD_NAME = "bad_name"
    TOO_MANY_ROOMS = "too_many_rooms"
    ROOM_FULL = "room_full"


MESSAGES: dict[str, str | Promise] = {
    ErrorCode.NO_SUCH_ROOM: _("There is no such room."),
    ErrorCode.NO_IDENTITY: _("This browser is not known here. Allow cookies, and open the room again."),
    ErrorCode.NOT_ALLOWED: _("Only the hosts of this room may do that."),
    ErrorCode.NOT_JOINED: _("Join the room first."),
    ErrorCode.NO_SUCH_TRACK: _("That track is not in the library, or not ready yet."),
    ErrorCode.QUEUE_FULL: _("The queue is full."),
    ErrorCode.NOTHING_TO_RESTORE: _("There is nothing left to put back."),
    ErrorCode.BAD_NAME: _("A name needs at least one visible character."),
    ErrorCode.TOO_MANY_ROOMS: _("You have opened as many rooms as one person may."),
    ErrorCode.ROOM_FULL: _("This room is full."),
    RefusalCode.EMPTY_QUEUE: _("The queue is empty. Add some music first."),
    RefusalCode.ENTRY_CHANGED: _("Another track is playing by now."),
    RefusalCode.NO_SUCH_ENTRY: _("That entry is no longer in the queue."),
    RefusalCode.NOTHING_PLAYING: _("Nothing is playing."),
    RefusalCode.END_OF_QUEUE: _("This is the last track in the queue."),
    RefusalCode.BAD_POSITION: _("The track is not that long."),
    RefusalCode.STALE_REVISION: _("Somebody else was quicker."),
}


class RoomError(Exception):
    """A request that a room does not carry out. `code` is an ErrorCode or RefusalCode."""

    def __init__(self, code: ErrorCode | RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code

    @property
    def message(self) -> str:
        """For people, in the language that is active."""
        return str(MESSAGES[self.code])
