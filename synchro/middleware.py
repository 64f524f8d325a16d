"""What belongs to every answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class IsolationMiddleware:
    """Cross-origin isolation: browsers then read their clock to 5 µs instead of 100 (docs/architecture.md, clock)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        return response


class CompressionMiddleware(GZipMiddleware):
    """Text is sent compressed: a room's page with all its scripts is 330 kB of it, a third of that compressed. Music is
    compressed already. (Django pads pages with a random length, so that theirs tells nothing of what is secret.)"""

    TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/vnd.apple.mpegurl")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(self.TEXT):
            return response
        return super().process_response(request, response)
