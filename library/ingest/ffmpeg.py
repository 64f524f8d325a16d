"""Where ffmpeg is, the options that every call of it has, and what it means that one failed."""

import os
import shutil
import signal
from functools import cache

from django.conf import settings

from library.ingest.errors import ErrorCode, IngestError, InterruptedIngest
from library.ingest.fence import FencedProcess

DEMUXERS = "mp3,aac,flac,ogg,mov,matroska,wav,w64,aiff,caf,au,asf,ape,wv,tta"
"""What music is kept in. Not among them: formats that name other files (playlists, concat, DASH) and devices."""

OTHER_SOUND = frozenset({
    "ac3", "adx", "amr", "amrnb", "amrwb", "avi", "dsf", "dts", "dtshd", "eac3", "flv", "iff", "loas", "mlp", "mpc",
    "mpc8", "mpeg", "mpegts", "mxf", "nut", "oma", "rm", "shn", "tak", "truehd", "voc", "wtv", "xwma",
})  # fmt: skip
"""What else people have sound in, which is not read: said as such, and not as if there were no sound."""

_GUARDS = (
    *("-protocol_whitelist", "file,subfile", "-format_whitelist", DEMUXERS),
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


def call(*arguments: str) -> list[str]:
    return [executable(), "-hide_banner", "-nostdin", "-nostats", "-y", *arguments]


def reading(url: str, *options: str) -> list[str]:
    """The beginning of a call that reads a file which a stranger sent. `options` are the input's."""
    return call(*_GUARDS, *options, "-i", url)


def check(process: FencedProcess, otherwise: ErrorCode) -> None:
    """Waits until it ends. Raises what it means that it failed: `otherwise`, if nothing else explains it."""
    status = process.wait()
    if status == 0:
        return
    last_words = process.report.strip()[-500:]
    if process.timed_out or -status == signal.SIGXCPU:
        raise IngestError(ErrorCode.TIMEOUT, last_words)
    if -status == signal.SIGXFSZ or "Cannot allocate memory" in last_words or "File too large" in last_words:
        raise IngestError(ErrorCode.TOO_LARGE, last_words)
    if os.strerror(28) in last_words:  # ENOSPC
        raise IngestError(ErrorCode.NO_SPACE, last_words)
    if -status in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        raise InterruptedIngest(f"ffmpeg was ended by {signal.Signals(-status).name}")
    raise IngestError(otherwise, last_words)
