"""What players fetch: playlists, segments, waveforms, covers, calibration."""

from hashlib import sha256
from posixpath import dirname, relpath

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from library.errors import ErrorCode, LibraryError
from library.models import Track
from library.storage import names, store
from library.storage.names import COVER_SIZES_PX, StoredName
from library.web import playlists
from library.web.delivery import by_nginx, immutable_file, share
from library.web.problems import problem

AUDIO = "audio/mp4"


@require_safe
def master_playlist(request: HttpRequest, track_id: int) -> HttpResponse:
    track = Track.objects.filter(pk=track_id).prefetch_related("renditions").first()
    if track is None or track.status != Track.Status.READY:
        return _unplayable(request, track)
    variants = [
        playlists.Variant(
            f"{r.name}.m3u8", r.codec, r.peak_bitrate, playlists.average_bitrate(r.total_bytes, track.total_samples)
        )
        for r in track.renditions.all()
    ]
    return _playlist(request, playlists.master(variants))


@require_safe
def media_playlist(request: HttpRequest, track_id: int, rendition: str) -> HttpResponse:
    track = Track.objects.filter(pk=track_id).first()
    if track is None or track.status != Track.Status.READY:
        return _unplayable(request, track)
    if not track.renditions.filter(name=rendition).exists():
        return problem(request, LibraryError(ErrorCode.NO_SUCH_FILE))
    # from the playlist on: so it is right below any path, whoever fetched it from where
    init_uri = relpath(reverse("library:init", args=[track.package, rendition]), dirname(request.path))
    segment_uri = init_uri.replace("init.mp4", "{n}.m4s")
    return _playlist(request, playlists.media(track.total_samples, init_uri=init_uri, segment_uri=segment_uri))


@require_safe
def init(request: HttpRequest, package: str, rendition: str) -> HttpResponse:
    return _sound(request, names.init(package, rendition))


@require_safe
def segment(request: HttpRequest, package: str, rendition: str, index: int) -> HttpResponse:
    return _sound(request, names.segment(package, rendition, index))


@require_safe
def joined_segments(request: HttpRequest, package: str, rendition: str, first: int, last: int) -> HttpResponse:
    """A segment and the next one in one answer (`playlists.SHORTEST_SEGMENT_SAMPLES`); nginx cannot join files."""
    if last != first + 1:
        return problem(request, LibraryError(ErrorCode.NO_SUCH_FILE))
    parts = (names.segment(package, rendition, index) for index in (first, last))
    return immutable_file(request, *parts, media_type=AUDIO, shared=True)


@require_safe
def peaks(request: HttpRequest, package: str) -> HttpResponse:
    return immutable_file(request, names.peaks(package), media_type="application/json")


@require_safe
def cover(request: HttpRequest, cover: str) -> HttpResponse:
    """`?size=` is one of COVER_SIZES_PX; the largest, if left out."""
    size = request.GET.get("size", str(max(COVER_SIZES_PX)))
    if size not in map(str, COVER_SIZES_PX):
        return problem(request, LibraryError(ErrorCode.NO_SUCH_FILE))
    return immutable_file(request, names.cover(cover, int(size)), media_type="image/jpeg")


@require_safe
def calibration(request: HttpRequest, rendition: str) -> HttpResponse:
    return _calibration_file(request, f"{rendition}.mp4", AUDIO)


@require_safe
def calibration_description(request: HttpRequest) -> HttpResponse:
    """Where the mark is in each of the files."""
    return _calibration_file(request, "calibration.json", "application/json")


def _sound(request: HttpRequest, name: StoredName) -> HttpResponse:
    if settings.ACCEL_REDIRECT:
        return by_nginx(settings.ACCEL_REDIRECT.rstrip("/") + "/" + name.removeprefix(names.SERVED_BY_NGINX), AUDIO)
    return immutable_file(request, name, media_type=AUDIO, shared=True)


def _calibration_file(request: HttpRequest, name: str, media_type: str) -> HttpResponse:
    try:
        content = store.read(names.calibration(name))
    except FileNotFoundError:
        return problem(request, LibraryError(ErrorCode.NO_SUCH_FILE))
    return _revalidated(request, HttpResponse(content, content_type=media_type), sha256(content).hexdigest())


def _playlist(request: HttpRequest, text: str) -> HttpResponse:
    version = sha256(text.encode()).hexdigest()
    return share(_revalidated(request, HttpResponse(text, content_type=playlists.MEDIA_TYPE), version))


def _revalidated(request: HttpRequest, response: HttpResponse, version: str) -> HttpResponse:
    """For what may change under the same name: clients ask again each time, and get 304 while it has not."""
    response["ETag"] = f'"{version}"'
    response["Cache-Control"] = "no-cache"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _unplayable(request: HttpRequest, track: Track | None) -> HttpResponse:
    return problem(request, LibraryError(ErrorCode.NOT_READY if track else ErrorCode.NO_SUCH_TRACK))
