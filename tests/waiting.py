"""Waiting for another process: until a condition holds, or until a deadline, with the reason in the failure."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

POLL_S = 0.02


def until(condition: Callable[[], Result | None], deadline_s: float, what: str) -> Result:
    """What `condition` returns, once that is truthy. Fails after `deadline_s`, naming `what` did not come."""
    end = time.monotonic() + deadline_s
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {deadline_s} s")
        time.sleep(POLL_S)
    return result
