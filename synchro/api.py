"""The JSON API: its routers, who may call it, and how it says no."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from library.api import router as library_router
from library.errors import LibraryError
from library.problems import problem
from playback.commands import RefusalCode
from rooms.api import MissingField
from rooms.api import router as rooms_router
from rooms.errors import ErrorCode, RoomError
from synchro.accounts.api_auth import SIGNED_IN

api = NinjaAPI(
    title="Synchro", version="1", description="Rooms, their transport and the library, for scripts.",
    auth=SIGNED_IN, urls_namespace="api",
)  # fmt: skip
api.add_router("/rooms", rooms_router)
api.add_router("/tracks", library_router)

STATUS = {
    ErrorCode.NO_SUCH_ROOM: 404,
    ErrorCode.NO_SUCH_TRACK: 404,
    RefusalCode.NO_SUCH_ENTRY: 404,
    ErrorCode.NOT_ALLOWED: 403,
    ErrorCode.NOT_JOINED: 403,
    ErrorCode.BAD_NAME: 400,
    RefusalCode.BAD_POSITION: 400,
}  # everything else that a room refuses is a conflict with its present state: 409


def _answer(request: HttpRequest, code: str, message: str, status: int, **more: Any) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message, **more}, status=status)


@api.exception_handler(RoomError)
def refused(request: HttpRequest, error: RoomError) -> HttpResponse:
    return _answer(request, error.code.value, error.message, STATUS.get(error.code, 409))


@api.exception_handler(LibraryError)
def library_refused(request: HttpRequest, error: LibraryError) -> HttpResponse:
    return problem(request, error)


@api.exception_handler(MissingField)
def incomplete(request: HttpRequest, error: MissingField) -> HttpResponse:
    return _answer(request, "missing_field", f"This action needs “{error.name}”.", 400)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _answer(request, "invalid", "The request is not of the documented form.", 422, detail=error.errors)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _answer(request, "not_signed_in", "Send an API token: “Authorization: Bearer …”.", 401)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, "not_found", "There is no such thing.", 404)
