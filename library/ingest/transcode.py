"""A file, decoded once and piece by piece, into its encodings. The PCM on its way is counted and measured."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from library.ingest import analyse, encode, limits
from library.ingest.decode import BYTES_PER_SAMPLE, decode
from library.ingest.errors import ErrorCode, IngestError
from library.ingest.probe import Source, check_length
from playback.segments import SAMPLE_RATE_HZ

_LOST_SHARE, _LOST_MIN_S, _LOST_MAX_S = 0.05, 0.1, 2.0
"""How much of the stated duration may be missing: priming and padding, a spoilt frame or page, but not a part."""


@dataclass(frozen=True, slots=True)
class Transcoded:
    total_samples: int
    loudness: analyse.Loudness
    peaks: analyse.Peaks
    encoded: encode.Outputs


def transcode(source: Source, scratch: Path, progress: Callable[[float], None]) -> Transcoded:
    """Writes the encodings into `scratch` as fragmented MP4. `progress` gets 0 to 1, many times a second."""
    made = encode.outputs(scratch)
    expected_samples = (source.expected_s or 0) * SAMPLE_RATE_HZ
    peaks = analyse.PeakMeter()
    total_bytes = 0
    with encode.encoder(made, limits.transcode(source.duration_s, source.size_bytes)) as encoder:
        for piece, facts in source.pieces:
            before_bytes = total_bytes
            with closing(decode(piece, facts)) as blocks:
                for pcm in blocks:
                    total_bytes += len(pcm)
                    total_samples = total_bytes // BYTES_PER_SAMPLE
                    check_length(total_samples / SAMPLE_RATE_HZ, source.size_bytes)
                    peaks.add(pcm)
                    encoder.write(pcm)
                    progress(min(total_samples / expected_samples, 1.0) if expected_samples else 0.0)
            check_complete(facts.duration_s, (total_bytes - before_bytes) // BYTES_PER_SAMPLE)
        total_samples = total_bytes // BYTES_PER_SAMPLE
        if total_samples < limits.MIN_TRACK_SAMPLES:
            raise IngestError(ErrorCode.TOO_SHORT, f"{total_samples} samples")
        loudness = encoder.finish()
    return Transcoded(total_samples, loudness, peaks.finish(), made)


def check_complete(duration_s: float | None, samples: int) -> None:
    """Whether what was decoded of a piece is what its container had stated."""
    if duration_s is None:
        return
    lost_s = duration_s - samples / SAMPLE_RATE_HZ
    if lost_s > max(_LOST_MIN_S, min(_LOST_MAX_S, _LOST_SHARE * duration_s)):
        raise IngestError(ErrorCode.DAMAGED, f"{lost_s:.2f} s of {duration_s:.2f} s are missing")
