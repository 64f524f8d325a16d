"""How an action answers: quietly with a toast where a script asked, by a redirect where a plain form did."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from rooms.errors import ErrorCode, RoomError


class HtmxRequest(HttpRequest):
    """A request that has passed django_htmx's middleware."""

    htmx: HtmxDetails


def done(request: HtmxRequest, slug: str, said: str = "", undo_revision: int | None = None) -> HttpResponse:
    """The action was carried out. `said` tells so; `undo_revision` offers to put back what that revision took out."""
    if request.htmx:
        response = HttpResponse(status=204)
        if said:
            trigger_client_event(response, "toast", {"text": said, "undo": undo_revision})
        return response
    answer = redirect("rooms:room", slug=slug)
    if undo_revision is not None:
        answer["Location"] += "?" + urlencode({"undo": undo_revision})  # the page says what can be undone
    elif said:
        messages.success(request, said)
    return answer


def refused(request: HtmxRequest, slug: str, error: RoomError) -> HttpResponse:
    """The action was not carried out. Raises Http404 if there is no such room."""
    if error.code == ErrorCode.NO_SUCH_ROOM:
        raise Http404(error.message)
    if request.htmx:
        forbidden = error.code in {ErrorCode.NOT_ALLOWED, ErrorCode.NOT_JOINED}
        response = HttpResponse(status=403 if forbidden else 409)
        return trigger_client_event(response, "toast", {"text": error.message, "kind": "error"})
    messages.error(request, error.message)
    return redirect("rooms:room", slug=slug)
