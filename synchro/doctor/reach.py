"""Whether the site is reached at its public address, by a page and by a socket, as a browser there would."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Origin

from playback.protocol import CLOSE_NO_ROOM
from synchro.doctor.findings import Finding, bad, good

ANSWERS_WITHIN_S = 10
"""A page waits as long for a socket before it tries again."""

NO_ROOM = "-"
"""No room has this name: the socket opens and is told so, which is all that is asked of it."""


def public_address_answers() -> Iterator[Finding]:
    """Nothing to look at without SYNCHRO_TRUSTED_ORIGINS: the first one is the public address."""
    origin = next((origin for origin in settings.CSRF_TRUSTED_ORIGINS if "*" not in origin), None)
    if origin is None:
        return
    address = f"{origin}{settings.PATH}"
    if (found := _page(address)) is not None:
        yield found
        return
    yield good(_("The site answers at %(address)s.") % {"address": address})
    yield _socket(origin, address)


def _page(address: str) -> Finding | None:
    """What is wrong with it."""
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=ANSWERS_WITHIN_S) as answer:
            if json.load(answer) == {"status": "ok"}:
                return None
        error = _("something else answers there")
    except (urllib.error.URLError, OSError, ValueError) as failure:
        error = str(failure)
    return bad(
        _("The site does not answer at %(address)s: %(error)s") % {"address": address, "error": error},
        _("Look at the name's DNS entry, at the proxy's log, and whether the site runs. SYNCHRO_TRUSTED_ORIGINS begins"
          " with the site's public address, and SYNCHRO_PATH is what comes behind it."),
    )  # fmt: skip


def _socket(origin: str, address: str) -> Finding:
    url = f"ws{address.removeprefix('http')}ws/rooms/{NO_ROOM}/"
    context = ssl.create_default_context() if url.startswith("wss") else None
    try:
        with connect(url, origin=Origin(origin), ssl=context, open_timeout=ANSWERS_WITHIN_S, proxy=None) as socket:
            refused = json.loads(socket.recv(ANSWERS_WITHIN_S))
        return bad(str(refused.get("message", "")), _("The same is said to people in their rooms."))
    except ConnectionClosed as closed:
        if closed.rcvd and closed.rcvd.code == CLOSE_NO_ROOM:
            return good(_("Sockets open there."))
        error: Exception = closed
    except (InvalidHandshake, OSError, ValueError) as failure:
        error = failure
    return bad(
        _("No socket opens at %(address)s: %(error)s") % {"address": url, "error": error},
        _("Have the proxy pass WebSockets on: the headers Upgrade and Connection in nginx (deploy/nginx.conf)."),
    )
