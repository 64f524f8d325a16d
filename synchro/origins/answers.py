"""What a form gets that is refused for where its page is, and a page for the name it was asked for by. Both are named
in the settings: CSRF_FAILURE_VIEW and `handler400`."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import defaults
from django_htmx.http import trigger_client_event

from synchro.origins.rule import misplaced, misplaced_form
from synchro.origins.words import complain, words

UNKNOWN_FORM = "unknown_form"
"""The code where nothing is set up wrong: the form is too old, or the browser keeps no cookies."""


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW. `reason` is Django's, for its own log."""
    found = misplaced_form(request)
    said = ""
    if found:
        complain(found)
        said = words(found)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=403)
        return trigger_client_event(response, "toast", {"text": said, "kind": "error"}) if said else response
    if request.accepts("text/html"):
        return render(request, "403_csrf.html", {"said": said}, status=403)
    code = found.fault.value if found else UNKNOWN_FORM
    return JsonResponse({"code": code, "message": said or _("Reload the page and send it again.")}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`."""
    found = misplaced(request) if isinstance(exception, DisallowedHost) else None
    if found is None:
        return defaults.bad_request(request, exception)
    complain(found)
    with translation.override(translation.get_language_from_request(request)):
        # without the request: there is nobody yet, and a stranger's name costs no look into the database
        return HttpResponse(render_to_string("400.html", {"said": words(found)}), status=400)
