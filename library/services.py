"""The only writers of the library, ingest apart. Each raises LibraryError and touches database and files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction

from library.errors import ErrorCode, LibraryError
from library.jobs import queue
from library.jobs.intake import add_file, add_linked
from library.models import Track
from library.selectors import failure_reason, may_try_again
from library.storage import covers, names, store
from library.storage.names import StoredName
from library.storage.pace import paced
from synchro.locks.named import hold_rows

Person = User | AnonymousUser

TAGS = ("title", "artist", "album", "album_artist", "genre", "year", "track_number", "disc_number")
"""What people may correct; the rest is what the file is."""


def may_upload(user: Person) -> TypeGuard[User]:
    return user.is_authenticated


def may_manage(user: Person, track: Track) -> bool:
    """Correct its tags, ingest it again, delete it."""
    return user.is_authenticated and (user.is_staff or track.added_by_id == user.pk)


def add_upload(file: File, *, name: str, added_by: User | None) -> tuple[Track, bool]:
    """The track of an uploaded file, and whether it is new; its ingest is queued. A file that is there already changes
    nothing, but if its ingest had failed, that is tried again where it can help, and else told: UNREADABLE."""
    if not file.size:
        raise LibraryError(ErrorCode.EMPTY_FILE)
    return _tried_again(*add_file(paced(file.chunks()), name=name, added_by=added_by))


def add_unfinished(path: Path, *, name: str, added_by: User) -> tuple[Track, bool]:
    """The same of an upload that came in pieces, once all of it is there. Its owner's quota was reserved for it."""
    return _tried_again(*add_linked(path, name=name, added_by=added_by, reserved_bytes=path.stat().st_size))


def _tried_again(track: Track, created: bool) -> tuple[Track, bool]:
    if may_try_again(track):
        retry_ingest(track)
    if track.status == Track.Status.FAILED:
        raise LibraryError(ErrorCode.UNREADABLE, failure_reason(track))
    return track, created


def retry_ingest(track: Track) -> None:
    """Ingest the kept upload again. Nothing happens while an ingest is under way or waiting."""
    queue.enqueue(track)


@transaction.atomic
def edit_tags(track: Track, tags: Mapping[str, Any]) -> None:
    """Correct some of TAGS. Raises LibraryError(NO_SUCH_TRACK, BAD_TAGS)."""
    for name in TAGS:
        if name in tags:
            setattr(track, name, tags[name])
    hold_rows(Track.objects.filter(pk=track.pk), referred_to=True)
    if not Track.objects.filter(pk=track.pk).exists():  # somebody has just deleted it
        raise LibraryError(ErrorCode.NO_SUCH_TRACK)
    try:
        track.clean_fields(exclude=[field.name for field in Track._meta.fields if field.name not in tags])
    except ValidationError as error:
        raise LibraryError(ErrorCode.BAD_TAGS, " ".join(error.messages)) from error
    track.save(update_fields=[name for name in TAGS if name in tags])


def delete_track(track: Track) -> None:
    """Delete a track and its files, those that no other track shares. Rooms watch for it (`rooms.apps`)."""
    track_id = track.pk
    try:
        _delete(track)
    except IntegrityError:  # somebody queued it just after the queues were looked at (PostgreSQL)
        track.pk = track_id
        _delete(track)


@transaction.atomic
def _delete(track: Track) -> None:
    hold_rows(Track.objects.filter(pk=track.pk), referred_to=True)
    original, package, cover = track.original, track.package, track.cover
    track.delete()
    transaction.on_commit(lambda: _delete_files(original, package, cover))


def _delete_files(original: str, package: str, cover: str) -> None:
    """Those of a deleted track, but no package or cover that another track shares."""
    if original:
        store.remove(StoredName(original))
    if package and not Track.objects.filter(package=package).exists():
        store.remove(names.package(package))
    if cover and not Track.objects.filter(cover=cover).exists():
        covers.remove(cover)
