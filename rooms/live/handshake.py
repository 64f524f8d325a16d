"""A socket's handshake as a request of the site: host, origin, cookies and language follow the rules of its pages.

A browser sends a person's cookies with a socket of any page in the world, and DNS rebinding makes any name point here:
the host must be one of SYNCHRO_HOSTS, and the origin this site's own or one of SYNCHRO_TRUSTED_ORIGINS, exactly as
Django asks of a form. A program sends no Origin, and no person's cookies that it could misuse.
"""

import logging
from io import BytesIO

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from rooms.live.clock_lane import Message

log = logging.getLogger(__name__)

KEPT_COMPLAINTS = 100
"""Different refusals that are logged; a stranger must not fill the log."""

_complaints: set[tuple[str, str]] = set()


def request_of(scope: Message) -> HttpRequest:
    """The handshake as a GET request. Raises nothing: what is odd in it is found by who asks for it."""
    secure = settings.BEHIND_PROXY and dict(scope["headers"]).get(b"x-forwarded-proto") == b"https"
    return ASGIRequest({**scope, "type": "http", "method": "GET", "scheme": "https" if secure else "http"}, BytesIO())


def is_own(request: HttpRequest) -> bool:
    """Whether the handshake may open a socket here; what it is refused for is logged with the setting that decides."""
    try:
        host = request.get_host()
    except DisallowedHost:
        _complain("host", request.META.get("HTTP_HOST", ""), "SYNCHRO_HOSTS does not name it")
        return False
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None or _forms.is_trusted(request):
        return True
    scheme = "https" if request.is_secure() else "http"
    _complain("origin", origin, f"it is not {scheme}://{host}, and SYNCHRO_TRUSTED_ORIGINS does not name it")
    return False


def _complain(what: str, value: str, reason: str) -> None:
    if (what, value) not in _complaints and len(_complaints) < KEPT_COMPLAINTS:
        _complaints.add((what, value))
        log.warning("Refused a socket for its %s %.200r: %s.", what, value, reason)


class _Forms(CsrfViewMiddleware):
    """The rule that Django's forms follow, which has no public name."""

    def is_trusted(self, request: HttpRequest) -> bool:
        return bool(self._origin_verified(request))  # type: ignore[attr-defined]  # not in the stubs


_forms = _Forms(lambda request: HttpResponse())
