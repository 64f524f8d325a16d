"""A socket's handshake as a request of the site: host, origin, cookies and language follow the rules of its pages."""

from io import BytesIO

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

from rooms.live.clock_lane import Message


def request_of(scope: Message) -> HttpRequest:
    """The handshake as a GET request. Raises nothing: what is odd in it is found by who asks for it."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "type": "http", "method": "GET", "scheme": scheme}, BytesIO())
