"""How immutable files go out: cached for ever, in ranges where asked, by nginx where there is one."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from library.errors import ErrorCode, LibraryError
from library.storage import store
from library.storage.names import StoredName
from library.web.byte_ranges import ByteRange, Unsatisfiable, parse
from library.web.problems import problem

IMMUTABLE = "public, max-age=31536000, immutable"
"""For names that are hashes of their content."""


def immutable_file(request: HttpRequest, *parts: StoredName, media_type: str, shared: bool = False) -> HttpResponse:
    """A file whose name says its content, up to about 1 MB: it is read whole. `shared`: for players on other sites too.

    Several are one behind the other. Their names are the entity tag.
    """
    try:
        content = b"".join(store.read(part) for part in parts)
    except FileNotFoundError:
        return problem(request, LibraryError(ErrorCode.NO_SUCH_FILE))
    etag = '"' + "+".join(parts) + '"'
    try:
        wanted = wanted_range(request, len(content), etag)
    except Unsatisfiable:
        return unsatisfiable(len(content))
    response = HttpResponse(content) if wanted is None else partial(wanted, content[wanted.first : wanted.last + 1])
    response["Accept-Ranges"], response["ETag"] = "bytes", etag
    response = get_conditional_response(request, etag=etag, response=response) or response
    response["Content-Type"] = media_type
    response["Cache-Control"] = IMMUTABLE
    return share(response) if shared else response


def by_nginx(location: str, media_type: str) -> HttpResponse:
    """nginx sends the file itself; it sets length, entity tag and ranges."""
    response = HttpResponse(content_type=media_type)
    response["X-Accel-Redirect"] = location
    response["Cache-Control"] = IMMUTABLE
    return share(response)


def share(response: HttpResponse) -> HttpResponse:
    """Let players on other sites read the answer: HLS is for any player."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def wanted_range(request: HttpRequest, size: int, etag: str) -> ByteRange | None:
    """The range that a client asks for, None for the whole. Raises Unsatisfiable."""
    if request.headers.get("If-Range", etag) != etag:
        return None  # the client holds a part of another version
    return parse(request.headers.get("Range", ""), size)


def partial(part: ByteRange, content: bytes) -> HttpResponse:
    response = HttpResponse(content, status=HTTPStatus.PARTIAL_CONTENT)
    response["Content-Range"] = part.content_range
    return response


def unsatisfiable(size: int) -> HttpResponse:
    response = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    response["Content-Range"] = f"bytes */{size}"
    return response
