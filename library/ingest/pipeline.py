"""The stages of an ingest, in order: tags, probe, transcode (which analyses too), package. Knows no database.

Each stage takes paths and values and returns values; `ingest` is the only place that knows the order.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from library.ingest import limits, package, tags
from library.ingest.analyse import Loudness
from library.ingest.errors import ErrorCode, IngestError
from library.ingest.probe import Probe, probe
from library.ingest.transcode import transcode

Progress = Callable[[float], None]
"""Told 0 to 1, many times a second. What it raises ends the ingest."""

_TRANSCODE_SHARE = 0.95  # of the time an ingest takes; measured 0.97 on 2 cores

_SPACE_FACTOR = 1.5
"""Free space wanted, over 16-bit PCM of the same length: FLAC at most 1, AAC together 0.3, and one rendition twice."""

_UNKNOWN_LENGTH_S = 600.0


@dataclass(frozen=True, slots=True)
class Ingested:
    total_samples: int
    package: package.Package
    loudness: Loudness
    tags: tags.Tags


def ingest(source: Path, scratch: Path, audio_dir: Path, covers_dir: Path, progress: Progress) -> Ingested:
    """Makes `source` into a package below `audio_dir` and a cover in `covers_dir`. `scratch` is an empty folder on
    their file system, and the caller's to remove. Raises IngestError, InterruptedIngest, and OSError of the disk."""
    facts = probe(source)
    _check_space(facts, audio_dir)
    found = tags.read(source, scratch)
    made = transcode(source, facts, scratch, lambda done: progress(done * _TRANSCODE_SHARE))
    built = package.build(
        scratch / "package",
        made.encoded,
        made.total_samples,
        made.peaks.as_json(),
        lambda done: progress(_TRANSCODE_SHARE + done * (1 - _TRANSCODE_SHARE)),
    )
    if found.cover:
        tags.publish_cover(found.cover, scratch, covers_dir)
    package.publish(scratch / "package", built.name, audio_dir)  # last: it flushes the disk
    return Ingested(made.total_samples, built, made.loudness, found)


def _check_space(facts: Probe, audio_dir: Path) -> None:
    """Better said before an hour's work than after it."""
    audio_dir.mkdir(parents=True, exist_ok=True)
    wanted = (facts.expected_s or _UNKNOWN_LENGTH_S) * limits.BYTES_PER_S * _SPACE_FACTOR
    if shutil.disk_usage(audio_dir).free < wanted:
        raise IngestError(ErrorCode.NO_SPACE, f"{wanted / 1e6:.0f} MB are wanted")
