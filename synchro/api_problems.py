"""Below `/api/`, every refusal is JSON with a code and words, whoever says it: Django's own pages are for people."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

CODES = {
    400: "bad_request", 403: "not_allowed", 404: "not_found", 405: "method_not_allowed", 413: "too_large",
    500: "internal", 503: "unavailable",
}  # fmt: skip


class ApiProblemMiddleware:
    """Outermost of those that answer, so that it sees what all others said."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(settings.API_PATH) or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        words = HTTPStatus(response.status_code)
        code = CODES.get(response.status_code, words.name.lower())
        problem = JsonResponse({"code": code, "message": f"{words.phrase}."}, status=response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response:
                problem[name] = response[name]
        return problem
