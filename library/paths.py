"""Where the library keeps its files below DATA_DIR."""

from pathlib import Path

from django.conf import settings


def data_dir() -> Path:
    return Path(settings.DATA_DIR)


def originals_dir() -> Path:
    """The uploads: `<aa>/<sha256><extension>`."""
    return data_dir() / "originals"


def audio_dir() -> Path:
    """The packages: `<aa>/<package>/`. Scratch space is inside, so that a package is moved within one file system."""
    return data_dir() / "audio"


def package_dir(package: str) -> Path:
    return audio_dir() / package[:2] / package


def scratch_dir() -> Path:
    """One folder per running worker (`ingest.leftovers`)."""
    return audio_dir() / ".scratch"


def covers_dir() -> Path:
    return data_dir() / "covers"


def cover_path(cover: str, size_px: int) -> Path:
    return covers_dir() / f"{cover}-{size_px}.jpg"


def incoming_dir() -> Path:
    """Files on their way into `originals_dir`, one folder per running transfer."""
    return originals_dir() / ".incoming"


def calibration_dir() -> Path:
    return data_dir() / "calibration"
