"""A cover: one picture in each of COVER_SIZES_PX."""

from pathlib import Path

from library.storage import names, store
from library.storage.names import COVER_SIZES_PX


def put(cover: str, folder: Path) -> None:
    """Moves its pictures, `<cover>-<px>.jpg`, from `folder` to where they are served from."""
    for size_px in COVER_SIZES_PX:
        store.put(folder / f"{cover}-{size_px}.jpg", names.cover(cover, size_px))


def remove(cover: str) -> None:
    for size_px in COVER_SIZES_PX:
        store.remove(names.cover(cover, size_px))
