"""Uploads that come in pieces and survive a cut: what is begun, gone on with, taken in, and forgotten.

An upload is a row, whose id nobody can guess, and a file beside it (`storage.unfinished`). The file's length is the
offset. Once all of it is there, it goes the way of every upload, and the row keeps what came of it: whoever lost the
last answer asks again. A file that is refused for good is forgotten at once.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from library import quota, services
from library.errors import ErrorCode, LibraryError
from library.ingest.no_sound import SNIFFED_BYTES, is_plainly_no_sound
from library.models import ResumableUpload
from library.storage import unfinished
from synchro.locks.named import Lock, hold

log = logging.getLogger(__name__)

MAX_PIECE_BYTES = 8 * 1024 * 1024
"""Below what any proxy refuses (a tunnel: 100 MB), and all that a cut can cost: 7 s at 10 Mbit/s."""

KEEP_US = 24 * 3600 * 1_000_000
"""From the last piece on. Who was cut off in the evening goes on the next one's afternoon."""

MAX_UNFINISHED = 20
"""Of one account. A page sends two at a time; the rest were left by pages that were closed, in a day."""

MAX_UNFINISHED_LARGEST = 4
"""Of one account, stated bytes in largest files: two that are sent, and two that were cut off."""


_FOR_GOOD = frozenset({ErrorCode.NOT_AUDIO, ErrorCode.UNREADABLE})
"""No track will come of such a file, however often it is asked for: there is nothing to go on with."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    upload: ResumableUpload
    stored_bytes: int

    @property
    def percent(self) -> int:
        return 100 * self.stored_bytes // self.upload.size_bytes


def begin(owner: User, *, name: str, metadata: str, size_bytes: int, now_us: int) -> ResumableUpload:
    """`metadata` is kept as it came. Nothing is left if the caller's transaction is rolled back, but an empty file."""
    if not size_bytes:
        raise LibraryError(ErrorCode.EMPTY_FILE)
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        raise LibraryError(ErrorCode.TOO_LARGE)
    _forget(ResumableUpload.objects.filter(owner=owner, last_at_us__lt=now_us - KEEP_US))
    with transaction.atomic():
        hold(Lock.UPLOADS_OF_PERSON, owner.pk)  # two that begin at once cannot both be the last
        others = ResumableUpload.objects.filter(owner=owner, track=None).values_list("size_bytes", flat=True)
        if len(others) >= MAX_UNFINISHED or sum(others) + size_bytes > _max_unfinished_bytes():
            raise LibraryError(ErrorCode.TOO_MANY_UNFINISHED)
        quota.check(owner, size_bytes)
        upload = ResumableUpload.objects.create(
            owner=owner, name=name, metadata=metadata, size_bytes=size_bytes, last_at_us=now_us
        )
        unfinished.make(upload.pk.hex)
    return upload


def _max_unfinished_bytes() -> int:
    return MAX_UNFINISHED_LARGEST * int(settings.MAX_UPLOAD_BYTES)


def find(owner: User, upload_id: UUID, now_us: int) -> ResumableUpload:
    """Of nobody else. Raises LibraryError(NO_SUCH_UPLOAD), also where it has expired."""
    found = ResumableUpload.objects.filter(pk=upload_id, owner=owner, last_at_us__gte=now_us - KEEP_US)
    if (upload := found.select_related("track").first()) is None:
        raise LibraryError(ErrorCode.NO_SUCH_UPLOAD)
    return upload


def stored_bytes(upload: ResumableUpload) -> int:
    """The offset."""
    if upload.track:
        return upload.size_bytes
    try:
        return unfinished.stored_bytes(upload.pk.hex)
    except FileNotFoundError as error:
        raise LibraryError(ErrorCode.NO_SUCH_UPLOAD) from error


