"""The library's pages: the list, a track, and what people do to tracks."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from library import services
from library.errors import LibraryError
from library.jobs import resumable
from library.models import Track
from library.selectors import ready_tracks, unready_tracks, waveform
from library.web.forms import TagsForm
from playback import clock
from rooms.models import QueueEntry
from synchro.origins.rule import address_of

TRACKS_PER_PAGE = 50
"""Two or three screenfuls: some 40 KB of page, and 50 small covers."""

MAX_QUERY_LENGTH = 200

IN_WORK = (Track.Status.QUEUED, Track.Status.PROCESSING)


class HtmxRequest(HttpRequest):
    """A request that has passed django_htmx's middleware."""

    htmx: HtmxDetails


@require_safe
def index(request: HtmxRequest) -> HttpResponse:
    """What can be played, `?q=` searched; to htmx, the list alone."""
    query = request.GET.get("q", "")[:MAX_QUERY_LENGTH].strip()
    context: dict[str, Any] = {"query": query, "page": _page_of_tracks(query, request.GET.get("page", "1"))}
    if not request.htmx:
        context |= {"may_upload": services.may_upload(request.user), **in_preparation(request)}
        context |= upload_form(request.user)
    response = render(request, "library/_tracks.html" if request.htmx else "library/index.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def unready(request: HtmxRequest) -> HttpResponse:
    """The reader's tracks that are not ready, for the page that asks again while there is work. `?had=` are those that
    were in work the last time: if one of them no longer is, the list of tracks is told to look again."""
    context = in_preparation(request)
    response = render(request, "library/_unready.html", context)
    had = {word for word in request.GET.get("had", "").split(",") if word}
    if had - {str(pk) for pk in context["in_work"]}:
        trigger_client_event(response, "library-changed", {"target": "#tracks"})
    return response


def _page_of_tracks(query: str, number: str) -> Page:
    return Paginator(ready_tracks(query), TRACKS_PER_PAGE).get_page(number)


def in_preparation(request: HttpRequest) -> dict[str, Any]:
    """What `library/_upload.html` shows of the reader's tracks, here and in the admin."""
    tracks = list(unready_tracks(request.user))
    in_work = [track.pk for track in tracks if track.status in IN_WORK]
    return {"unready": tracks, "in_work": in_work}


def upload_form(user: services.Person) -> dict[str, Any]:
    """What it shows besides, once."""
    return {
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "piece_bytes": settings.UPLOAD_PIECE_BYTES,
        "unfinished": resumable.unfinished_of(user, clock.now_us()) if services.may_upload(user) else [],
    }


@require_safe
def track(request: HtmxRequest, track_id: int) -> HttpResponse:
    return _track_page(request, get_object_or_404(Track, pk=track_id))


@login_required
@require_POST
def tags(request: HtmxRequest, track_id: int) -> HttpResponse:
    track = _managed(request, track_id)
    form = TagsForm(request.POST, instance=track)
    if not form.is_valid():
        return _track_page(request, Track.objects.get(pk=track_id), form)
    try:
        services.edit_tags(track, form.cleaned_data)
    except LibraryError as error:
        form.add_error(None, error.message)
        return _track_page(request, Track.objects.get(pk=track_id), form)
    messages.success(request, _("Saved."))
    return redirect("library:track", track_id)


@login_required
@require_POST
def ingest(request: HtmxRequest, track_id: int) -> HttpResponse:
    services.retry_ingest(_managed(request, track_id))
    return redirect("library:index")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HtmxRequest, track_id: int) -> HttpResponse:
    """Says what goes with the track, and asks once."""
    track = _managed(request, track_id)
    if request.method == "POST":
        services.delete_track(track)
        messages.success(request, _("“%(title)s” was deleted.") % {"title": track.title})
        return redirect("library:index")
    rooms = QueueEntry.objects.filter(track=track, removed_revision=None).values("room").distinct().count()
    return render(request, "library/delete.html", {"track": track, "rooms": rooms})


def _track_page(request: HtmxRequest, track: Track, form: TagsForm | None = None) -> HttpResponse:
    manages = services.may_manage(request.user, track)
    context = {
        "track": track,
        "manages": manages,
        "form": form or (TagsForm(instance=track) if manages else None),
        "waveform": waveform(track),
        "playable": track.status == Track.Status.READY,
        "hls_url": urljoin(address_of(request), "master.m3u8"),
    }
    return render(request, "library/track.html", context, status=422 if form else 200)


def _managed(request: HttpRequest, track_id: int) -> Track:
    """Raises Http404, PermissionDenied."""
    track = get_object_or_404(Track, pk=track_id)
    if not services.may_manage(request.user, track):
        raise PermissionDenied
    return track
