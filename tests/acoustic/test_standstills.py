"""That a machine which stands still is noticed, and how long it did."""

import os
import signal
import time

from tests.acoustic.standstills import Standstills
from tests.waiting import until


def test_a_processor_that_is_taken_away_is_told_with_its_time() -> None:
    with Standstills() as machine:
        until(lambda: told_as_it_is_taken(machine), 15, "it is told")


def told_as_it_is_taken(machine: Standstills) -> bool:
    """At first the watcher may not watch yet."""
    pid, began_s = machine.watchers[0].pid, time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    until(lambda: time.monotonic() - began_s > 0.2, 5, "a fifth of a second has passed")
    os.kill(pid, signal.SIGCONT)
    ended_s = time.monotonic()
    told = [(at_s, length_ms) for at_s, length_ms in machine.since(began_s) if length_ms > 190]
    return any(at_s <= began_s + 0.05 and length_ms < 1000 * (ended_s - began_s) + 100 for at_s, length_ms in told)
