"""Give a fresh site something to hear: the demo music, and a public room that plays it."""

import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from library.demo import tracks as music
from library.jobs.worker import IDLE_S, working
from playback import clock
from rooms import demo


class Command(BaseCommand):
    help = (
        "Ask for the demo music and open a public room for it, once; a second run changes nothing. The site's ingest "
        "worker makes the music while the site is served."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")
        parser.add_argument("--wait", action="store_true", help="make it here and now, and end when the room is full")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["migrate"]:  # in one process: a process takes a second to load the site
            try:
                call_command("migrate", verbosity=0, skip_checks=True)
            except OperationalError as error:
                raise CommandError(f"The database cannot be used: {error}") from error
        demo.ask_for()
        if options["wait"]:
            with working() as worker:
                watcher = threading.Event()
                while demo.fill(clock.now_us()):
                    if not (worker.run_next() or music.make_next()):
                        watcher.wait(IDLE_S)  # another worker is at it
