"""One pass of ffmpeg over the file: four encodings, loudness, and the PCM, from which samples and peaks are counted.

The sound is brought once to 48 kHz, 16 bit, stereo, and everything is made from that: the renditions share one sample
count and one grid. 16-bit 48 kHz stereo passes bit for bit; where bits are lost, triangular dither hides it.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from library.ingest import analyse, ffmpeg, limits
from library.ingest.errors import ErrorCode, IngestError, InterruptedIngest
from library.ingest.fence import FencedProcess
from library.ingest.probe import Probe
from library.ingest.renditions import RENDITIONS, RenditionSpec
from playback.segments import CHANNELS, SAMPLE_RATE_HZ

BYTES_PER_SAMPLE = 2 * CHANNELS
_READ_BYTES = 1 << 20

_FRAGMENT_US = 4_000_000
"""ffmpeg holds one fragment in memory; the packager reads one fragment's table."""

_MAX_ERROR_RATE = 0.02
"""Of frames that cannot be decoded. A file with a bad frame or two plays everywhere and is welcome."""

_LOST_SHARE, _LOST_MIN_S, _LOST_MAX_S = 0.05, 0.1, 2.0
"""How much of the stated duration may be missing: priming and padding, a spoilt frame or page, but not a part."""


@dataclass(frozen=True, slots=True)
class Transcoded:
    total_samples: int
    loudness: analyse.Loudness
    peaks: analyse.Peaks
    encoded: list[tuple[RenditionSpec, Path]]


def arguments(source: Path, channels: int, outputs: list[tuple[RenditionSpec, Path]]) -> list[str]:
    """The call, pure. Its standard output is the PCM."""
    # mono goes to both sides as it is; ffmpeg's own upmix is 3 dB lower
    upmix = "pan=stereo|c0=c0|c1=c0," if channels == 1 else ""
    names = [spec.name for spec, _ in outputs]
    graph = (
        f"[0:a:0]{upmix}aresample={SAMPLE_RATE_HZ}:resampler=soxr:dither_method=triangular,"
        f"aformat=sample_fmts=s16:channel_layouts=stereo,asplit={len(names) + 2}[pcm][measured]"
        + "".join(f"[{name}]" for name in names)
        # its running log would be ten lines a second
        + ";[measured]ebur128=peak=true:framelog=verbose,anullsink"
    )
    call = ffmpeg.reading(source, ffmpeg.executable())
    call[1:1] = ["-y", "-max_error_rate", str(_MAX_ERROR_RATE), "-filter_complex_threads", "1"]
    call += ["-filter_complex", graph, "-map_metadata", "-1"]
    for spec, path in outputs:
        # ffmpeg before 6 calls FLAC in MP4 experimental
        call += ["-map", f"[{spec.name}]", *spec.encoder, "-map_metadata", "-1", "-strict", "experimental", "-f", "mp4"]
        call += ["-movflags", "+empty_moov+default_base_moof", "-frag_duration", str(_FRAGMENT_US), f"file:{path}"]
    return [*call, "-map", "[pcm]", "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1"]


def transcode(source: Path, facts: Probe, scratch: Path, progress: Callable[[float], None]) -> Transcoded:
    """Writes the encodings into `scratch` as fragmented MP4. `progress` gets 0 to 1, many times a second."""
    outputs = [(spec, scratch / f"{spec.name}.mp4") for spec in RENDITIONS]
    expected_bytes = (facts.expected_s or 0) * SAMPLE_RATE_HZ * BYTES_PER_SAMPLE
    peaks = analyse.PeakMeter()
    read_bytes = 0
    with FencedProcess(
        arguments(source, facts.channels, outputs), limits.transcode(facts.duration_s), folder=scratch
    ) as process:
        while block := process.output.read(_READ_BYTES):
            peaks.add(block)
            read_bytes += len(block)
            progress(min(read_bytes / expected_bytes, 1.0) if expected_bytes else 0.0)
            if read_bytes > limits.MAX_TRACK_S * limits.BYTES_PER_S:
                raise IngestError(ErrorCode.TOO_LONG, "the sound went on beyond what the file had stated")
        status = process.wait()
        _check_status(status, process, read_bytes)
        report = process.report
    total_samples = read_bytes // BYTES_PER_SAMPLE
    check_complete(facts.duration_s, total_samples)
    return Transcoded(total_samples, analyse.loudness(report), peaks.finish(), outputs)


def check_complete(duration_s: float | None, total_samples: int) -> None:
    """Whether what was decoded is what the container had stated."""
    if total_samples < limits.MIN_TRACK_SAMPLES:
        raise IngestError(ErrorCode.TOO_SHORT, f"{total_samples} samples")
    if duration_s is None:
        return
    lost_s = duration_s - total_samples / SAMPLE_RATE_HZ
    if lost_s > max(_LOST_MIN_S, min(_LOST_MAX_S, _LOST_SHARE * duration_s)):
        raise IngestError(ErrorCode.DAMAGED, f"{lost_s:.2f} s of {duration_s:.2f} s are missing")


def _check_status(status: int, process: FencedProcess, read_bytes: int) -> None:
    """What it means that ffmpeg ended as it did."""
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
    raise IngestError(ErrorCode.DAMAGED if read_bytes else ErrorCode.NOT_AUDIO, last_words)
