"""The computer's clock."""

from collections.abc import Iterator

from django.db import DatabaseError
from django.utils.translation import gettext as _

from library.durations import as_duration
from playback import clock
from rooms.selectors import latest_us
from synchro.doctor.findings import Finding, doubtful, good


def clock_goes_on() -> Iterator[Finding]:
    """Rooms go on where they were in any case; but what they note has the clock's date."""
    try:
        behind_us = latest_us() - clock.now_us()
    except DatabaseError:
        return  # said by `storage`
    if behind_us > clock.PLANNED_US:
        said = _("This computer's clock is %(time)s behind what the site last wrote.")
        said %= {"time": as_duration(behind_us / 1_000_000)}
        yield doubtful(said, _("Set the clock, let it follow a time server, and start the computer again."))
    else:
        yield good(_("The clock is not behind what the site last wrote."))
