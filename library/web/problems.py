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
    ErrorCode.NOT_AUDIO: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.QUOTA_FULL: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.BAD_TAGS: HTTPStatus.UNPROCESSABLE_ENTITY,
    ErrorCode.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorCode.NO_SUCH_UPLOAD: HTTPStatus.NOT_FOUND,
    ErrorCode.BAD_UPLOAD: HTTPStatus.BAD_REQUEST,
    ErrorCode.BAD_PIECE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.BAD_VERSION: HTTPStatus.PRECONDITION_FAILED,
    ErrorCode.WRONG_OFFSET: HTTPStatus.CONFLICT,
    ErrorCode.UPLOAD_BUSY: HTTPStatus.LOCKED,
    ErrorCode.UNFINISHED: HTTPStatus.CONFLICT,
    ErrorCode.TOO_MANY_UNFINISHED: HTTPStatus.TOO_MANY_REQUESTS,
}


def problem(request: HttpRequest, error: LibraryError) -> HttpResponse:
    """Also the API's exception handler for LibraryError."""
    answer = JsonResponse({"code": error.code.value, "message": error.message}, status=STATUS[error.code])
    if error.wait_s is not None:
        answer["Retry-After"] = str(error.wait_s)
    return answer
