"""Pages: the rooms, a new one, a room, its search and its settings."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from library.selectors import cover_url, ready_tracks
from playback import clock
from playback.protocol import RoomDestroy, RoomSettings
from rooms import demo, selectors
from rooms.commands import carry_out
from rooms.errors import RoomError
from rooms.home import home as home_of
from rooms.identity import identify, remember
from rooms.invitation import invitation
from rooms.lifecycle import create_room
from rooms.models import Room
from rooms.permissions import Role
from rooms.web import limits
from rooms.web.answers import HtmxRequest, done, refused
from rooms.web.forms import RoomForm
from synchro.limits.answers import Throttled
from synchro.limits.rates import TooManyRequests
from synchro.origins.rule import address_of

FOUND_TRACKS = 30
"""Search results on a room's page: more than anybody scrolls through; one more word finds the rest."""

MAX_QUERY_LENGTH = 100


@dataclass(frozen=True, slots=True)
class FoundTrack:
    """A search result."""

    track_id: int
    title: str
    artist: str
    album: str
    duration_s: float
    cover_url: str


def found_tracks(query: str) -> list[FoundTrack]:
    return [
        FoundTrack(track.pk, track.title, track.artist, track.album, track.duration_s, cover_url(track, 256))
        for track in ready_tracks(query[:MAX_QUERY_LENGTH])[:FOUND_TRACKS]
    ]


def _page_or_part(request: HtmxRequest, page: str, part: str, context: dict[str, object]) -> HttpResponse:
    """The whole page, or to a script the part of it that it swaps in. The same address serves both."""
    response = render(request, part if request.htmx else page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def home(request: HtmxRequest) -> HttpResponse:
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    shown = home_of(identify(request), clock.now_us(), max(1, page))
    may_create = request.user.is_authenticated or settings.GUESTS_CREATE_ROOMS
    context: dict[str, object] = {
        "cards": shown.cards, "more": shown.more, "page": page, "next_page": page + 1, "may_create": may_create,
        "making": demo.in_the_making(),
    }  # fmt: skip
    return _page_or_part(request, "rooms/home.html", "rooms/_cards.html", context)


@require_safe
def demo_music(request: HtmxRequest) -> HttpResponse:
    """What is being made of it, for a page that asks again and again."""
    return render(request, "rooms/_making.html", {"making": demo.in_the_making()})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HtmxRequest) -> HttpResponse:
    if not (request.user.is_authenticated or settings.GUESTS_CREATE_ROOMS):
        return redirect_to_login(request.get_full_path())
    form = RoomForm(request.POST or None)
    if form.is_valid():
        try:
            limits.count_room(request, identify(request))
            room = create_room(**form.cleaned_data, identity=identify(request))
        except TooManyRequests as error:
            form.add_error(None, Throttled(error.refusal))
        except RoomError as error:
            form.add_error(None, error.message)
        else:
            response: HttpResponse = redirect("rooms:room", slug=room.slug)
            remember(request, response)
            return response
    return TemplateResponse(request, "rooms/new.html", {"form": form}, status=422 if form.errors else 200)


def _room_page(request: HtmxRequest, slug: str) -> selectors.RoomPage:
    """Raises Http404."""
    try:
        return selectors.room_page(slug, identify(request), clock.now_us(), get_language() or "en")
    except RoomError as error:
        raise Http404(error.message) from error


@require_safe
def room(request: HtmxRequest, slug: str) -> HttpResponse:
    page = _room_page(request, slug)
    undo = request.GET.get("undo", "")
    context = {
        "room": page,
        "found": found_tracks(""),
        "invitation": invitation(address_of(request), settings.LISTENS_ON, settings.NETWORK_ADDRESS),
        "undo_revision": undo if undo.isdecimal() else "",
        "making": demo.in_the_making(page.room_id),
    }
    response = render(request, "rooms/room.html", context)
    remember(request, response)
    return response


@require_safe
def search(request: HtmxRequest, slug: str) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    context: dict[str, object] = {"found": found_tracks(query), "query": query, "slug": slug}
    if not request.htmx:
        context["room"] = _room_page(request, slug)
    return _page_or_part(request, "rooms/search.html", "rooms/_found.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def room_settings(request: HtmxRequest, slug: str) -> HttpResponse:
    """Name, visibility and control, for hosts."""
    page = _room_page(request, slug)
    if page.role != Role.HOST:
        raise Http404
    initial = {"name": page.name, "visibility": page.visibility, "control": page.control}
    form = RoomForm(request.POST or None, instance=Room(slug=slug), initial=initial)
    if form.is_valid():
        try:
            carry_out(slug, RoomSettings("", **form.cleaned_data), identity=identify(request), now_us=clock.now_us())
        except RoomError as error:
            form.add_error(None, error.message)
        else:
            response = done(request, selectors.find_room(page.room_id).slug)  # an unlisted room gets another address
            response["HX-Trigger"] = "settings-saved"
            return response
    response = _page_or_part(request, "rooms/settings.html", "rooms/_settings.html", {"form": form, "room": page})
    response.status_code = 422 if form.errors else 200
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def destroy(request: HtmxRequest, slug: str) -> HttpResponse:
    """Asks once, then destroys the room."""
    page = _room_page(request, slug)
    if page.role != Role.HOST:
        raise Http404
    if request.method == "POST":
        try:
            carry_out(slug, RoomDestroy(""), identity=identify(request), now_us=clock.now_us())
        except RoomError as error:
            return refused(request, slug, error)
        return redirect("rooms:home")
    return render(request, "rooms/destroy.html", {"room": page})