def append(upload: ResumableUpload, piece: unfinished.Source, *, offset: int, piece_bytes: int, now_us: int) -> int:
    """The new offset. Refuses a piece that does not begin where the last one ended, or that is too long, and a file
    that is plainly no sound as soon as its beginning is there: nobody sends a long film to the end for that."""
    if upload.track:
        _check_piece(upload, upload.size_bytes, offset, piece_bytes)
        return upload.size_bytes
    with _held(upload) as file, _ended_if_refused(upload):
        stored = unfinished.stored_bytes(upload.pk.hex)
        _check_piece(upload, stored, offset, piece_bytes)
        unfinished.append(file, piece)
        beginning = min(SNIFFED_BYTES, upload.size_bytes)
        if stored < beginning <= unfinished.stored_bytes(upload.pk.hex):
            file.seek(0)
            if is_plainly_no_sound(file.read(SNIFFED_BYTES)):
                raise LibraryError(ErrorCode.NOT_AUDIO)
    ResumableUpload.objects.filter(pk=upload.pk).update(last_at_us=now_us)
    upload.last_at_us = now_us
    return unfinished.stored_bytes(upload.pk.hex)


def _check_piece(upload: ResumableUpload, stored: int, offset: int, piece_bytes: int) -> None:
    if offset != stored:
        raise LibraryError(ErrorCode.WRONG_OFFSET)
    if piece_bytes > min(MAX_PIECE_BYTES, upload.size_bytes - stored):
        raise LibraryError(ErrorCode.TOO_LARGE, _("A piece may have 8 MB, and no more than is missing of its file."))


def take(upload: ResumableUpload) -> ResumableUpload:
    """The upload with its track, once all of it is there. Asked again, it says the same."""
    if upload.track:
        return upload
    with _held(upload), _ended_if_refused(upload):
        upload.refresh_from_db()
        if upload.track:
            return upload
        if unfinished.stored_bytes(upload.pk.hex) < upload.size_bytes:
            raise LibraryError(ErrorCode.UNFINISHED)
        path = unfinished.path_of(upload.pk.hex)
        upload.track, upload.is_new = services.add_unfinished(path, name=upload.name, added_by=upload.owner)
        upload.save(update_fields=["track", "is_new"])
        unfinished.remove(upload.pk.hex)
    return upload


def end(upload: ResumableUpload) -> None:
    """Its sender gives it up. A track that came of it stays."""
    if not upload.track:
        with _held(upload):
            unfinished.remove(upload.pk.hex)
    upload.delete()


@contextmanager
def _held(upload: ResumableUpload) -> Iterator[FileIO]:
    """Its file, while nobody else works on it."""
    try:
        with unfinished.held(upload.pk.hex) as file:
            yield file
    except FileNotFoundError as error:
        raise LibraryError(ErrorCode.NO_SUCH_UPLOAD) from error
    except BlockingIOError as error:
        raise LibraryError(ErrorCode.UPLOAD_BUSY) from error


@contextmanager
def _ended_if_refused(upload: ResumableUpload) -> Iterator[None]:
    try:
        yield
    except LibraryError as error:
        if error.code in _FOR_GOOD:
            unfinished.remove(upload.pk.hex)
            upload.delete()
        raise


def unfinished_of(owner: User, now_us: int) -> list[Unfinished]:
    """What its owner may go on with, the latest first."""
    found = []
    for upload in ResumableUpload.objects.filter(owner=owner, track=None, last_at_us__gte=now_us - KEEP_US):
        try:
            found.append(Unfinished(upload, stored_bytes(upload)))
        except LibraryError:
            continue  # it has just ended
    return found


def sweep(now_us: int) -> None:
    """Forgets what nobody went on with, and removes files that no row names: a kill came between the two."""
    _forget(ResumableUpload.objects.filter(last_at_us__lt=now_us - KEEP_US))
    left = unfinished.names_before(now_us - KEEP_US)
    known = {pk.hex for pk in ResumableUpload.objects.values_list("pk", flat=True)} if left else set()
    for name in left:
        if name not in known:
            unfinished.remove(name)


def _forget(uploads: QuerySet[ResumableUpload]) -> None:
    for upload in uploads:
        try:
            end(upload)
        except LibraryError as error:
            if error.code == ErrorCode.NO_SUCH_UPLOAD:
                upload.delete()  # its file has gone already; one that is busy is for the next time
        else:
            if not upload.track:
                log.info("The upload of %s was not gone on with; it was removed", upload.name)
