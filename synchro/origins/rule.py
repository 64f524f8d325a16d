"""Whose page may act here: one rule, for forms and for sockets.

A browser sends a person's cookies along with what any page in the world asks, and DNS rebinding makes any name point
here. So the host must be one of SYNCHRO_HOSTS, and the page's origin the site's own or one of SYNCHRO_TRUSTED_ORIGINS.
A program sends no Origin, and no person's cookies that it could misuse.

The site knows its own address by what a proxy in front hands on. Where that is wrong, the two differ.
"""

import re
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

HIDDEN = "null"
"""What a browser names as the origin of a form under `Referrer-Policy: no-referrer`."""


class Fault(Enum):
    """Why a page may not act here. The value is a stable code."""

    HOST = "bad_host"
    ORIGIN = "bad_origin"
    SCHEME = "bad_scheme"
    HIDDEN = "hidden_origin"
    COOKIE = "plain_http"


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A page that may not act here."""

    fault: Fault
    page: str
    """Where the browser says that the page is; empty: nothing was said."""

    site: str
    """Where the site believes that it is itself."""


def misplaced(request: HttpRequest) -> Misplaced | None:
    """What keeps the page behind a request from acting here; None: nothing does."""
    try:
        site = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return Misplaced(Fault.HOST, request.META.get("HTTP_HOST", ""), "")
    page = request.META.get("HTTP_ORIGIN")
    if page is None or _forms.is_trusted(request):
        return None
    return Misplaced(_fault(page, site), page, site)


def _fault(page: str, site: str) -> Fault:
    if page == HIDDEN:
        return Fault.HIDDEN
    (said, page_name), (known, site_name) = _scheme_and_name(page), _scheme_and_name(site)
    return Fault.SCHEME if (said, known, page_name) == ("https", "http", site_name) else Fault.ORIGIN


def _scheme_and_name(origin: str) -> tuple[str, str]:
    """Without the port. Of whatever somebody claims, where `urlsplit` would raise."""
    scheme, _, host = origin.partition("://")
    return scheme, re.sub(r":\d+$", "", host)


def misplaced_form(request: HttpRequest) -> Misplaced | None:
    """The same of a form that Django refused, which looks at more where a browser names no origin."""
    if (found := misplaced(request)) or "HTTP_ORIGIN" in request.META:
        return found
    site = f"{request.scheme}://{request.get_host()}"
    if settings.CSRF_COOKIE_NAME in request.COOKIES:
        referer = re.match(r"\w+://[^/?#]+", request.META.get("HTTP_REFERER", ""))
        page = referer[0] if referer else ""
        if request.is_secure() and page != site:
            return Misplaced(_fault(page or HIDDEN, site), page, site)
        return None
    if settings.CSRF_COOKIE_SECURE and not request.is_secure():
        return Misplaced(Fault.COOKIE, site, site)
    return None


def own_origin(request: HttpRequest) -> str:
    """Where people find the site, by the name that it was asked by. Raises DisallowedHost.

    A proxy may drop the port from that name; the trusted origin of the same name has it.
    """
    here = urlsplit(f"{request.scheme}://{request.get_host()}")
    trusted = [urlsplit(origin) for origin in settings.CSRF_TRUSTED_ORIGINS]
    named = [origin.geturl() for origin in trusted if origin.hostname == here.hostname]
    return here.geturl() if here.port or here.geturl() in named or not named else named[0]


def address_of(request: HttpRequest) -> str:
    """Where people find what was asked for. Raises DisallowedHost."""
    return own_origin(request) + request.path


class _Forms(CsrfViewMiddleware):
    """The rule that Django's forms follow, which has no public name."""

    def is_trusted(self, request: HttpRequest) -> bool:
        return bool(self._origin_verified(request))  # type: ignore[attr-defined]  # not in the stubs


_forms = _Forms(lambda request: HttpResponse())
