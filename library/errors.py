"""What the library refuses, with stable codes and words for people. Why an ingest failed: `library.ingest.errors`."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ErrorCode(StrEnum):
    NOT_SIGNED_IN = "not_signed_in"
    NOT_ALLOWED = "not_allowed"
    NO_SUCH_TRACK = "no_such_track"
    NO_SUCH_FILE = "no_such_file"
    NOT_READY = "not_ready"
    NO_FILE = "no_file"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    BAD_TAGS = "bad_tags"


MESSAGES: dict[ErrorCode, str | Promise] = {
    ErrorCode.NOT_SIGNED_IN: _("Sign in first."),
    ErrorCode.NOT_ALLOWED: _("Only the person who added this track, or an administrator, may do that."),
    ErrorCode.NO_SUCH_TRACK: _("There is no such track."),
    ErrorCode.NO_SUCH_FILE: _("There is no such file."),
    ErrorCode.NOT_READY: _("This track is not ready to be played yet."),
    ErrorCode.NO_FILE: _("Choose at least one file."),
    ErrorCode.EMPTY_FILE: _("This file is empty."),
    ErrorCode.TOO_LARGE: _("This file is larger than this site accepts."),
    ErrorCode.BAD_TAGS: _("A track needs a title, and a year and numbers must be whole numbers."),
}


class LibraryError(Exception):
    """A request that the library does not carry out."""

    def __init__(self, code: ErrorCode, message: str = "") -> None:
        super().__init__(code.value)
        self.code = code
        self._message = message

    @property
    def message(self) -> str:
        """For people, in the language that is active."""
        return self._message or str(MESSAGES[self.code])
