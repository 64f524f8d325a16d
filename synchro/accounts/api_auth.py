"""Who calls the JSON API: a script with a token, a signed-in page, or, where reading is free, anybody."""

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from ninja.security import HttpBearer, django_auth

from synchro.accounts.tokens import user_for


class Token(HttpBearer):
    """`Authorization: Bearer <token>`, as made on the account page or by `manage.py create_api_token`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        return user_for(token)


def _anybody(request: HttpRequest) -> AnonymousUser:
    return AnonymousUser()


SIGNED_IN = [Token(), django_auth]
ANYBODY = [*SIGNED_IN, _anybody]
ANYBODY_DOCUMENTED: dict[str, Any] = {"security": [{}, {"Token": []}, {"SessionAuth": []}]}
"""`openapi_extra` of what ANYBODY may read: ninja's document knows no "or nothing"."""
