"""The JSON API: its routers, who may call it, and how it says no."""

from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from library.errors import LibraryError
from library.web.api import router as library_router
from library.web.problems import problem
from playback.commands import RefusalCode
from rooms.errors import ErrorCode, RoomError
from rooms.web.api import router as rooms_router
from synchro.accounts.api_auth import SIGNED_IN
from synchro.limits.rates import CODE, TooManyRequests

COMMON_ANSWERS = {
    400: "The request cannot be read.",
    401: "There is no such token, or none was sent.",
    403: "This is not yours to do.",
    404: "There is no such thing.",
    405: "This address takes other methods.",
    413: "The body is larger than this address takes.",
    422: "The request is not of the documented form.",
    429: "Too many requests; `Retry-After` says in how many seconds it goes on.",
    503: "The site cannot do that at the moment; `Retry-After` says when to try again.",
}
"""What any operation may answer; each with a stable code and words."""


class ObjectParser(Parser):
    """Every body here is a JSON object; ninja takes a list for one whose fields are all left out."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            body = msgspec.json.decode(request.body)
        except (msgspec.DecodeError, RecursionError) as error:
            raise HttpError(400, "The body is not JSON.") from error
        if not isinstance(body, dict):
            raise HttpError(400, "The body is not a JSON object.")
        return {name: _whole(value) for name, value in body.items()}


def _whole(value: Any) -> Any:
    """To JSON, and to JavaScript, 7.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Api(NinjaAPI):
    """Documents what any operation may answer besides its own answers."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["Problem"] = PROBLEM
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, meaning in COMMON_ANSWERS.items():
                    operation["responses"].setdefault(status, {"description": meaning, "content": content})
        return schema


PROBLEM = {
    "title": "Problem",
    "description": "What was refused: a stable code, and words for people.",
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}

api = Api(
    title="Synchro", version="1", description="Rooms, their transport and the library, for scripts.",
    auth=SIGNED_IN, urls_namespace="api", parser=ObjectParser(),
)  # fmt: skip
api.add_router("/rooms", rooms_router)
api.add_router("/tracks", library_router)

STATUS = {
    ErrorCode.NO_SUCH_ROOM: 404,
    ErrorCode.NO_SUCH_TRACK: 404,
    RefusalCode.NO_SUCH_ENTRY: 404,
    ErrorCode.NOT_ALLOWED: 403,
    ErrorCode.NO_IDENTITY: 403,
    ErrorCode.NOT_JOINED: 403,
    ErrorCode.BAD_NAME: 400,
    RefusalCode.BAD_POSITION: 400,
}  # everything else that a room refuses is a conflict with its present state: 409


def _answer(request: HttpRequest, code: str, message: str, status: int, **more: Any) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": message, **more}, status=status)


@api.exception_handler(RoomError)
def refused(request: HttpRequest, error: RoomError) -> HttpResponse:
    return _answer(request, error.code.value, error.message, STATUS.get(error.code, 409))


@api.exception_handler(TooManyRequests)
def too_many(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    answer = _answer(request, CODE, error.refusal.message, 429)
    answer["Retry-After"] = str(error.refusal.wait_s)
    return answer


@api.exception_handler(LibraryError)
def library_refused(request: HttpRequest, error: LibraryError) -> HttpResponse:
    return problem(request, error)


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, or nested a thousand deep."""
    return _answer(request, "bad_request", str(error), error.status_code)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _answer(request, "invalid", "The request is not of the documented form.", 422, detail=error.errors)


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _answer(request, "not_signed_in", "Send an API token: “Authorization: Bearer …”.", 401)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(request, "not_found", "There is no such thing.", 404)
