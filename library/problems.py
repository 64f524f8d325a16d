"""A refusal of the library as an HTTP answer: `{"code", "message"}` and the status that belongs to the code."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse

from library.errors import ErrorCode, LibraryError

STATUS = {
    ErrorCode.NOT_SIGNED_IN: HTTPStatus.UNAUTHORIZED,
    ErrorCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ErrorCode.NO_SUCH_TRACK: HTTPStatus.NOT_FOUND,
    ErrorCode.NO_SUCH_FILE: HTTPStatus.NOT_FOUND,
    ErrorCode.NOT_READY: HTTPStatus.NOT_FOUND,
    ErrorCode.NO_FILE: HTTPStatus.BAD_REQUEST,
    ErrorCode.EMPTY_FILE: HTTPStatus.BAD_REQUEST,
    ErrorCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.BAD_TAGS: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def problem(request: HttpRequest, error: LibraryError) -> HttpResponse:
    """Also the API's exception handler for LibraryError."""
    return JsonResponse({"code": error.code.value, "message": error.message}, status=STATUS[error.code])
