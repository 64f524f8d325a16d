"""Files that no track names any more: packages that a newer ingest has replaced, and what a kill left between a file
and its row. They stay for a day, so that whoever plays a replaced package plays it to its end."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from library import paths
from library.models import Track

KEEP_US = 24 * 3600 * 1_000_000


def remove(now_us: int) -> list[Path]:
    """Removes the orphans that are old enough, and returns what they were."""
    gone = [path for path in _orphans() if path.stat().st_mtime_ns // 1000 < now_us - KEEP_US]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return gone


def _orphans() -> Iterator[Path]:
    packages, covers, originals = (
        set(Track.objects.values_list(field, flat=True)) for field in ("package", "cover", "original")
    )
    yield from (path for path in paths.audio_dir().glob("[0-9a-f][0-9a-f]/*") if path.name not in packages)
    yield from (path for path in paths.covers_dir().glob("*.jpg") if path.name.partition("-")[0] not in covers)
    for path in paths.originals_dir().glob("[0-9a-f][0-9a-f]/*"):
        if str(path.relative_to(paths.data_dir())) not in originals:
            yield path
