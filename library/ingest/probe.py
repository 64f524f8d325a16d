"""What a file claims to be, and whether it is worth decoding. ffmpeg says it: imageio-ffmpeg brings no ffprobe."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from library.ingest import containers, ffmpeg, joins, limits
from library.ingest.errors import ErrorCode, IngestError
from library.ingest.fence import FencedProcess

# ffmpeg indents its own lines by two spaces, a file's tags by four and more: a tag cannot pass for one of these
_INPUT = re.compile(r"^Input #0, ([\w,]+), from ", re.M)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+),", re.M)
_AUDIO = re.compile(r"^  Stream #0:\d+[^\n]*?: Audio: ([^\n]*)$", re.M)
_VIDEO = re.compile(r"^  Stream #0:\d+[^\n]*?: Video: ([^\n]*)$", re.M)
_STREAM = re.compile(r"(?P<codec>\w+).*?, (?P<rate>[1-9]\d*) Hz, (?P<layout>[^,]+), (?P<format>[a-z]+\d*p?)\b")
"""`flac, 44100 Hz, 5.1(side), s32 (24 bit)`, or `aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 128 kb/s`"""
_ESTIMATED = "Estimating duration from bitrate"

_NOT_ALLOWED = "Format not on whitelist"
_KIND = re.compile(r"^\[[^]\n]*\] Format (\w+) probed with", re.M)

_LAYOUT_CHANNELS = {
    "mono": 1, "stereo": 2, "downmix": 2, "binaural": 2, "quad": 4, "hexagonal": 6, "octagonal": 8, "cube": 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """What one piece begins with; any of it may change midway. `layout` and `sample_format` are ffmpeg's names.

    `duration_s` is what the container states, None if it states nothing that can be relied on; `expected_s` may be a
    guess, for a progress bar.
    """

    container: str
    codec: str
    rate_hz: int
    layout: str
    sample_format: str
    duration_s: float | None
    expected_s: float | None = None

    @property
    def channels(self) -> int:
        if count := re.match(r"(\d+) channels", self.layout):
            return int(count[1])
        if parts := re.match(r"(\d)\.(\d)(?:\.(\d))?", self.layout):
            return sum(int(part or 0) for part in parts.groups())
        return _LAYOUT_CHANNELS.get(re.sub(r"\(.*", "", self.layout), 2)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it is read: piece by piece, in order."""

    pieces: tuple[tuple[joins.Piece, Probe], ...]

    @property
    def size_bytes(self) -> int:
        return sum(piece.size for piece, _ in self.pieces)

    @property
    def duration_s(self) -> float | None:
        stated = [facts.duration_s for _, facts in self.pieces]
        return None if None in stated else sum(one for one in stated if one is not None)

    @property
    def expected_s(self) -> float | None:
        return sum(facts.expected_s or 0.0 for _, facts in self.pieces) or None


def probe(path: Path) -> Source:
    """Raises IngestError for a file that is no sound, is cut off by its own account, or exceeds a limit."""
    if not path.is_file():
        raise IngestError(ErrorCode.NO_ORIGINAL, str(path))
    source = Source(tuple(_probe_all(joins.pieces(path))))
    check_length(source.duration_s or 0.0, source.size_bytes)
    if containers.is_cut_off(path):
        raise IngestError(ErrorCode.DAMAGED, "the file ends before its container does")
    return source


def _probe_all(pieces: list[joins.Piece]) -> Iterator[tuple[joins.Piece, Probe]]:
    """Pieces that are headers only are left out; not all of them."""
    any_sound = False
    for number, piece in enumerate(pieces, start=1):
        try:
            facts = _probe_piece(piece)
        except IngestError as error:
            if error.code != ErrorCode.NOT_AUDIO or (number == len(pieces) and not any_sound):
                raise
            if piece.size > limits.MAX_HEADERS_BYTES:
                raise IngestError(ErrorCode.DAMAGED, f"piece {number} of {len(pieces)}: {error.detail}") from error
            continue
        any_sound = True
        yield piece, facts


def _probe_piece(piece: joins.Piece) -> Probe:
    report = _report(ffmpeg.reading(piece.url))
    if _NOT_ALLOWED in report and _is_other_sound(piece):
        raise IngestError(ErrorCode.UNKNOWN_FORMAT, piece.path.name)
    facts = parse(report)
    if facts.channels > limits.MAX_CHANNELS:
        raise IngestError(ErrorCode.TOO_MANY_CHANNELS, f"{facts.channels} channels")
    return facts


def _is_other_sound(piece: joins.Piece) -> bool:
    """Whether it is of a kind that holds sound and is not read. ffmpeg says only here what it takes a file for."""
    return any(kind in ffmpeg.OTHER_SOUND for kind in _KIND.findall(_report(ffmpeg.reading(piece.url, "-v", "debug"))))


def _report(call: list[str]) -> str:
    with FencedProcess(call, limits.PROBE) as process:
        process.output.read()
        process.wait()  # always "failed": no output was asked for
        if process.timed_out:
            raise IngestError(ErrorCode.TIMEOUT, "probe")
        return process.report


def check_length(duration_s: float, file_bytes: int) -> None:
    """Whether a file of that size may hold that much sound. Asked while it is decoded, too: it may state nothing."""
    if duration_s > limits.MAX_TRACK_S:
        raise IngestError(ErrorCode.TOO_LONG, f"{duration_s:.0f} s")
    if duration_s > limits.longest_s(file_bytes):
        raise IngestError(ErrorCode.IMPLAUSIBLE, f"{duration_s:.0f} s in {file_bytes} bytes")


def parse(report: str) -> Probe:
    """Pure: the facts in what `ffmpeg -i` writes. IngestError if there is no sound."""
    container, sound = _INPUT.search(report), _AUDIO.search(report)
    if "moov atom not found" in report:  # MP4 has its table of contents at the end, unless somebody moved it
        raise IngestError(ErrorCode.DAMAGED, "the file ends before its table of contents")
    if container is None or sound is None:
        raise IngestError(ErrorCode.NOT_AUDIO, report.strip().rpartition("\n")[2][:200])
    stream = _STREAM.match(sound[1])
    if stream is None:  # a stream of which ffmpeg found out too little
        raise IngestError(ErrorCode.NOT_AUDIO, sound[1][:200])
    duration = _DURATION.search(report)
    has_film = any("(attached pic)" not in video for video in _VIDEO.findall(report))
    expected_s = int(duration[1]) * 3600 + int(duration[2]) * 60 + float(duration[3]) if duration else None
    # a film's duration is that of its longest stream, which need not be the sound
    is_reliable = _ESTIMATED not in report and not has_film
    return Probe(
        container=container[1],
        codec=stream["codec"],
        rate_hz=int(stream["rate"]),
        layout=stream["layout"],
        sample_format=stream["format"],
        duration_s=expected_s if is_reliable else None,
        expected_s=expected_s,
    )
