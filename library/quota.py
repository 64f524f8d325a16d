"""How much of the disk one person may fill: their uploads, and what was made of them."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import OuterRef, Subquery, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from library.errors import ErrorCode, LibraryError
from library.models import Rendition, ResumableUpload, Track
from synchro.locks.named import Lock, hold


def used_bytes(person: User) -> int:
    """Of the originals and renditions of the tracks that they added. One query."""
    renditions = Rendition.objects.order_by().filter(track=OuterRef("pk")).values("track")
    sums = Track.objects.filter(added_by=person).aggregate(
        originals=Sum("original_bytes"), made=Sum(Subquery(renditions.annotate(sum=Sum("total_bytes")).values("sum")))
    )
    return (sums["originals"] or 0) + (sums["made"] or 0)


def reserved_bytes(person: User) -> int:
    """For files of theirs that come in pieces, by what these are said to have in the end."""
    sums = ResumableUpload.objects.filter(owner=person, track=None).aggregate(bytes=Sum("size_bytes"))
    return sums["bytes"] or 0


def check(person: User | None, new_bytes: int, *, reserved: int = 0) -> None:
    """Whether they may add a file of that size, for which so much is `reserved`: asked in the transaction that adds it.
    Staff may always, and so may the server itself (`person` None). Raises LibraryError(QUOTA_FULL), with how much is
    used."""
    quota_bytes: int = settings.QUOTA_BYTES
    if not quota_bytes or person is None or person.is_staff:
        return
    hold(Lock.UPLOADS_OF_PERSON, person.pk)  # two uploads at once cannot both pass
    used = used_bytes(person) + reserved_bytes(person) - reserved
    if used + new_bytes > quota_bytes:
        said = _("You use %(used)s of the %(quota)s that one person may fill here, and this file has %(new)s.") % {
            "used": filesizeformat(used), "quota": filesizeformat(quota_bytes), "new": filesizeformat(new_bytes),
        }  # fmt: skip
        raise LibraryError(ErrorCode.QUOTA_FULL, said)
