"""What is said of a page that may not act here: to the person at the page in their language, and to the log once."""

import logging

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from synchro.origins.rule import Fault, Misplaced

log = logging.getLogger(__name__)

MAX_SHOWN = 200
"""Characters of an address that somebody claims: longer than any true one, and short enough for a line of the log."""

KEPT_COMPLAINTS = 100
"""Different addresses that are logged; a stranger must not fill the log."""

WORDS: dict[Fault, str | Promise] = {
    Fault.HOST: _(
        "The server does not go by the name %(page)s. Whoever runs this site can add it to SYNCHRO_HOSTS, without a"
        " port."
    ),
    Fault.ORIGIN: _(
        "This page is at %(page)s, but the server takes %(site)s for its own address. Whoever runs this site can set"
        " SYNCHRO_TRUSTED_ORIGINS=%(page)s, or have the proxy in front pass on the Host header with its port."
    ),
    Fault.SCHEME: _(
        "This page is at %(page)s, but the server takes %(site)s for its own address. Whoever runs this site can set"
        " SYNCHRO_HTTPS=1, and have the proxy in front send “X-Forwarded-Proto: https”."
    ),
    Fault.HIDDEN: _(
        "The browser does not say where this page is, so the server, at %(site)s, cannot know whether it is its own."
        " Something in between sets “Referrer-Policy: no-referrer” or takes headers away; “same-origin” works."
    ),
    Fault.COOKIE: _(
        "This page came to the server by http, at %(site)s. With SYNCHRO_HTTPS=1 a browser keeps and sends the site's"
        " cookies by https alone. Whoever runs this site can have the proxy in front send “X-Forwarded-Proto: https”,"
        " or set SYNCHRO_HTTPS=0."
    ),
}


def words(of: Misplaced) -> str:
    """In the language that is active."""
    return str(WORDS[of.fault]) % {"page": _shown(of.page), "site": _shown(of.site)}


def _shown(address: str) -> str:
    return "".join(letter for letter in address[:MAX_SHOWN] if letter.isprintable())


_complaints: set[tuple[Fault, str]] = set()


def complain(of: Misplaced) -> None:
    """Tell the log, once of each address."""
    about = of.fault, _shown(of.page)
    if about in _complaints or len(_complaints) >= KEPT_COMPLAINTS:
        return
    _complaints.add(about)
    with translation.override(None):
        log.warning("Refused a page: %s", words(of))
