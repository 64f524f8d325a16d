"""Which bodies are taken, and of whom: judged by a request's headers, before a byte of its body is read.

Trap: Twisted takes a body of any length from anybody before it calls the application.
"""

from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from twisted.web.http_headers import Headers

from library import services
from library.jobs.resumable import MAX_PIECE_BYTES
from synchro.accounts.api_auth import Token
from synchro.server import limits, refusal
from synchro.server.refusal import Refusal

UPLOAD_PATHS = frozenset(f"{settings.PATH}{path}".encode() for path in ("library/upload/", "api/v1/tracks"))
"""Where files are taken, by POST as multipart/form-data. Every other body is a piece's, a form's or a command's."""

PIECES_PATH = f"{settings.PATH}library/uploads/".encode()
"""Below it files are taken in pieces, each the body of a PATCH, or of a POST that stands for one."""

PIECE_TYPE = b"application/offset+octet-stream"

_PATHS_WITH_TOKENS = (settings.API_PATH, PIECES_PATH.decode())
_token = Token()


@dataclass(frozen=True, slots=True)
class Terms:
    """How much of a body is taken. `by_uploaders_only`: of somebody who may upload (`upload_refusal`)."""

    max_bytes: int
    too_large: Refusal
    by_uploaders_only: bool


def terms(method: bytes, path: bytes, headers: Headers, length: int | None) -> Terms:
    """For a body of `length`; None: it says no length, and comes in chunks. `path` without the query."""
    if headers.hasHeader(b"Upgrade"):
        return Terms(0, refusal.TOO_LARGE, False)  # daphne hands a handshake's body to the socket, whole
    kind: bytes = headers.getRawHeaders(b"Content-Type", [b""])[0].strip().lower()
    is_long = length is None or length > limits.CHECKED_UPLOAD_BYTES
    if method == b"POST" and path in UPLOAD_PATHS and kind.startswith(b"multipart/form-data"):
        return Terms(settings.MAX_UPLOAD_BYTES + limits.BODY_SLACK_BYTES, refusal.FILE_TOO_LARGE, is_long)
    if method in {b"PATCH", b"POST"} and path.startswith(PIECES_PATH) and kind == PIECE_TYPE:
        return Terms(MAX_PIECE_BYTES, refusal.TOO_LARGE, is_long)
    return Terms(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + limits.BODY_SLACK_BYTES, refusal.TOO_LARGE, False)


def upload_refusal(request: HttpRequest) -> Refusal | None:
    """Why the sender may not upload, by the rules of the views behind these paths. Reads the database."""
    user = _sender(request)
    if services.may_upload(user):
        return None
    return refusal.NOT_ALLOWED if user.is_authenticated else refusal.NOT_SIGNED_IN


def _sender(request: HttpRequest) -> User | AnonymousUser:
    if request.path.startswith(_PATHS_WITH_TOKENS) and isinstance(user := _token(request), User):
        return user
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    found: User | AnonymousUser = get_user(request)
    return found
