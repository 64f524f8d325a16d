"""Listening to a track outside of any room."""

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from library.errors import ErrorCode, LibraryError
from library.models import Track
from library.web.byte_ranges import Unsatisfiable
from library.web.delivery import partial, unsatisfiable, wanted_range
from library.web.preview_sound import Preview, preview_of
from library.web.problems import problem
from library.web.streams import AUDIO

PIECE_BYTES = 1024 * 1024
"""One minute of sound. What is read at once, and the most that a range is answered with: a browser asks for all that
is left, hears ten seconds of it and goes."""


@require_safe
def preview(request: HttpRequest, track_id: int) -> HttpResponseBase:
    """The whole track as one MP4 file. Browsers ask for ranges of it."""
    track = Track.objects.filter(pk=track_id).first()
    if track is None or track.status != Track.Status.READY:
        return problem(request, LibraryError(ErrorCode.NOT_READY if track else ErrorCode.NO_SUCH_TRACK))
    try:
        sound = preview_of(track.package, track.total_samples)
    except FileNotFoundError:
        return problem(request, LibraryError(ErrorCode.NO_SUCH_FILE))
    etag = f'"{track.package}-preview"'
    try:
        wanted = wanted_range(request, sound.size, etag)
    except Unsatisfiable:
        return unsatisfiable(sound.size)
    response: HttpResponseBase
    if wanted is not None:
        wanted = wanted.first_bytes(PIECE_BYTES)
        response = partial(wanted, sound.read(wanted.first, wanted.last))
    else:
        response = HttpResponse() if request.method == "HEAD" else StreamingHttpResponse(_in_pieces(sound))
        response["Content-Length"] = str(sound.size)
    response["Content-Type"] = AUDIO
    response["Cache-Control"] = "no-cache"
    response["Accept-Ranges"], response["ETag"] = "bytes", etag
    return response


async def _in_pieces(sound: Preview) -> AsyncIterator[bytes]:
    for first in range(0, sound.size, PIECE_BYTES):
        last = min(first + PIECE_BYTES, sound.size) - 1
        yield await sync_to_async(sound.read, thread_sensitive=False)(first, last)
