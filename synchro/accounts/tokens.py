"""API tokens: making one, and finding whose one is."""

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.contrib.auth.models import User
from django.db import transaction

from playback import clock
from synchro.accounts.models import ApiToken
from synchro.locks.named import Lock, hold

PREFIX = "syn_"
"""By which people, and scanners for leaked secrets, know what it is."""

TOKEN_BYTES = 32
"""256 random bits: nobody guesses it, so a plain fast digest is enough to keep it by."""

MAX_TOKENS = 50
"""Of one user: one for each device and script there is, and a bound for the page that lists them."""

USE_NOTED_EVERY = timedelta(minutes=1)
"""A script that calls ten times a second shall not write ten times a second."""


class TooManyTokens(Exception):
    """The user has MAX_TOKENS already."""


@transaction.atomic
def create_token(user: User, name: str) -> str:
    """A new token, to be shown to its user this once. Raises TooManyTokens."""
    hold(Lock.TOKENS_OF_PERSON, user.pk)
    if user.api_tokens.count() >= MAX_TOKENS:
        raise TooManyTokens
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    ApiToken.objects.create(user=user, name=name, digest=_digest(token), prefix=token[: len(PREFIX) + 6])
    return token


def user_for(token: str) -> User | None:
    """The active user whose token this is, or None."""
    # looked up by digest: how long that takes says nothing about the token itself
    row = ApiToken.objects.select_related("user").filter(digest=_digest(token), user__is_active=True).first()
    if row is None:
        return None
    _note_use(row, datetime.fromtimestamp(clock.now_us() / 1e6, UTC))
    return row.user


def _note_use(row: ApiToken, at: datetime) -> None:
    if row.last_used_at is None or at - row.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=at)


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
