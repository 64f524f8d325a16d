"""How "too many requests" reaches people: beside the form they filled in, as a page, as a toast or as JSON; always with
the status 429 and the time to wait in `Retry-After`."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django_htmx.http import trigger_client_event

from synchro.limits.rates import CODE, Refusal, TooManyRequests


class Throttled(ValidationError):
    """A form's error: what it asks for was done too often."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, code="throttled")
        self.refusal = refusal


class RefusalMiddleware:
    """Answers what no view did: a form that was throttled, wherever it is (the admin's, too), and TooManyRequests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        if refusal := _refusal_of((response.context_data or {}).get("form")):
            response.status_code = 429
            response["Retry-After"] = str(refusal.wait_s)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _answer(request, error.refusal) if isinstance(error, TooManyRequests) else None


def _refusal_of(form: object) -> Refusal | None:
    if not (isinstance(form, BaseForm) and form.is_bound):
        return None
    errors = [error for of_field in form.errors.as_data().values() for error in of_field]
    return next((error.refusal for error in errors if isinstance(error, Throttled)), None)


def _answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if getattr(request, "htmx", None):
        response = HttpResponse(status=429)
        trigger_client_event(response, "toast", {"text": refusal.message, "kind": "error"})
    elif request.accepts("text/html"):
        response = render(request, "429.html", {"message": refusal.message}, status=429)
    else:
        response = JsonResponse({"code": CODE, "message": refusal.message}, status=429)
    response["Retry-After"] = str(refusal.wait_s)
    return response
