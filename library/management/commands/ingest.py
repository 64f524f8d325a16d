"""`manage.py ingest`: the worker that makes uploads playable."""

import os
import signal
import sys
import threading
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from library.demo import tracks as demo
from library.jobs.worker import wait_for_database, working
from synchro.shared.common_time import common_time


class Command(BaseCommand):
    help = "Makes uploaded files playable, one at a time, and the demo music if it was asked for, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drain", action="store_true", help="end when nothing is waiting any more")
        parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _leave)
        if options["with_parent"]:
            threading.Thread(target=_leave_with_parent, daemon=True).start()
        if shared := common_time():  # leases are instants, and other workers may be on other hosts
            shared.begin()
        try:
            if not options["drain"]:
                wait_for_database()
            with working() as worker:
                if options["drain"]:
                    self.stdout.write(f"{worker.drain()} done")
                else:
                    worker.run_until(threading.Event(), meanwhile=demo.make_next)
        except KeyboardInterrupt:
            pass


def _leave(signal_number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + signal_number)


def _leave_with_parent() -> None:
    # past Python's reader, whose lock this thread would hold at the interpreter's end
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)  # so that the main thread gives its job back
