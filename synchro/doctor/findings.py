"""What a check finds: how it stands, and what to do where it stands badly."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How much it matters. The value stands in front of the line."""

    GOOD = "ok"
    DOUBTFUL = "!"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """Words for people, in the language that is active."""

    level: Level
    what: str
    remedy: str = ""


Check = Callable[[], Iterator[Finding]]


def good(what: str) -> Finding:
    return Finding(Level.GOOD, what)


def doubtful(what: str, remedy: str) -> Finding:
    return Finding(Level.DOUBTFUL, what, remedy)


def bad(what: str, remedy: str) -> Finding:
    return Finding(Level.BAD, what, remedy)
