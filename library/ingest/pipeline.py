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
from library.ingest.probe import Source, probe
from library.ingest.transcode import transcode
from library.storage import covers, names, store

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


def ingest(path: Path, scratch: Path, progress: Progress) -> Ingested:
    """Makes the file into a stored package and cover. `scratch` is an empty folder of the workspace, and the caller's
    to remove. Raises IngestError, InterruptedIngest, and OSError of the disk."""
    source = probe(path)
    _check_space(source, scratch)
    found = tags.read(path, scratch)
    made = transcode(source, scratch, lambda done: progress(done * _TRANSCODE_SHARE))
    built = package.build(
        scratch / "package",
        made.encoded,
        made.total_samples,
        made.peaks.as_json(),
        lambda done: progress(_TRANSCODE_SHARE + done * (1 - _TRANSCODE_SHARE)),
    )
    if found.cover:
        covers.put(found.cover, scratch)
    store.put(scratch / "package", names.package(built.name))  # last: it flushes the disk
    return Ingested(made.total_samples, built, made.loudness, found)


def _check_space(source: Source, scratch: Path) -> None:
    """Better said before an hour's work than after it."""
    wanted = (source.expected_s or _UNKNOWN_LENGTH_S) * limits.BYTES_PER_S * _SPACE_FACTOR
    if shutil.disk_usage(scratch).free < wanted:
        raise IngestError(ErrorCode.NO_SPACE, f"{wanted / 1e6:.0f} MB are wanted")
