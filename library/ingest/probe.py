"""What a file claims to be, and whether it is worth decoding. ffmpeg says it: imageio-ffmpeg brings no ffprobe."""

import re
from dataclasses import dataclass
from pathlib import Path

from library.ingest import containers, ffmpeg, limits
from library.ingest.errors import ErrorCode, IngestError
from library.ingest.fence import FencedProcess

# ffmpeg indents its own lines by two spaces, a file's tags by four and more: a tag cannot pass for one of these
_INPUT = re.compile(r"^Input #0, ([\w,]+), from ", re.M)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+),", re.M)
_AUDIO = re.compile(r"^  Stream #0:\d+[^\n]*?: Audio: ([^\n]*)$", re.M)
_VIDEO = re.compile(r"^  Stream #0:\d+[^\n]*?: Video: ([^\n]*)$", re.M)
_ESTIMATED = "Estimating duration from bitrate"

_LAYOUT_CHANNELS = {"mono": 1, "stereo": 2, "downmix": 2, "quad": 4, "hexagonal": 6, "octagonal": 8, "cube": 8}


@dataclass(frozen=True, slots=True)
class Probe:
    """`duration_s` is what the container states, None if it states nothing that can be relied on; `expected_s` may be a
    guess, for a progress bar."""

    container: str
    codec: str
    channels: int
    duration_s: float | None
    expected_s: float | None = None


def probe(source: Path) -> Probe:
    """Raises IngestError for a file that is no sound, is cut off by its own account, or exceeds a limit."""
    if not source.is_file():
        raise IngestError(ErrorCode.NO_ORIGINAL, str(source))
    with FencedProcess(ffmpeg.reading(source, ffmpeg.executable()), limits.PROBE) as process:
        process.output.read()
        process.wait()  # always "failed": no output was asked for
        if process.timed_out:
            raise IngestError(ErrorCode.TIMEOUT, "probe")
        facts = parse(process.report)
    if facts.channels > limits.MAX_CHANNELS:
        raise IngestError(ErrorCode.TOO_MANY_CHANNELS, f"{facts.channels} channels")
    if facts.duration_s is not None and facts.duration_s > limits.MAX_TRACK_S:
        raise IngestError(ErrorCode.TOO_LONG, f"{facts.duration_s} s")
    if containers.is_cut_off(source):
        raise IngestError(ErrorCode.DAMAGED, "the file ends before its container does")
    return facts


def parse(report: str) -> Probe:
    """Pure: the facts in what `ffmpeg -i` writes. IngestError(NOT_AUDIO) if there is no sound."""
    container, sound = _INPUT.search(report), _AUDIO.search(report)
    if "moov atom not found" in report:  # MP4 has its table of contents at the end, unless somebody moved it
        raise IngestError(ErrorCode.DAMAGED, "the file ends before its table of contents")
    if container is None or sound is None:
        raise IngestError(ErrorCode.NOT_AUDIO, report.strip().rpartition("\n")[2][:200])
    codec = re.match(r"\w+", sound[1])
    duration = _DURATION.search(report)
    has_film = any("(attached pic)" not in video for video in _VIDEO.findall(report))
    expected_s = int(duration[1]) * 3600 + int(duration[2]) * 60 + float(duration[3]) if duration else None
    # a film's duration is that of its longest stream, which need not be the sound
    is_reliable = _ESTIMATED not in report and not has_film
    return Probe(
        container[1], codec[0] if codec else "", _channels(sound[1]), expected_s if is_reliable else None, expected_s
    )


def _channels(sound: str) -> int:
    """From `flac, 44100 Hz, 5.1(side), s16`: the layout is what follows the rate."""
    fields = [field.strip() for field in sound.split(", ")]
    layout = next((fields[at + 1] for at, field in enumerate(fields[:-1]) if field.endswith(" Hz")), "")
    if count := re.match(r"(\d+) channels", layout):
        return int(count[1])
    if parts := re.match(r"(\d)\.(\d)(?:\.(\d))?", layout):
        return sum(int(part or 0) for part in parts.groups())
    return _LAYOUT_CHANNELS.get(re.sub(r"\(.*", "", layout), 2)
