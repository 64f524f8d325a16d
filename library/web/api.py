"""The library over the JSON API: the same services as its pages, for scripts."""

from datetime import datetime
from typing import Annotated, Literal, cast

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from library import services
from library.errors import ErrorCode, LibraryError
from library.models import Track
from library.selectors import all_tracks, cover_url, failure_reason, master_playlist_url, peaks_url
from library.web.api_fields import Body, Limit, Offset, PathId
from library.web.upload_allowance import count_upload

router = Router(tags=["tracks"])

MAX_QUERY_LENGTH = 200


class Problem(Schema):
    """What was refused: a stable code, and words for people."""

    code: str
    message: str


class RenditionOut(Schema):
    """One encoding. Bitrates in bit/s."""

    name: str
    codec: str
    bitrate: int
    peak_bitrate: int
    total_bytes: int


class TrackOut(Schema):
    """A track. It can be played once its status is `ready`; until then `progress` (0 to 1) tells how far its ingest is,
    and the sample count is 0. `error_code` and `error` say why an ingest failed."""

    id: int
    title: str
    artist: str
    album: str
    album_artist: str
    genre: str
    year: int | None
    track_number: int | None
    disc_number: int | None
    duration_s: float
    total_samples: int = Field(description="At 48 kHz, exact.")
    status: Literal["queued", "processing", "ready", "failed"]
    error: str
    error_code: str
    progress: float
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    cover_url: str = Field(description="Empty: the track has no cover.")
    hls_url: str = Field(description="The master playlist; empty until the track is ready.")
    peaks_url: str
    renditions: list[RenditionOut]
    original_name: str
    original_bytes: int
    added_at: datetime

    @staticmethod
    def resolve_error(track: Track) -> str:
        return failure_reason(track)

    @staticmethod
    def resolve_cover_url(track: Track) -> str:
        return cover_url(track, 640)

    @staticmethod
    def resolve_hls_url(track: Track) -> str:
        return master_playlist_url(track)

    @staticmethod
    def resolve_peaks_url(track: Track) -> str:
        return peaks_url(track)


class TrackPage(Schema):
    """`count` is of all that match, not of this page."""

    items: list[TrackOut]
    count: int


class TagsIn(Body, str_strip_whitespace=True):
    """Corrections; what is left out stays."""

    title: str = Field("", min_length=1, max_length=300)
    artist: str = Field("", max_length=300)
    album: str = Field("", max_length=300)
    album_artist: str = Field("", max_length=300)
    genre: str = Field("", max_length=100)
    year: int | None = Field(None, ge=0, le=9999)
    track_number: int | None = Field(None, ge=0, le=9999)
    disc_number: int | None = Field(None, ge=0, le=9999)


@router.get("", response=TrackPage, auth=None, summary="Tracks; every word of `query` is in title, artist or album")
def list_tracks(
    request: HttpRequest,
    query: Annotated[str, Query(max_length=MAX_QUERY_LENGTH)] = "",
    status: Literal["queued", "processing", "ready", "failed"] | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, object]:
    tracks = all_tracks(query)
    if status:
        tracks = tracks.filter(status=status)
    return {"items": list(_with_renditions(tracks)[offset : offset + limit]), "count": tracks.count()}


@router.post(
    "",
    response={
        201: TrackOut,
        200: TrackOut,
        400: Problem,
        401: Problem,
        413: Problem,
        415: Problem,
        422: Problem,
        429: Problem,
    },
    summary="Upload a file; its ingest goes on by itself",
)
def add_track(request: HttpRequest, file: Annotated[UploadedFile, File()]) -> Status[Track]:
    """201: the track is new and queued. 200: the library has the same file already, and this is its track; if its
    ingest had failed by something that may have passed, it is queued again. 415: it is plainly no sound. 422: it is
    known, and cannot be prepared; the message says why. 429: you uploaded too much for now; `Retry-After` says in how
    many seconds it goes on."""
    user = _user(request)
    if not services.may_upload(user):
        raise LibraryError(ErrorCode.NOT_SIGNED_IN)
    count_upload(user, file.size or 0)
    track, created = services.add_upload(file, name=file.name or "", added_by=user)
    return Status(201 if created else 200, track)


@router.get("/{int:track_id}", response={200: TrackOut, 404: Problem}, auth=None, summary="A track")
def get_track(request: HttpRequest, track_id: PathId) -> Track:
    return _track(track_id)


@router.patch(
    "/{int:track_id}",
    response={200: TrackOut, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
    summary="Correct its tags",
)
def edit_track(request: HttpRequest, track_id: PathId, tags: TagsIn) -> Track:
    services.edit_tags(_managed(request, track_id), tags.model_dump(exclude_unset=True))
    return _track(track_id)


@router.delete(
    "/{int:track_id}",
    response={204: None, 401: Problem, 403: Problem, 404: Problem},
    summary="Delete it and its files; it leaves every queue",
)
def delete_track(request: HttpRequest, track_id: PathId) -> Status[None]:
    services.delete_track(_managed(request, track_id))
    return Status(204, None)


@router.post(
    "/{int:track_id}/ingest",
    response={202: TrackOut, 401: Problem, 403: Problem, 404: Problem},
    summary="Ingest the kept upload again",
)
def ingest_track(request: HttpRequest, track_id: PathId) -> Status[Track]:
    services.retry_ingest(_managed(request, track_id))
    return Status(202, _track(track_id))


def _user(request: HttpRequest) -> User | AnonymousUser:
    """Whom the API's authentication found: a session's or a token's user."""
    return cast(User | None, getattr(request, "auth", None)) or request.user


def _with_renditions(tracks: QuerySet[Track]) -> QuerySet[Track]:
    return tracks.prefetch_related("renditions")


def _track(track_id: int) -> Track:
    track = _with_renditions(Track.objects.filter(pk=track_id)).first()
    if track is None:
        raise LibraryError(ErrorCode.NO_SUCH_TRACK)
    return track


def _managed(request: HttpRequest, track_id: PathId) -> Track:
    track = _track(track_id)
    if not services.may_manage(_user(request), track):
        raise LibraryError(ErrorCode.NOT_ALLOWED)
    return track
