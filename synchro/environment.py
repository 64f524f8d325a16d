"""Strict reading of the settings that come from the environment: a wrong value stops the start, it is never guessed."""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """`NAME`, or the content of the file that `NAME_FILE` names (for secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, default)


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")


def number(name: str, default: int, *, low: int, high: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdecimal() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low} to {high}, not {value!r}")
    return int(value)


def choice(name: str, default: str, *others: str) -> str:
    value = os.environ.get(name, default)
    if value not in (allowed := (default, *others)):
        raise ImproperlyConfigured(f"{name} must be {' or '.join(allowed)}, not {value!r}")
    return value


def word(name: str, default: str) -> str:
    value = os.environ.get(name, default)
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", value):
        raise ImproperlyConfigured(f"{name} must be 1 to 40 letters, digits, dots or hyphens, not {value!r}")
    return value


def address(name: str, *schemes: str) -> str:
    """An address with one of these schemes, or nothing. It may hold a password, so nobody is shown it."""
    value = text(name)
    if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(f"{name} must be an address that begins with {'://, '.join(schemes)}://")
    return value


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")


def path(name: str, *, taken: frozenset[str]) -> str:
    """The path of addresses, with a slash at either end: "/", or "/music/" of `/music`. `taken`: names that it cannot
    begin with."""
    value = text(name)
    if not _PATH.fullmatch(value):
        raise ImproperlyConfigured(f"{name} must be like /music, not {value!r}")
    whole = value.rstrip("/") + "/"
    if (first := whole.split("/")[1]) in taken:
        raise ImproperlyConfigured(f"{name} must be another name than /{first}, which the site has itself")
    return whole


_ORIGIN = re.compile(r"https?://(?:\*\.)?(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d+)?", re.ASCII)


def origins(name: str) -> list[str]:
    """Schemes with hosts and ports, as browsers write them."""
    found = words(name)
    for one in found:
        if not _ORIGIN.fullmatch(one):
            raise ImproperlyConfigured(
                f"{name} must be addresses like https://music.example.org, without a path and a slash at the end,"
                f" not {one!r}"
            )
    return found
