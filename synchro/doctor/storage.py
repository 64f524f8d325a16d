"""The data folder, the disk and the database."""

import os
import pwd
import shutil
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from synchro.doctor.findings import Finding, bad, doubtful, good
from synchro.readiness import readiness

UPLOADS_IN_FREE_SPACE = 3
"""While one comes in: the body, the file in it, and the original (docs/operations.md)."""


def migrated() -> Iterator[Finding]:
    """Whether the database is there, and of this version."""
    try:
        executor = MigrationExecutor(connection)
        undone = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        remedy = _("Look at SYNCHRO_DATABASE, and who may read and write what it names.")
        yield bad(_("The database does not answer: %(error)s") % {"error": error}, remedy)
        return
    if undone:
        said = _("The database is of an older version: %(count)d changes are missing.") % {"count": len(undone)}
        yield bad(said, _("Run: manage.py migrate"))
    else:
        yield good(_("The database answers, and is of this version."))


def writable() -> Iterator[Finding]:
    """Whether what every command needs can be done, as `/readyz` tries it."""
    if outage := readiness.outage():
        remedy = _("Look at SYNCHRO_DATA (%(folder)s) and SYNCHRO_DATABASE: their disk, their owner and their rights.")
        yield bad(str(outage.label), remedy % {"folder": settings.DATA_DIR})
    else:
        yield good(_("The data folder and the database can be written."))


def owner() -> Iterator[Finding]:
    """What is found holds for who runs this; the site runs as the folder's owner, as a rule."""
    owner, here = settings.DATA_DIR.stat().st_uid, os.geteuid()
    if owner != here:
        said = _("The data folder belongs to %(owner)s, and you are %(here)s: what is said here holds for you.")
        remedy = _("Run it as the site does: sudo -u %(owner)s manage.py doctor, with the site's settings.")
        names = {"owner": _name(owner), "here": _name(here)}
        yield doubtful(said % names, remedy % names)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # of another machine, or of a container
        return str(uid)


def free_space() -> Iterator[Finding]:
    free_bytes = shutil.disk_usage(settings.DATA_DIR).free
    said = _("%(free)s are free for music, in %(folder)s.")
    said %= {"free": filesizeformat(free_bytes), "folder": settings.DATA_DIR}
    if free_bytes < UPLOADS_IN_FREE_SPACE * settings.MAX_UPLOAD_BYTES:
        needed = filesizeformat(UPLOADS_IN_FREE_SPACE * settings.MAX_UPLOAD_BYTES)
        remedy = _("The largest upload needs %(needed)s while it comes in. Make room, or lower SYNCHRO_MAX_UPLOAD_MB.")
        yield doubtful(said, remedy % {"needed": needed})
    else:
        yield good(said)
