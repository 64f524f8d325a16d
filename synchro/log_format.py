"""How log lines look: in full for a file or a journal, short for a person at a terminal."""

import logging
import sys

_FULL = "{asctime} {levelname:<7} {name}: {message}"
_SHORT = "{asctime} {message}"


class ForAPerson(logging.Formatter):
    """Time and words. What is a warning or worse says so, and where it comes from."""

    def __init__(self) -> None:
        super().__init__(_SHORT, datefmt="%H:%M:%S", style="{")
        self._trouble = logging.Formatter("{asctime} {levelname} {name}: {message}", datefmt="%H:%M:%S", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return self._trouble.format(record) if record.levelno >= logging.WARNING else super().format(record)


def for_stderr() -> logging.Formatter:
    return ForAPerson() if sys.stderr.isatty() else logging.Formatter(_FULL, style="{")
