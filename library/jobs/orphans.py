"""Files that no track names any more: packages that a newer ingest has replaced, and what a kill left between a file
and its row. They stay for a day, so that whoever plays a replaced package plays it to its end."""

from collections.abc import Iterator

from library.models import Track
from library.storage import names, store
from library.storage.names import COVER_SIZES_PX, StoredName
from library.storage.store import Kept

KEEP_US = 24 * 3600 * 1_000_000


def remove(now_us: int) -> list[StoredName]:
    """Removes the orphans that are old enough, and returns what they were."""
    gone = [kept.name for kept in _orphans() if kept.put_us < now_us - KEEP_US]
    for name in gone:
        store.remove(name)
    return gone


def _orphans() -> Iterator[Kept]:
    packages, covers, originals = (
        set(Track.objects.values_list(field, flat=True)) for field in ("package", "cover", "original")
    )
    wanted = {
        names.PACKAGES: {names.package(package) for package in packages},
        names.COVERS: {names.cover(cover, size_px) for cover in covers for size_px in COVER_SIZES_PX},
        names.ORIGINALS: originals,
    }
    for kind, of_tracks in wanted.items():
        yield from (kept for kept in store.listed(kind) if kept.name not in of_tracks)
