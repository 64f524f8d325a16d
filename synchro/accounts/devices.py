"""Browsers in which somebody has logged in before: OWASP's "device cookies".

Each successful log-in, by whatever door, leaves a signed cookie with a random device id and the accounts that logged in
there. It grants nothing: it says against which allowance a wrong password counts.
"""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from synchro.accounts.names import folded

COOKIE = "synchro_device"
COOKIE_AGE_S = 60 * 60 * 24 * 365  # renewed by each log-in; who has not logged in for a year is new

MAX_ACCOUNTS = 5
"""Of one browser, the last to log in: a family at one computer, and a short cookie."""

_SALT = "accounts.device"


def known_device(request: HttpRequest | None, name: str) -> str | None:
    """The id of the browser, if the account of this folded name has logged in there."""
    device, accounts = _read(request)
    return device if _mark(name) in accounts else None


class KnownDeviceMiddleware:
    """Sends the cookie along with the answer to a successful log-in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if name := getattr(request, "logged_in_name", None):
            device, accounts = _read(request)
            mark = _mark(name)
            accounts = [mark, *(other for other in accounts if other != mark)][:MAX_ACCOUNTS]
            response.set_cookie(
                COOKIE, signing.dumps([device or secrets.token_hex(16), accounts], salt=_SALT), max_age=COOKIE_AGE_S,
                httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response


@receiver(user_logged_in)
def _note_log_in(sender: type[User], request: HttpRequest, user: User, **more: Any) -> None:
    request.logged_in_name = folded(user.get_username())  # type: ignore[attr-defined]  # for the middleware


def _read(request: HttpRequest | None) -> tuple[str, list[str]]:
    """Device id and the marks of its accounts; of a browser without a valid cookie, nothing."""
    if request is None or COOKIE not in request.COOKIES:
        return "", []
    try:
        device, accounts = signing.loads(request.COOKIES[COOKIE], salt=_SALT, max_age=COOKIE_AGE_S)
    except signing.BadSignature:
        return "", []
    return device, accounts


def _mark(name: str) -> str:
    """Stands for an account in the cookie: who sits at the computer need not learn who else does."""
    return salted_hmac(_SALT, name, algorithm="sha256").hexdigest()[:16]
