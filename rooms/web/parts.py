"""A room's lists as fragments, for pages that missed how one changed, and for the rest of a long one."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from playback import clock
from rooms.errors import RoomError
from rooms.parts import LISTS
from rooms.queue.part import with_current
from rooms.selectors import find_room
from rooms.updates import list_fragment
from rooms.view import RoomView
from rooms.web.answers import HtmxRequest

MAX_FROM_DIGITS = 6


@require_safe
def part(request: HtmxRequest, slug: str, name: str) -> HttpResponse:
    """A list, from the place `?from=` on; without it, from where a page shows it at first. To a browser without a
    script, as a page."""
    try:
        room = find_room(slug)
    except RoomError as error:
        raise Http404(error.message) from error
    if name not in LISTS:
        raise Http404
    view, language = RoomView(room, clock.now_us()), get_language() or "en"
    wanted = request.GET.get("from", "")
    start = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) <= MAX_FROM_DIGITS else None
    html = list_fragment(view, name, language, start)
    response: HttpResponse
    if request.htmx or "fragment" in request.GET:
        response = HttpResponse(html)
        etag = f'"{room.pk}-{name}-{room.revision_of(name)}-{language}-{start}"'
        response["ETag"], response["Cache-Control"] = etag, "no-cache"
        response = get_conditional_response(request, etag=etag, response=response) or response
    else:
        html = with_current(html, view.transport.entry)
        response = render(request, "rooms/list.html", {"html": html, "room": room, "name": name})
    patch_vary_headers(response, ["HX-Request", "Accept-Language", "Cookie"])
    return response
