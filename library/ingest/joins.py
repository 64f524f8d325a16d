"""Where a file is several, one behind the other: a chained Ogg (a stream recorded over several songs, RFC 3533
section 4), Matroska documents (an "EBML Stream", RFC 8794; a browser's recordings, appended), and FLAC or WavPack files
that were joined byte by byte.

ffmpeg takes such a file for one stream. Then the second piece of an Opus chain comes through the first one's decoder,
FLAC frames on both sides of a join are lost, the stated duration is the first piece's, and newer releases stop where
the rate or the channels of a chain change. So each piece is read as a file of its own. MP3 and ADTS need none of this:
their frames say everything, and a decoder goes on over the join.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from library.ingest import limits
from library.ingest.errors import ErrorCode, IngestError

_OGG_FIRST_PAGE = b"OggS\x00\x02" + bytes(8)
"""Version 0, "first page of a stream", at position 0."""
_OGG_PAGE_HEAD_BYTES = 27  # up to the count of segments, which is its last byte

_READ_BYTES = 1 << 20

_FLAC_MARK = b"fLaC"
_STREAMINFO_HEADS = (b"\x00\x00\x00\x22", b"\x80\x00\x00\x22")
"""The first block behind the mark, of 34 bytes; 0x80: there is no other. Sound may hold the mark, but not all eight."""

_EBML_MARK = b"\x1a\x45\xdf\xa3"
_EBML_HEADER_BYTES = 64  # writers need some 40
_MATROSKA_TYPES = (b"matroska", b"webm")
"""Somewhere in a header behind its mark: four bytes alone may come by chance."""

_WAVPACK_HEAD = struct.Struct("<4sIHBBIIIII")
_WAVPACK_INITIAL = 0x800  # the first block of those that hold a frame's channels


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `start` to `end` of a file; the whole of it if `end` is None."""

    path: Path
    start: int = 0
    end: int | None = None

    @property
    def size(self) -> int:
        return (self.path.stat().st_size if self.end is None else self.end) - self.start

    @property
    def url(self) -> str:
        """As ffmpeg opens it."""
        if self.end is None:
            return f"file:{self.path}"
        return f"subfile,,start,{self.start},end,{self.end},,:file:{self.path}"


def pieces(source: Path) -> list[Piece]:
    """In order. IngestError(TOO_MANY_PIECES) if there are more than a recording has."""
    with source.open("rb") as file:
        starts = list(islice(_starts(file), limits.MAX_PIECES + 1))
    if len(starts) > limits.MAX_PIECES:
        raise IngestError(ErrorCode.TOO_MANY_PIECES, f"more than {limits.MAX_PIECES}")
    if len(starts) < 2:
        return [Piece(source)]
    ends = [*starts[1:], source.stat().st_size]
    return [Piece(source, start, end) for start, end in zip(starts, ends, strict=True)]


def _starts(file: BinaryIO) -> Iterator[int]:
    magic = _read(file, 0, 4)
    if magic == b"OggS":
        return _ogg_links(file)
    if magic == _FLAC_MARK or magic[:3] == b"ID3":
        return _flac_files(file)
    if magic == b"wvpk":
        return _wavpack_files(file)
    if magic == _EBML_MARK:
        return _matroska_documents(file)
    return iter(())


def _ogg_links(file: BinaryIO) -> Iterator[int]:
    """A link begins with the first page of each of its streams, one behind the other."""
    link_goes_on_at = -1
    for at in _occurrences(file, _OGG_FIRST_PAGE):
        if at != link_goes_on_at:
            yield at
        head = _read(file, at, _OGG_PAGE_HEAD_BYTES)
        lengths = _read(file, at + _OGG_PAGE_HEAD_BYTES, head[-1])  # of a cut page nothing follows, either way
        link_goes_on_at = at + _OGG_PAGE_HEAD_BYTES + len(lengths) + sum(lengths)


def _flac_files(file: BinaryIO) -> Iterator[int]:
    for at in _occurrences(file, _FLAC_MARK):
        if _read(file, at + len(_FLAC_MARK), 4) in _STREAMINFO_HEADS:
            yield at


def _wavpack_files(file: BinaryIO) -> Iterator[int]:
    """A block says which sample of its file is its first."""
    at, has_sound = 0, False
    yield at
    while len(head := _read(file, at, _WAVPACK_HEAD.size)) == _WAVPACK_HEAD.size:
        mark, size, _, _, _, _, first, samples, flags, _ = _WAVPACK_HEAD.unpack(head)
        if mark != b"wvpk":  # tags
            at = next(_occurrences(file, b"wvpk", at), -1)
            if at < 0:
                return
            continue
        if has_sound and samples and not first and flags & _WAVPACK_INITIAL:
            yield at
        has_sound = has_sound or samples > 0
        at += 8 + size


def _matroska_documents(file: BinaryIO) -> Iterator[int]:
    for at in _occurrences(file, _EBML_MARK):
        header = _read(file, at, _EBML_HEADER_BYTES)
        if any(kind in header for kind in _MATROSKA_TYPES):
            yield at


def _occurrences(file: BinaryIO, mark: bytes, at: int = 0) -> Iterator[int]:
    """Where `mark` is, from `at` on. Holds little of the file."""
    while block := _read(file, at, _READ_BYTES):
        found = block.find(mark)
        while found >= 0:
            yield at + found
            found = block.find(mark, found + 1)
        if len(block) < _READ_BYTES:
            return
        at += len(block) - len(mark) + 1  # one may lie across the edge


def _read(file: BinaryIO, at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(count)
