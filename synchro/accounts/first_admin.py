"""The first administrator: whoever can read the server's log may become it, once.

While nobody administers the site, a set-up token lies in DATA_DIR/setup-token and stands in the log, in the link that
the site prints when it listens. There is never a
default password, and a stranger who finds the page first cannot use it. The token ends with the first administrator,
whether made by it, by `manage.py createsuperuser` or in a shell.
"""

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver


def _token_file() -> Path:
    return Path(settings.DATA_DIR) / "setup-token"


class AlreadyAdministered(Exception):
    """There is an administrator, so nobody else becomes one by the token."""


def is_offered() -> bool:
    """Whether a set-up token waits to be used. One look at the file system."""
    return _token_file().exists()


def is_administered() -> bool:
    return get_user_model().objects.filter(is_superuser=True, is_active=True).exists()


def offer() -> None:
    """At the start of the server: keep a token while there is no administrator; else remove it. Reads the database."""
    if is_administered():
        withdraw()
    else:
        _kept_token()


def offered_token() -> str | None:
    """The token that makes the first administrator; None if there is one."""
    try:
        return _token_file().read_text()
    except FileNotFoundError:
        return None


def _kept_token() -> str:
    """The token, made on first use. Several processes may start at once: exactly one of them writes it."""
    path = _token_file()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        draft.write_text(secrets.token_urlsafe(16))
        path.hardlink_to(draft)  # fails if another was first; a reader never sees half a token
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()


def is_right(token: str) -> bool:
    """Whether `token` is the one in the log, compared in constant time."""
    kept = offered_token()
    return kept is not None and secrets.compare_digest(token.strip().encode(), kept.encode())


def withdraw() -> None:
    """Once an administrator exists: the token is worth nothing any more."""
    _token_file().unlink(missing_ok=True)


@receiver(post_save, sender=User)
def _end_with_the_first(sender: type[User], instance: User, **more: Any) -> None:
    if instance.is_superuser and instance.is_active:
        transaction.on_commit(withdraw)
