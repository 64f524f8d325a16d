"""Where every password is checked: whatever asks Django to authenticate somebody comes by here."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from synchro.accounts.log_in_limits import attempt_log_in
from synchro.limits.rates import give_back_all


class LimitedBackend(ModelBackend):
    """Refuses before the database or a hash is touched, whether or not there is such an account. Raises
    TooManyRequests."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if username is None or password is None:
            return None
        charges = attempt_log_in(request, username)
        wrong = False
        try:
            user = super().authenticate(request, username, password, **kwargs)
            wrong = user is None
            return user
        finally:
            if not wrong:  # a failure of the server's own is nobody's wrong password either
                give_back_all(charges)

    async def aauthenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)
