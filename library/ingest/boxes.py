"""ISO base media boxes: as much as segments need, written and read. Pure; knows neither ffmpeg nor the grid.

Sources: ISO/IEC 14496-12 (boxes), 14496-14 and the FLAC-in-ISOBMFF document (sample entries, which are only copied).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_HEAD_BYTES = 1 << 20
"""Largest `moov` or `moof` that is read. ffmpeg's own are some hundred bytes, plus 4 to 12 a sample of a fragment."""

TRACK_ID = 1

_IDENTITY_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SYNC_SAMPLE = 0x02000000  # sample_depends_on = 2: every frame of sound can be decoded from here

_TFHD_DEFAULT_BASE_IS_MOOF = 0x020000
_TFHD_DEFAULT_DURATION, _TFHD_DEFAULT_SIZE = 0x08, 0x10
_TFHD_OPTIONAL = ((0x01, 8), (0x02, 4), (_TFHD_DEFAULT_DURATION, 4), (_TFHD_DEFAULT_SIZE, 4), (0x20, 4))  # flag, bytes
_TREX_DURATION_AT = 12
_TRUN_DATA_OFFSET, _TRUN_FIRST_FLAGS = 0x001, 0x004
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION = 0x100, 0x200, 0x400, 0x800


class BoxError(ValueError):
    """Bytes that are not the boxes they should be."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What MP4 calls a sample: one packet of an encoder, and the duration that the muxer states for it."""

    data: bytes
    samples: int


def box(kind: bytes, *payload: bytes) -> bytes:
    body = b"".join(payload)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *payload: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *payload)


def payload(whole_box: bytes) -> bytes:
    """What is inside of a box that `box` made."""
    return whole_box[8:]


def init_segment(stsd: bytes, *, rate_hz: int, frame_samples: int) -> bytes:
    """`ftyp` + `moov` of a sound track in fragments. `stsd` is a whole box.

    The major brand is mp42 because some releases of Safari refuse files without an mp4x brand. There is no edit list:
    browsers disagree about it, and the packager has nothing to hide.
    """
    ftyp = box(b"ftyp", b"mp42", struct.pack(">I", 0), b"mp42", b"iso6", b"cmfc")
    mvhd = full_box(
        b"mvhd", 0, 0,
        struct.pack(">IIIIIH10x", 0, 0, rate_hz, 0, 0x10000, 0x100), _IDENTITY_MATRIX, bytes(24),
        struct.pack(">I", TRACK_ID + 1),
    )  # fmt: skip
    tkhd = full_box(
        b"tkhd", 0, 0x7,  # enabled, in movie, in preview
        struct.pack(">IIIII8xhhH2x", 0, 0, TRACK_ID, 0, 0, 0, 0, 0x100), _IDENTITY_MATRIX, bytes(8),
    )  # fmt: skip
    mdhd = full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, rate_hz, 0, 0x55C4, 0))  # language "und"
    hdlr = full_box(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"soun"), b"SoundHandler\0")
    dinf = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    stbl = box(
        b"stbl", stsd,
        full_box(b"stts", 0, 0, bytes(4)), full_box(b"stsc", 0, 0, bytes(4)),
        full_box(b"stsz", 0, 0, bytes(8)), full_box(b"stco", 0, 0, bytes(4)),
    )  # fmt: skip
    minf = box(b"minf", full_box(b"smhd", 0, 0, bytes(4)), dinf, stbl)
    trak = box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, minf))
    trex = full_box(b"trex", 0, 0, struct.pack(">IIIII", TRACK_ID, 1, frame_samples, 0, _SYNC_SAMPLE))
    return ftyp + box(b"moov", mvhd, trak, box(b"mvex", trex))


def fragment(frames: list[bytes], *, sequence: int, decode_time: int, frame_samples: int, last_samples: int) -> bytes:
    """`moof` + `mdat` of `frames`, each of `frame_samples`, the last one of `last_samples`."""
    has_short_frame = last_samples != frame_samples
    flags = _TRUN_DATA_OFFSET | _TRUN_SIZE | (_TRUN_DURATION if has_short_frame else 0)
    if has_short_frame:
        durations = [frame_samples] * (len(frames) - 1) + [last_samples]
        rows = b"".join(
            struct.pack(">II", duration, len(frame)) for duration, frame in zip(durations, frames, strict=True)
        )
    else:
        rows = struct.pack(f">{len(frames)}I", *map(len, frames))

    def moof(data_offset: int) -> bytes:
        return box(
            b"moof",
            full_box(b"mfhd", 0, 0, struct.pack(">I", sequence)),
            box(
                b"traf",
                full_box(b"tfhd", 0, _TFHD_DEFAULT_BASE_IS_MOOF, struct.pack(">I", TRACK_ID)),
                full_box(b"tfdt", 1, 0, struct.pack(">Q", decode_time)),
                full_box(b"trun", 0, flags, struct.pack(">II", len(frames), data_offset), rows),
            ),
        )  # fmt: skip

    size = len(moof(0))
    return moof(size + 8) + box(b"mdat", *frames)


