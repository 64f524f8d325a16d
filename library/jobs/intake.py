"""Takes a sound file into the library: identity by content, stored whole or not at all, its ingest queued."""

import re
import shutil
from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from library import quota
from library.errors import ErrorCode, LibraryError
from library.ingest.no_sound import SNIFFED_BYTES, is_plainly_no_sound
from library.ingest.tags import from_file_name
from library.jobs import queue
from library.models import Track
from library.storage import names, store, workspace
from library.storage.leftovers import held_folder
from library.storage.pace import FLUSH_BYTES, flush

_BLOCK_BYTES = 1 << 20
_EXTENSION = re.compile(r"\.[a-z0-9]{1,5}")


def add_path(path: Path) -> tuple[Track, bool]:
    """`add_file` of a file on this disk, which is only copied if the library does not have it yet. Raises
    LibraryError(NOT_AUDIO)."""
    with path.open("rb") as file:
        content_hash = file_digest(file, "sha256").hexdigest()
        if known := Track.objects.filter(content_hash=content_hash).first():
            return known, False
        file.seek(0)
        return add_file(iter(lambda: file.read(_BLOCK_BYTES), b""), name=path.name)


def add_file(
    blocks: Iterable[bytes], *, name: str, added_by: User | None = None, reserved_bytes: int = 0
) -> tuple[Track, bool]:
    """The track of this content, and whether it is new. `name` is the file's own, for people.

    The caller limits the size, and may have reserved room for it (`quota`). Either the whole file and its queued track
    are there afterwards, or nothing is. Raises LibraryError(QUOTA_FULL, NOT_AUDIO) for a file that is new.
    """
    with held_folder(workspace.incoming_dir()) as folder:
        draft = folder / "file"
        content_hash = _write(blocks, draft)
        return _take_in(draft, content_hash, name=name, added_by=added_by, reserved_bytes=reserved_bytes)


def add_linked(path: Path, *, name: str, added_by: User | None, reserved_bytes: int) -> tuple[Track, bool]:
    """`add_file` of a file in the workspace that nobody changes any more: it is not copied, and stays where it is."""
    with held_folder(workspace.incoming_dir()) as folder:
        draft = folder / "file"
        try:
            draft.hardlink_to(path)
        except OSError:  # a file system without links
            shutil.copyfile(path, draft)
        with draft.open("rb") as file:
            content_hash = file_digest(file, "sha256").hexdigest()
        return _take_in(draft, content_hash, name=name, added_by=added_by, reserved_bytes=reserved_bytes)


def _take_in(
    draft: Path, content_hash: str, *, name: str, added_by: User | None, reserved_bytes: int
) -> tuple[Track, bool]:
    if known := Track.objects.filter(content_hash=content_hash).first():
        return known, False
    with draft.open("rb") as file:
        if is_plainly_no_sound(file.read(SNIFFED_BYTES)):
            raise LibraryError(ErrorCode.NOT_AUDIO)
    original, size = names.original(content_hash, _extension(name)), draft.stat().st_size
    guess = from_file_name(Path(name).name)
    try:
        with transaction.atomic():
            quota.check(added_by, size, reserved=reserved_bytes)
            track = Track.objects.create(
                title=guess.title[:300],
                artist=guess.artist[:300],
                track_number=guess.track_number,
                content_hash=content_hash,
                original=original,
                original_name=Path(name).name[:300],
                original_bytes=size,
                added_by_id=added_by.pk if added_by else None,
            )
            store.put(draft, original)  # the row is only there if this went well
            queue.enqueue(track)
    except IntegrityError:  # somebody added the same file at the same time
        return Track.objects.get(content_hash=content_hash), False
    return track, True


def _write(blocks: Iterable[bytes], target: Path) -> str:
    """SHA-256 of what was written."""
    digest, unflushed_bytes = sha256(), 0
    with target.open("xb") as file:
        for block in blocks:
            digest.update(block)
            file.write(block)
            unflushed_bytes += len(block)
            if unflushed_bytes >= FLUSH_BYTES:
                flush(file)
                unflushed_bytes = 0
        flush(file)
    return digest.hexdigest()


def _extension(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if _EXTENSION.fullmatch(suffix) else ""
