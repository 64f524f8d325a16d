"""What makes tracks of files: ffmpeg, and the worker."""

import subprocess
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from library.ingest import ffmpeg
from library.ingest.errors import IngestError
from library.models import IngestJob
from playback import clock
from synchro.doctor.findings import Finding, bad, doubtful, good

ANSWERS_WITHIN_S = 20
"""ffmpeg says its version in 50 ms; from a cold disk of a small machine it takes seconds."""


def ffmpeg_runs() -> Iterator[Finding]:
    remedy = _("Install ffmpeg, or set SYNCHRO_FFMPEG to where it is.")
    try:
        path = ffmpeg.executable()
        said = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=ANSWERS_WITHIN_S, check=True)
    except (IngestError, OSError, subprocess.SubprocessError) as error:
        yield bad(_("ffmpeg does not run: %(error)s") % {"error": error}, remedy)
        return
    version = said.stdout.removeprefix("ffmpeg version ").partition(" ")[0]
    yield good(_("ffmpeg %(version)s runs (%(path)s).") % {"version": version, "path": path})


def worker_works() -> Iterator[Finding]:
    """A job that waits is taken up within a second or so, unless there is no worker or it has another one in hand."""
    try:
        jobs = list(IngestJob.objects.values_list("lease_until_us", flat=True))
    except DatabaseError:
        return  # said by `storage`
    now_us = clock.now_us()
    running = sum(lease_until_us > now_us for lease_until_us in jobs)
    if jobs and not running:
        said = _("%(count)d files wait to become tracks, and nobody works on them.") % {"count": len(jobs)}
        if settings.INGEST_IN_PROCESS:
            yield doubtful(
                said, _("Start the site: it has the worker. If it runs, its log says why the worker does not.")
            )
        else:
            yield bad(said, _("Run beside the site: manage.py ingest. Or set SYNCHRO_INGEST=1."))
    else:
        yield good(_("No file waits in vain to become a track."))
