"""The first administrator: whoever can read the server's log may become it, once.

While nobody administers the site, a set-up token lies in DATA_DIR/setup-token and stands in the log. There is never a
default password, and a stranger who finds the page first cannot use it.
"""

import logging
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model

log = logging.getLogger(__name__)


def _token_file() -> Path:
    return Path(settings.DATA_DIR) / "setup-token"


def is_offered() -> bool:
    """Whether a set-up token waits to be used. One look at the file system."""
    return _token_file().exists()


def announce() -> None:
    """At the start of the server: keep the token and log it while there is no administrator; else remove it.
    Reads the database."""
    if get_user_model().objects.filter(is_superuser=True, is_active=True).exists():
        withdraw()
        return
    log.warning(
        "Nobody administers this Synchro yet. Open /accounts/first-administrator/ and enter this set-up token: %s",
        _kept_token(),
    )


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
    try:
        kept = _token_file().read_text()
    except FileNotFoundError:
        return False
    return secrets.compare_digest(token.strip().encode(), kept.encode())


def withdraw() -> None:
    """Once an administrator exists: the token is worth nothing any more."""
    _token_file().unlink(missing_ok=True)
