"""Why an ingest fails: stable codes, and the sentence a person reads."""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class ErrorCode(models.TextChoices):
    """`Track.error_code`. The label is the reason, for people, in the reader's language."""

    NOT_AUDIO = "not_audio", _("This file holds no sound that can be read.")
    UNKNOWN_FORMAT = "unknown_format", _("This kind of file is not supported.")
    DAMAGED = "damaged", _("The file is damaged: a part of the sound is missing.")
    TOO_SHORT = "too_short", _("The sound is shorter than half a second.")
    TOO_LONG = "too_long", _("The sound is longer than twelve hours.")
    IMPLAUSIBLE = "implausible_length", _("The sound is far longer than music in a file of this size can be.")
    TOO_MANY_PIECES = "too_many_pieces", _("The file is joined from more than 250 pieces.")
    TOO_MANY_CHANNELS = "too_many_channels", _("The sound has more than eight channels.")
    TIMEOUT = "timeout", _("The work on this file took far too long and was stopped.")
    TOO_LARGE = "too_large", _("The sound outgrew the memory or the room on disk that one track may take.")
    NO_SPACE = "no_space", _("There is not enough free space on the server's disk.")
    NO_ORIGINAL = "no_original", _("The uploaded file is no longer there.")
    NO_FFMPEG = "no_ffmpeg", _("The server has no working ffmpeg.")
    INTERRUPTED = "interrupted", _("The work on this file was cut off several times.")
    OUT_OF_STEP = "out_of_step", _("What was encoded is not the whole sound; the server's log says more.")
    INTERNAL = "internal", _("Something went wrong on the server; its log says what.")


PASSING = frozenset({
    ErrorCode.TIMEOUT, ErrorCode.TOO_LARGE, ErrorCode.NO_SPACE, ErrorCode.NO_FFMPEG, ErrorCode.INTERRUPTED,
    ErrorCode.OUT_OF_STEP, ErrorCode.INTERNAL,
})  # fmt: skip
"""Reasons that lie with the server and may have passed: trying again can help. The others lie with the file."""


class IngestError(Exception):
    """This file cannot become a track, and trying again would not help. `detail` is for the log."""

    def __init__(self, code: ErrorCode, detail: str = "") -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail


class InterruptedIngest(Exception):
    """The work was cut off from outside (ffmpeg was killed, say). Trying again may help."""


def english(code: ErrorCode) -> str:
    """The sentence as it is stored beside the code, for readers of the database and the API."""
    with translation.override("en"):
        return str(code.label)
