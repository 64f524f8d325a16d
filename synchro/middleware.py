"""What belongs to every answer."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from rooms.addresses import is_loopback
from synchro.origins.rule import own_origin


class CookiePathMiddleware:
    """Every cookie is for the site alone, and for no neighbour on the same host (SYNCHRO_PATH)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for cookie in response.cookies.values():
            cookie["path"] = settings.PATH
        return response


class IsolationMiddleware:
    """Cross-origin isolation: browsers then read their clock to 5 µs instead of 100 (docs/architecture.md, clock). On
    plain http they grant it to this computer's own addresses alone; anywhere else they complain of being asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        host, _port = split_domain_port(request.META.get("HTTP_HOST", ""))
        if request.is_secure() or is_loopback(host):
            response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
            response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        return response


class PolicyMiddleware(CSPMiddleware):
    """The content security policy, in which the site's own socket is named: the one of the host and scheme that this
    answer was asked for by. Any `ws:` would let what slipped into a page talk to anybody."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        parts.update = {**(parts.update or {}), "connect-src": _own_socket(request)}
        return parts


def _own_socket(request: HttpRequest) -> list[str]:
    """Its source expression. None for an IPv6 address, which the policy's grammar cannot name: there 'self' has to do,
    which covers the socket in browsers that follow CSP 3."""
    try:
        origin = own_origin(request)
    except DisallowedHost:  # the answer is a 400, which needs no socket
        return []
    return [] if "[" in origin else [f"ws{origin.removeprefix('http')}"]


class CompressionMiddleware(GZipMiddleware):
    """Text is sent compressed: a room's page with all its scripts is 330 kB of it, a third of that compressed. Music is
    compressed already. (Django pads pages with a random length, so that theirs tells nothing of what is secret.)"""

    TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml", "application/vnd.apple.mpegurl")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith(self.TEXT):
            return response
        return super().process_response(request, response)
