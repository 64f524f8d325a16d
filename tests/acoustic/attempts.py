"""Listening again: the machines that run these tests are shared, and where one of them stands still for a tenth of a
second that is heard. What is wrong with the player is heard every time."""

from collections.abc import Callable

import pytest

ATTEMPTS = 3


def hear(listen: Callable[[], list[str]]) -> None:
    """Listen until there is nothing to complain of; `listen` returns its complaints."""
    heard = []
    for _ in range(ATTEMPTS):
        complaints = listen()
        if not complaints:
            return
        print(*complaints, sep="\n")
        heard.append("; ".join(complaints))
    pytest.fail("\n".join(heard))
