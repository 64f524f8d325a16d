"""Takes a sound file into the library: identity by content, stored whole or not at all, its ingest queued."""

import os
import re
from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction

from library import paths
from library.ingest import queue
from library.ingest.leftovers import held_folder
from library.ingest.tags import from_file_name
from library.models import Track

_BLOCK_BYTES = 1 << 20
_EXTENSION = re.compile(r"\.[a-z0-9]{1,5}")


def add_path(path: Path) -> tuple[Track, bool]:
    """`add_file` of a file on this disk, which is only copied if the library does not have it yet."""
    with path.open("rb") as file:
        content_hash = file_digest(file, "sha256").hexdigest()
        if known := Track.objects.filter(content_hash=content_hash).first():
            return known, False
        file.seek(0)
        return add_file(iter(lambda: file.read(_BLOCK_BYTES), b""), name=path.name)


def add_file(blocks: Iterable[bytes], *, name: str, added_by: AbstractBaseUser | None = None) -> tuple[Track, bool]:
    """The track of this content, and whether it is new. `name` is the file's own, for people.

    The caller limits the size. Either the whole file and its queued track are there afterwards, or nothing is.
    """
    with held_folder(paths.incoming_dir()) as folder:
        draft = folder / "file"
        content_hash, size = _write(blocks, draft)
        if known := Track.objects.filter(content_hash=content_hash).first():
            return known, False
        original = paths.originals_dir() / content_hash[:2] / f"{content_hash}{_extension(name)}"
        original.parent.mkdir(parents=True, exist_ok=True)
        guess = from_file_name(Path(name).name)
        try:
            with transaction.atomic():
                track = Track.objects.create(
                    title=guess.title[:300],
                    artist=guess.artist[:300],
                    track_number=guess.track_number,
                    content_hash=content_hash,
                    original=str(original.relative_to(paths.data_dir())),
                    original_name=Path(name).name[:300],
                    original_bytes=size,
                    added_by_id=added_by.pk if added_by else None,
                )
                draft.replace(original)  # the row is only there if this went well
                queue.enqueue(track)
        except IntegrityError:  # somebody added the same file at the same time
            return Track.objects.get(content_hash=content_hash), False
    return track, True


def _write(blocks: Iterable[bytes], target: Path) -> tuple[str, int]:
    """SHA-256 and size of what was written."""
    digest, size = sha256(), 0
    with target.open("xb") as file:
        for block in blocks:
            digest.update(block)
            size += len(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def _extension(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if _EXTENSION.fullmatch(suffix) else ""