def walk(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, payload) of the boxes in `data`."""
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            raise BoxError("a box header is cut off")
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            raise BoxError(f"box {kind!r} has an impossible size")
        yield kind, data[at + 8 : at + size]
        at += size


def find(data: bytes, *path: bytes) -> bytes:
    """Payload of the first box at `path`."""
    for kind in path:
        data = next((payload for found, payload in walk(data) if found == kind), b"")
        if not data:
            raise BoxError(f"there is no {kind!r}")
    return data


def _next_header(file: BinaryIO) -> tuple[bytes, int] | None:
    """(kind, payload bytes) of the box at the file's position, which is left at its payload. None at the end."""
    header = file.read(8)
    if not header:
        return None
    if len(header) < 8:
        raise BoxError("a box header is cut off")
    size, kind = struct.unpack(">I4s", header)
    if size == 1:
        size = struct.unpack(">Q", file.read(8))[0] - 8
    if size < 8:
        raise BoxError(f"box {kind!r} has an impossible size")
    return kind, size - 8


def _read_head(file: BinaryIO, size: int) -> bytes:
    if size > MAX_HEAD_BYTES:
        raise BoxError("a header box is too large")
    data = file.read(size)
    if len(data) < size:
        raise BoxError("a box is cut off")
    return data


def sample_description(file: BinaryIO) -> bytes:
    """The whole `stsd` box of the only track of an MP4 file."""
    file.seek(0)
    while header := _next_header(file):
        kind, size = header
        if kind == b"moov":
            moov = _read_head(file, size)
            return box(b"stsd", find(moov, b"trak", b"mdia", b"minf", b"stbl", b"stsd"))
        file.seek(size, 1)
    raise BoxError("there is no moov")


def frames(file: BinaryIO) -> Iterator[Frame]:
    """The frames of a fragmented MP4 file with one track, in order. Holds one fragment's table and one frame."""
    file.seek(0)
    track_duration = 0
    while header := _next_header(file):
        kind, size = header
        if kind == b"moov":
            trex = find(_read_head(file, size), b"mvex", b"trex")
            (track_duration,) = struct.unpack_from(">I", trex, _TREX_DURATION_AT)
            continue
        if kind != b"moof":
            file.seek(size, 1)
            continue
        moof_at = file.tell() - 8
        runs = list(_runs(_read_head(file, size), track_duration))
        for data_offset, table in runs:
            file.seek(moof_at + data_offset)
            for samples, frame_bytes in table:
                data = file.read(frame_bytes)
                if len(data) < frame_bytes:
                    raise BoxError("a fragment is cut off")
                yield Frame(data, samples)


def _runs(moof: bytes, track_duration: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """(offset of the data from the start of the moof, duration and size of each frame) of each run."""
    traf = find(moof, b"traf")
    tfhd = find(traf, b"tfhd")
    for kind, trun in walk(traf):
        if kind != b"trun":
            continue
        flags, count = struct.unpack_from(">II", trun)
        flags &= 0xFFFFFF
        if not flags & _TRUN_DATA_OFFSET:
            raise BoxError("a run without data offset")
        (data_offset,) = struct.unpack_from(">i", trun, 8)
        at = 16 if flags & _TRUN_FIRST_FLAGS else 12
        columns = [flag for flag in (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION) if flags & flag]
        table = struct.unpack_from(f">{count * len(columns)}I", trun, at)

        columns_of = {flag: table[at :: len(columns)] for at, flag in enumerate(columns)}
        durations, sizes = (
            columns_of.get(flag) or [_tfhd_default(tfhd, default_flag, otherwise)] * count
            for flag, default_flag, otherwise in (
                (_TRUN_DURATION, _TFHD_DEFAULT_DURATION, track_duration),
                (_TRUN_SIZE, _TFHD_DEFAULT_SIZE, 0),
            )
        )
        yield data_offset, list(zip(durations, sizes, strict=True))


def _tfhd_default(tfhd: bytes, wanted: int, otherwise: int) -> int:
    """What the fragment's header says of frames that are all alike (silence, say)."""
    flags = struct.unpack_from(">I", tfhd)[0] & 0xFFFFFF
    at = 8
    for flag, size in _TFHD_OPTIONAL:
        if flag == wanted and flags & flag:
            return int(struct.unpack_from(">I", tfhd, at)[0])
        at += size if flags & flag else 0
    return otherwise
