"""How much one account may upload. Whatever was sent counts, also what the library had already: it was received and
read."""

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from library.errors import ErrorCode, LibraryError
from synchro.limits.rates import DAY_S, HOUR_S, Limit, Refusal, give_back, spend

FILES_OF_ACCOUNT = Limit("uploads_of_account", 500, HOUR_S, _("You have uploaded too many files."))
"""Someone who moves in with forty albums is done within the hour. Each file is work for the one ingest worker, which
everybody else's waits behind."""


def _bytes_of_account() -> Limit:
    """A few of the largest files a day, or some sixty albums without loss. The disk is everybody's."""
    return Limit(
        "upload_bytes_of_account", settings.MAX_UPLOAD_BYTES_PER_DAY, DAY_S, _("You have uploaded too much."),
        grows=False,
    )  # fmt: skip


def count_upload(user: User, size_bytes: int) -> None:
    """Before a file is taken. The staff, who look after the library, are not counted. Raises LibraryError."""
    if user.is_staff:
        return
    key, bytes_per_day = str(user.pk), settings.MAX_UPLOAD_BYTES_PER_DAY
    if bytes_per_day and size_bytes > bytes_per_day:
        raise LibraryError(ErrorCode.TOO_LARGE)  # no waiting helps
    if refusal := spend(FILES_OF_ACCOUNT, key):
        raise _refused(refusal)
    if bytes_per_day and (refusal := spend(_bytes_of_account(), key, amount=size_bytes)):
        give_back(FILES_OF_ACCOUNT, key)
        raise _refused(refusal)


def _refused(refusal: Refusal) -> LibraryError:
    return LibraryError(ErrorCode.TOO_MANY_REQUESTS, refusal.message, wait_s=refusal.wait_s)
