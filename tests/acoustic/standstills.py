"""usage: python -m tests.acoustic.standstills CPU

Notices when the machine stands still: a shared one is now and then not given its processors, for tenths of a second,
and then every player stumbles. One process a processor looks at the clock all the time, before all others.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.acoustic.speakers import MAY_HAVE_PRIORITY
from tests.serving import ROOT

_LOOK_EVERY_S = 0.005
_NOTICED_S = 0.012
"""No process of the highest priority waits for so long while its processor runs."""
_LATE_MS = 50.0
"""From here on players are late, too."""
_PRIORITY = 20
"""Above all of the rig and its browsers (3 to 5)."""


class Standstills:
    """Those from entry to exit."""

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            folder = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix="synchro-still-")))
            self._files = []
            self.watchers = []
            for cpu in sorted(os.sched_getaffinity(0)):
                file = folder / str(cpu)
                with file.open("wb") as out:
                    command = [sys.executable, "-m", "tests.acoustic.standstills", str(cpu)]
                    watcher = starting.enter_context(subprocess.Popen(command, stdout=out, cwd=ROOT))
                starting.callback(watcher.terminate)
                self._files.append(file)
                self.watchers.append(watcher)
            self._stack = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def since(self, from_s: float, least_ms: float = _LATE_MS) -> list[tuple[float, float]]:
        """When each began that ended after `from_s`, on the monotonic clock, and how long it was, in ms."""
        lines = [line for file in self._files for line in file.read_text().splitlines()]
        found = [(float(began), float(ended)) for began, ended in (line.split() for line in lines)]
        each = sorted((began, 1000 * (ended - began)) for began, ended in found if ended > from_s)
        return [(began, length_ms) for began, length_ms in each if length_ms >= least_ms]


def watch(cpu: int) -> None:
    """Print from when to when the processor stood still, until the one who asked is gone."""
    os.sched_setaffinity(0, {cpu})
    if MAY_HAVE_PRIORITY:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_PRIORITY))
    parent, last_s = os.getppid(), time.monotonic()
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
        now_s = time.monotonic()
        if now_s - last_s > _NOTICED_S:
            print(f"{last_s:.3f} {now_s:.3f}", flush=True)
        last_s = now_s


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked hears it, too, and ends this
    watch(int(sys.argv[1]))
