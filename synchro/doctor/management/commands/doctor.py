"""`manage.py doctor`: everything that somebody who runs a site gets wrong, each with what to do about it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from synchro.doctor import contradictions, music, reach, storage, time
from synchro.doctor.findings import Check, Finding, Level

CHECKS: tuple[Check, ...] = (
    storage.owner,
    storage.migrated,
    storage.writable,
    storage.free_space,
    music.ffmpeg_runs,
    music.worker_works,
    time.clock_goes_on,
    contradictions.settings_agree,
    reach.public_address_answers,
)


class Command(BaseCommand):
    help = "Look at everything that a site needs, and say in words what is wrong. The status is 1 if something is."
    requires_system_checks: list[str] = []  # what they find, this finds too, in words

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--language", default="en", help="en or zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            found = [finding for check in CHECKS for finding in check()]
            for finding in found:
                self.stdout.write(line(finding))
        if any(finding.level is Level.BAD for finding in found):
            sys.exit(1)


def line(finding: Finding) -> str:
    remedy = f"\n     {finding.remedy}" if finding.remedy else ""
    return f"{finding.level.value:>3}  {finding.what}{remedy}"
