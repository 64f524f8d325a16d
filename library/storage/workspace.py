"""Folders on this machine's disk for work in progress, and small files that remember how far it is. Each is on the
file system of what it becomes, so that `store.put` moves it."""

from pathlib import Path

from django.conf import settings


def scratch_dir() -> Path:
    """One folder per running worker (`leftovers`)."""
    return Path(settings.DATA_DIR) / "audio" / ".scratch"


def incoming_dir() -> Path:
    """Files that are taken in, one folder per running transfer. For the site's own user alone, as originals are."""
    return Path(settings.DATA_DIR) / "originals" / ".incoming"


def uploads_dir() -> Path:
    """Uploaded files while their request lasts."""
    return Path(settings.FILE_UPLOAD_TEMP_DIR)


def unfinished_dir() -> Path:
    """Uploads that come in pieces, over many requests."""
    return uploads_dir() / "unfinished"


def memory_file(name: str) -> Path:
    return Path(settings.DATA_DIR) / name
