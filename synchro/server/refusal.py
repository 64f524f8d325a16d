"""How the server refuses a request before Django sees it: the whole answer, in the sender's form and language.

`{"code", "message"}` as everywhere, with a `reason` where the machine is at fault; or a page for people, to whoever
asks for HTML first.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, parse_cookie
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from twisted.web.http_headers import Headers

from synchro.outages import RETRY_AFTER_S, outage_of

_PAGE = """<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{message}</title>
<h1>{message}</h1>
</html>
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    status: HTTPStatus
    code: str
    message: str | Promise
    reason: str = ""
    retry_after_s: int | None = None


TIMED_OUT = Refusal(HTTPStatus.REQUEST_TIMEOUT, "timed_out", _("The request took too long to arrive."))
TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _("This request is larger than this site accepts.")
)
FILE_TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", _("This file is larger than this site accepts.")
)
NOT_SIGNED_IN = Refusal(HTTPStatus.UNAUTHORIZED, "not_signed_in", _("Sign in first."))
NOT_ALLOWED = Refusal(HTTPStatus.FORBIDDEN, "not_allowed", _("You may not upload files here."))
UNAVAILABLE = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", _("The site cannot do this now. Try again later."))
NOT_STORED = Refusal(
    HTTPStatus.INSUFFICIENT_STORAGE, "not_stored", _("The site could not store this. Its disk may be full.")
)


def not_stored(error: OSError) -> Refusal:
    """For a body that could not be written: as the site answers an outage (`synchro.outages`), where it is one."""
    if (outage := outage_of(error)) is None:
        return NOT_STORED
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", outage.label, outage.value, RETRY_AFTER_S)


def django_request(path: bytes, headers: Headers) -> HttpRequest:
    """As much of a request as says who sends it and what they can read."""
    request = HttpRequest()
    request.path = path.decode("latin1")
    for name, values in headers.getAllRawHeaders():
        if b"_" in name:
            continue  # it would pass for the one with a hyphen
        request.META[f"HTTP_{name.decode('latin1').upper().replace('-', '_')}"] = ",".join(
            value.decode("latin1") for value in values
        )
    request.COOKIES = parse_cookie(request.META.get("HTTP_COOKIE", ""))
    return request


def answer(refusal: Refusal, request: HttpRequest | None) -> bytes:
    """The whole HTTP answer. No request: its headers have not come."""
    language = translation.get_language_from_request(request) if request else settings.LANGUAGE_CODE
    with translation.override(language):
        message = str(refusal.message)
    if request and _reads_html(request):
        kind, body = "text/html", _PAGE.format(language=language, message=escape(message))
    else:
        kind, body = "application/json", _json(refusal, message)
    content = body.encode()
    lines = [
        f"HTTP/1.1 {refusal.status.value} {refusal.status.phrase}", f"Content-Type: {kind}; charset=utf-8",
        f"Content-Length: {len(content)}", "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'",
        "X-Content-Type-Options: nosniff", "Connection: close",
    ]  # fmt: skip
    if refusal.retry_after_s is not None:
        lines.append(f"Retry-After: {refusal.retry_after_s}")
    lines += ["", ""]
    return "\r\n".join(lines).encode() + content


def _json(refusal: Refusal, message: str) -> str:
    reason = {"reason": refusal.reason} if refusal.reason else {}
    return json.dumps({"code": refusal.code, "message": message, **reason})


def _reads_html(request: HttpRequest) -> bool:
    """A browser that goes to a page says so; a script that takes anything (`*/*`) is better served by JSON."""
    return not request.path.startswith(settings.API_PATH) and "text/html" in request.META.get("HTTP_ACCEPT", "")


def load_languages() -> None:
    """Read the catalogues, which Django does when one is first used: that would be on the event loop."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
