"""The library as pages, players and the API read it. Reads only."""

import json
from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet
from django.urls import reverse

from library.ingest.errors import PASSING
from library.ingest.errors import ErrorCode as IngestErrorCode
from library.models import Rendition, Track
from library.storage import names, store
from library.waveform import bars
from playback.protocol import RenditionInfo, TrackInfo
from playback.segments import Grid

MAX_QUERY_WORDS = 8
"""Each word is three comparisons per track; nobody types more, and a pasted text must not become a slow query."""

UNREADY = (Track.Status.QUEUED, Track.Status.PROCESSING, Track.Status.FAILED)


def track_info(track: Track, renditions: Sequence[RenditionInfo]) -> TrackInfo:
    """What a player needs of a ready track."""
    return TrackInfo(
        id=track.pk, title=track.title, artist=track.artist, album=track.album,
        duration_s=track.duration_s, total_samples=track.total_samples,
        segment_count=Grid(track.total_samples).segment_count,
        loudness_lufs=track.loudness_lufs, true_peak_dbtp=track.true_peak_dbtp,
        cover_url=cover_url(track, 640), audio_url=peaks_url(track).removesuffix("peaks.json"),
        renditions=list(renditions),
    )  # fmt: skip


def rendition_infos(track: Track) -> tuple[RenditionInfo, ...]:
    """By bitrate, ascending."""
    return tuple(_rendition_info(rendition) for rendition in track.renditions.all())


def cover_url(track: Track, size_px: int) -> str:
    """The cover at `size_px`, one of COVER_SIZES_PX; empty if the track has none."""
    return f"{reverse('library:cover', args=[track.cover])}?size={size_px}" if track.cover else ""


def peaks_url(track: Track) -> str:
    return reverse("library:peaks", args=[track.package]) if track.package else ""


def master_playlist_url(track: Track) -> str:
    return reverse("library:master-playlist", args=[track.pk]) if track.status == Track.Status.READY else ""


def failure_reason(track: Track) -> str:
    """Why its ingest failed, in the reader's language; empty if it did not."""
    if track.error_code in IngestErrorCode.values:
        return str(IngestErrorCode(track.error_code).label)
    return track.error


def may_try_again(track: Track) -> bool:
    """Whether its ingest failed by something that may have passed."""
    return track.status == Track.Status.FAILED and track.error_code in PASSING


def waveform(track: Track) -> str:
    """The `d` of an SVG path (`library.waveform.bars`); empty if the track has no package. Reads a file."""
    try:
        peaks = json.loads(store.read(names.peaks(track.package)))
    except OSError:
        return ""
    return bars(peaks["max"])


def ready_tracks(query: str = "") -> QuerySet[Track]:
    """Tracks that can be played; every word of `query` is somewhere in title, artist or album."""
    return _matching(Track.objects.filter(status=Track.Status.READY), query)


def unready_tracks(user: User | AnonymousUser) -> QuerySet[Track]:
    """What waits, is being worked on or has failed, in the order in which it came: a person's own; for staff, all."""
    tracks = Track.objects.filter(status__in=UNREADY).order_by("id")
    if not user.is_authenticated:
        return tracks.none()
    return tracks if user.is_staff else tracks.filter(added_by_id=user.pk)


def all_tracks(query: str = "") -> QuerySet[Track]:
    """Like `ready_tracks`, with those that are not ready."""
    return _matching(Track.objects.all(), query)


def _matching(tracks: QuerySet[Track], query: str) -> QuerySet[Track]:
    words = query.replace("\0", " ").split()  # PostgreSQL's texts have no NUL, and it takes none in a query
    for word in words[:MAX_QUERY_WORDS]:
        tracks = tracks.filter(Q(title__icontains=word) | Q(artist__icontains=word) | Q(album__icontains=word))
    return tracks


def _rendition_info(rendition: Rendition) -> RenditionInfo:
    return RenditionInfo(
        id=rendition.name, codec=rendition.codec, bitrate=rendition.bitrate,
        frame_samples=rendition.frame_samples,
        preroll_samples=rendition.preroll_frames * rendition.frame_samples,
    )  # fmt: skip
