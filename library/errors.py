"""What the library refuses, with stable codes and words for people. Why an ingest failed: `library.ingest.errors`."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from synchro.limits.rates import ATTEMPTS


class ErrorCode(StrEnum):
    NOT_SIGNED_IN = "not_signed_in"
    NOT_ALLOWED = "not_allowed"
    NO_SUCH_TRACK = "no_such_track"
    NO_SUCH_FILE = "no_such_file"
    NOT_READY = "not_ready"
    NO_FILE = "no_file"
    EMPTY_FILE = "empty_file"
    NOT_AUDIO = "not_audio"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    QUOTA_FULL = "quota_full"
    BAD_TAGS = "bad_tags"
    TOO_MANY_REQUESTS = "too_many_requests"
    NO_SUCH_UPLOAD = "no_such_upload"
    BAD_UPLOAD = "bad_upload"
    BAD_PIECE = "bad_piece"
    BAD_VERSION = "bad_version"
    WRONG_OFFSET = "wrong_offset"
    UPLOAD_BUSY = "upload_busy"
    UNFINISHED = "unfinished"
    TOO_MANY_UNFINISHED = "too_many_unfinished"


MESSAGES: dict[ErrorCode, str | Promise] = {
    ErrorCode.NOT_SIGNED_IN: _("Sign in first."),
    ErrorCode.NOT_ALLOWED: _("Only the person who added this track, or an administrator, may do that."),
    ErrorCode.NO_SUCH_TRACK: _("There is no such track."),
    ErrorCode.NO_SUCH_FILE: _("There is no such file."),
    ErrorCode.NOT_READY: _("This track is not ready to be played yet."),
    ErrorCode.NO_FILE: _("Choose at least one file."),
    ErrorCode.EMPTY_FILE: _("This file is empty."),
    ErrorCode.NOT_AUDIO: _("This file holds no sound that can be read."),
    ErrorCode.UNREADABLE: _("This file was uploaded before, and could not be prepared."),
    ErrorCode.TOO_LARGE: _("This file is larger than this site accepts."),
    ErrorCode.QUOTA_FULL: _("You have filled what one person may fill here."),
    ErrorCode.BAD_TAGS: _("A track needs a title, and a year and numbers must be whole numbers."),
    ErrorCode.TOO_MANY_REQUESTS: ATTEMPTS,
    ErrorCode.NO_SUCH_UPLOAD: _("There is no such upload, or nobody went on with it for a day."),
    ErrorCode.BAD_UPLOAD: _("This is no upload in pieces as tus has it."),
    ErrorCode.BAD_PIECE: _("A piece of an upload is application/offset+octet-stream."),
    ErrorCode.BAD_VERSION: _("Uploads in pieces speak tus 1.0.0 here."),
    ErrorCode.WRONG_OFFSET: _("A piece must begin where the last one ended."),
    ErrorCode.UPLOAD_BUSY: _("This upload is being worked on. Ask again in a moment."),
    ErrorCode.UNFINISHED: _("Not all of this file has come yet."),
    ErrorCode.TOO_MANY_UNFINISHED: _("You have too many unfinished uploads. Go on with one, or remove one."),
}


class LibraryError(Exception):
    """A request that the library does not carry out. After `wait_s` seconds it may be another matter."""

    def __init__(self, code: ErrorCode, message: str = "", *, wait_s: int | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.wait_s = wait_s
        self._message = message

    @property
    def message(self) -> str:
        """For people, in the language that is active."""
        return self._message or str(MESSAGES[self.code])
