"""Whether a file ends before its container does, where ffmpeg reads on to the end and says nothing (WAV, Ogg).

Decided by cutting and spoiling files of each kind: FLAC, MP4, AIFF, Matroska and MP3 with a Xing header state how long
they are, and `transcode.check_complete` compares; WAV and Ogg are looked at here. A headerless MP3 or ADTS stream
that was cut states nothing, sounds right up to its end, and is taken for what it is: a shorter piece.
"""

import struct
from pathlib import Path
from typing import BinaryIO

_RIFF_TOLERANCE_BYTES = 4096
"""Some writers state a size that is a header's or a block's length too large; nothing audible is missing then."""

_UNKNOWN_SIZES = (0, 0x7FFFFFFF, 0xFFFFFFFF)  # written by programs that could not seek back
_OGG_PAGE_BYTES = 65_307  # the largest: 27 + 255 + 255 * 255


def is_cut_off(source: Path) -> bool:
    size = source.stat().st_size
    with source.open("rb") as file:
        magic = file.read(12)
        if magic[:4] in (b"RIFF", b"RF64") and magic[8:] == b"WAVE":
            return _is_wav_cut_off(file, size)
        if magic[:4] == b"OggS":
            return _is_ogg_cut_off(file, size)
    return False


def _is_wav_cut_off(file: BinaryIO, size: int) -> bool:
    at = 12
    while at + 8 <= size:
        file.seek(at)
        kind, length = struct.unpack("<4sI", file.read(8))
        if kind == b"data":
            return length not in _UNKNOWN_SIZES and at + 8 + length > size + _RIFF_TOLERANCE_BYTES
        at += 8 + length + length % 2
    return True


def _is_ogg_cut_off(file: BinaryIO, size: int) -> bool:
    """Whether the last page is incomplete. A missing end-of-stream mark alone says nothing: recorders of streams leave
    it out. A cut that falls exactly between two pages (one in thousands) goes unseen."""
    start = max(0, size - 2 * _OGG_PAGE_BYTES)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0:
        return False
    lengths_at = at + 27
    if lengths_at > len(tail):
        return True
    count = tail[lengths_at - 1]
    lengths = tail[lengths_at : lengths_at + count]
    return len(lengths) < count or lengths_at + count + sum(lengths) > len(tail)
