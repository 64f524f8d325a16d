"""Uploads in pieces, for the page's script and for others: tus 1.0.0 (https://tus.io/protocols/resumable-upload) with
its extensions creation, termination and expiration.

A PATCH whose piece is the last one takes the file in, and so does a POST to the upload's address, which answers as the
plain upload does, as often as it is asked: tus has no place for what became of a file.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from library import services
from library.errors import ErrorCode, LibraryError
from library.jobs import resumable
from library.models import ResumableUpload
from library.web.problems import problem
from library.web.upload import taken
from library.web.upload_allowance import count_upload
from playback import clock
from synchro.accounts.api_auth import Token

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration"
PIECE_TYPE = "application/offset+octet-stream"
MAX_METADATA_LENGTH = 2000
"""A file name of 300 characters in Base64, in any script, and as much again for what is only handed back."""

Action = Callable[..., HttpResponse]

_token = Token()
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


@csrf_exempt  # for scripts with a token; sessions are protected by `_answer`
def uploads(request: HttpRequest) -> HttpResponse:
    """POST begins an upload of `Upload-Length` bytes; `Upload-Metadata` has a `filename`."""
    return _answer(request, {"POST": _begin})


@csrf_exempt
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """One upload of one's own. HEAD tells the offset, PATCH brings a piece, DELETE ends it; POST: see above."""
    return _answer(request, {"HEAD": _tell, "PATCH": _append, "POST": _take, "DELETE": _end}, upload_id)


def _answer(request: HttpRequest, actions: dict[str, Action], *arguments: UUID) -> HttpResponse:
    method = str(request.method)
    if method == "POST":  # of a GET it would pass by the protection of sessions
        method = request.headers.get("X-HTTP-Method-Override", method).upper()
    if method == "OPTIONS":
        response = HttpResponse(status=204, headers=_abilities())
    elif method not in actions:
        response = HttpResponseNotAllowed([*actions, "OPTIONS"])
    else:
        try:
            response = _authorised(request, actions[method], *arguments)
        except LibraryError as error:
            response = problem(request, error)
            if error.code == ErrorCode.BAD_VERSION:
                response["Tus-Version"] = VERSION
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


def _abilities() -> dict[str, str]:
    return {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES)}


def _authorised(request: HttpRequest, action: Action, *arguments: UUID) -> HttpResponse:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise LibraryError(ErrorCode.BAD_VERSION)
    if isinstance(user := _token(request), User):
        return action(request, user, *arguments)
    if not services.may_upload(request.user):
        raise LibraryError(ErrorCode.NOT_SIGNED_IN)
    return csrf_protect(action)(request, request.user, *arguments)


def _begin(request: HttpRequest, user: User) -> HttpResponse:
    size_bytes, metadata = _number(request, "Upload-Length"), request.headers.get("Upload-Metadata", "")
    name, now_us = file_name(metadata), clock.now_us()
    with transaction.atomic():  # what is not allowed leaves no upload
        upload = resumable.begin(user, name=name, metadata=metadata, size_bytes=size_bytes, now_us=now_us)
        count_upload(user, size_bytes)
    response = HttpResponse(status=201)
    response["Location"] = reverse("library:resumable", args=[upload.pk])
    response["Upload-Expires"] = _expires(upload)
    return response


def _tell(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponse:
    upload = resumable.find(user, upload_id, clock.now_us())
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(resumable.stored_bytes(upload))
    response["Upload-Length"] = str(upload.size_bytes)
    response["Upload-Metadata"] = upload.metadata
    response["Upload-Expires"] = _expires(upload)
    return response


def _append(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponse:
    if request.content_type != PIECE_TYPE:
        raise LibraryError(ErrorCode.BAD_PIECE)
    offset, piece_bytes = _number(request, "Upload-Offset"), int(request.META.get("CONTENT_LENGTH") or 0)
    now_us = clock.now_us()
    upload = resumable.find(user, upload_id, now_us)
    stored_bytes = resumable.append(upload, request, offset=offset, piece_bytes=piece_bytes, now_us=now_us)
    if stored_bytes == upload.size_bytes:
        resumable.take(upload)
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(stored_bytes)
    response["Upload-Expires"] = _expires(upload)
    return response


def _take(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponse:
    upload = resumable.take(resumable.find(user, upload_id, clock.now_us()))
    assert upload.track
    items = [taken(upload.name, upload.track, created=upload.is_new)]
    return JsonResponse({"items": items}, status=201 if upload.is_new else 200)


def _end(request: HttpRequest, user: User, upload_id: UUID) -> HttpResponse:
    resumable.end(resumable.find(user, upload_id, clock.now_us()))
    return HttpResponse(status=204)


def _expires(upload: ResumableUpload) -> str:
    return http_date((upload.last_at_us + resumable.KEEP_US) // 1_000_000)


def _number(request: HttpRequest, header: str) -> int:
    if not _NUMBER.fullmatch(value := request.headers.get(header, "")):
        raise LibraryError(ErrorCode.BAD_UPLOAD, _("%(header)s must be a whole number.") % {"header": header})
    return int(value)


def file_name(metadata: str) -> str:
    """The `filename` in `Upload-Metadata`: pairs of a key and a value in Base64. Raises LibraryError(BAD_UPLOAD)."""
    pairs: dict[str, str] = {}
    for pair in metadata.split(","):
        key, _space, value = pair.strip().partition(" ")
        pairs[key] = value
    try:
        whole = b64decode(pairs.get("filename", ""), validate=True).decode()
    except (NotBase64, ValueError):
        whole = ""
    name = "".join(letter for letter in re.split(r"[/\\]", whole)[-1] if letter.isprintable()).strip()
    if name in {"", ".", ".."} or len(name) > 300 or len(metadata) > MAX_METADATA_LENGTH:
        raise LibraryError(ErrorCode.BAD_UPLOAD, _("Upload-Metadata must have a filename in Base64, and be short."))
    return name
