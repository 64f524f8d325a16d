"""The names of the files that the library keeps, wherever `store` keeps them: parts with `/` between, no leading one.

audio/<ab>/<package>/<rendition>/<index>.m4s    a package is a folder that never changes; `ab` is how it begins
covers/<cover>-<size>.jpg
originals/<ab>/<sha256><extension>              as uploaded
calibration/<file>
"""

from typing import NewType

StoredName = NewType("StoredName", str)

PACKAGES = "audio/[0-9a-f][0-9a-f]/*"
COVERS = "covers/*.jpg"
ORIGINALS = "originals/[0-9a-f][0-9a-f]/*"
"""What is kept of each kind, for `store.listed`."""

COVER_SIZES_PX = (256, 640)
"""A list's thumbnail on a dense screen, and the largest that a page shows."""

SERVED_BY_NGINX = "audio/"
"""Deploy's internal location begins here (deploy/nginx.conf)."""


def package(package: str, *inside: str) -> StoredName:
    """A package, or a file in it."""
    return StoredName("/".join([f"audio/{package[:2]}/{package}", *inside]))


def init(package_name: str, rendition: str) -> StoredName:
    return package(package_name, rendition, "init.mp4")


def segment(package_name: str, rendition: str, index: int) -> StoredName:
    return package(package_name, rendition, f"{index:05}.m4s")


def peaks(package_name: str) -> StoredName:
    return package(package_name, "peaks.json")


def cover(cover: str, size_px: int) -> StoredName:
    return StoredName(f"covers/{cover}-{size_px}.jpg")


def original(content_hash: str, extension: str) -> StoredName:
    """`extension` with its dot, or empty."""
    return StoredName(f"originals/{content_hash[:2]}/{content_hash}{extension}")


def calibration(file: str) -> StoredName:
    return StoredName(f"calibration/{file}")
