"""Where ffmpeg is, and the options that every call of it has."""

import shutil
from functools import cache
from pathlib import Path

from django.conf import settings

from library.ingest.errors import ErrorCode, IngestError

DEMUXERS = "mp3,aac,flac,ogg,mov,matroska,wav,w64,aiff,caf,au,asf,ape,wv,tta"
"""What music is kept in. Not among them: formats that name other files (playlists, concat, DASH) and devices."""

_GUARDS = (
    *("-hide_banner", "-nostdin", "-nostats"),
    *("-protocol_whitelist", "file,pipe", "-format_whitelist", DEMUXERS),
    *("-max_streams", "64"),  # an album's pictures are a few; each stream costs memory before a sample is read
    *("-max_pixels", "100000000"),  # of a cover, which ffmpeg looks into although nobody asked for it
)


@cache
def executable() -> str:
    """The setting, else the one in PATH, else imageio-ffmpeg's. IngestError if there is none."""
    if settings.FFMPEG:
        return str(settings.FFMPEG)
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError) as error:
        raise IngestError(ErrorCode.NO_FFMPEG, str(error)) from error


def reading(source: Path, ffmpeg: str) -> list[str]:
    """The beginning of a call that reads `source`, a file that a stranger sent."""
    return [ffmpeg, *_GUARDS, "-i", f"file:{source}"]
