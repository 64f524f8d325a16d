"""Who is asking: a signed-in user, or a guest known by a key in a signed cookie."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse

GUEST_COOKIE = "synchro_guest"
GUEST_COOKIE_AGE_S = 60 * 60 * 24 * 365  # a guest who comes back next month is still the host of their room
_SALT = "rooms.guest"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who can be told from others: exactly one of `user_id` and `guest_key` is set. Nobody is None, never an
    empty one of these, by which every row without a guest key could be found."""

    user_id: int | None
    guest_key: str
    display_name: str
    is_staff: bool = False

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.guest_key == ""):
            raise ValueError("an identity is a user or a guest")

    @property
    def columns(self) -> dict[str, object]:
        """The values of `Member`'s columns that tell this person from everybody else."""
        return {"user_id": self.user_id, "guest_key": self.guest_key}

    @property
    def key(self) -> str:
        """Names the person across their devices' connections."""
        return f"user-{self.user_id}" if self.user_id else f"guest-{self.guest_key}"


def of_user(user: AbstractBaseUser | AnonymousUser) -> Identity:
    """The identity of a signed-in user."""
    assert user.pk is not None
    name = getattr(user, "first_name", "") or user.get_username()
    return Identity(user.pk, "", name, bool(getattr(user, "is_staff", False)))


def identify(request: HttpRequest) -> Identity:
    """The person behind a request. A guest without a cookie gets a new key; `remember` sends it to the browser."""
    if request.user.is_authenticated:
        return of_user(request.user)
    key: str | None = getattr(request, "guest_key", None) or _guest_key(request.COOKIES.get(GUEST_COOKIE))
    if key is None:
        key = request.guest_key = secrets.token_hex(16)  # type: ignore[attr-defined]  # kept for remember()
    return Identity(None, key, "")


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Send a new guest's key along with `response`."""
    if key := getattr(request, "guest_key", None):
        response.set_cookie(
            GUEST_COOKIE, signing.Signer(salt=_SALT).sign(key), max_age=GUEST_COOKIE_AGE_S,
            httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip


def identify_cookies(cookies: Mapping[str, str]) -> Identity | None:
    """The person behind a socket, from its handshake's cookies, or None. Reads the database, at each call anew: who was
    signed out, deactivated or demoted since the last one is not who they were."""
    if session_key := cookies.get(settings.SESSION_COOKIE_NAME):
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
        user = get_user(request)
        if not isinstance(user, AnonymousUser):
            return of_user(user)
    key = _guest_key(cookies.get(GUEST_COOKIE))
    return Identity(None, key, "") if key else None


def _guest_key(signed: str | None) -> str | None:
    try:
        return signing.Signer(salt=_SALT).unsign(signed) if signed else None
    except signing.BadSignature:
        return None
