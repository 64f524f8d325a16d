"""Several people who do something at the very same time, each in a thread and a transaction of their own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

DEADLINE_S = 60


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each returns or raises, in their order."""
    ready = threading.Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            ready.wait(DEADLINE_S)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as people:
        return [done.result(DEADLINE_S) for done in [people.submit(one, call) for call in calls]]


def errors(results: Sequence[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]
