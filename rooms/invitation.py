"""How somebody is asked into a room: an address that they can open, and the same as a picture for their phone."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

import segno
from django.utils.safestring import SafeString, mark_safe

from rooms.addresses import is_loopback

QUIET_ZONE = 4
"""Modules of light around the code, by ISO/IEC 18004; cameras rely on it."""

KEPT_CODES = 256
"""Rooms whose code is kept made (2 kB each): making one takes some milliseconds."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """`address` is what to hand on. `only_here`: nobody but this computer reaches it; then `elsewhere` is the address
    once the site listens on the network, if this machine has one."""

    address: str
    only_here: bool
    elsewhere: str = ""

    @property
    def code(self) -> SafeString:
        return qr_code(self.address)


def invitation(opened: str, listens_on: str, network: str | None) -> Invitation:
    """To the page that somebody has open at the address `opened`. On a loopback address, others are sent to the
    machine's address on the network, where the site listens there too (`listens_on`)."""
    parts = urlsplit(opened)
    if not is_loopback(parts.hostname or ""):
        return Invitation(opened, only_here=False)
    port = f":{parts.port}" if parts.port else ""
    elsewhere = urlunsplit(parts._replace(netloc=f"{network}{port}")) if network else ""
    if elsewhere and not is_loopback(listens_on):
        return Invitation(elsewhere, only_here=False)
    return Invitation(opened, only_here=True, elsewhere=elsewhere)


@lru_cache(KEPT_CODES)
def qr_code(text: str) -> SafeString:
    """An SVG element that holds `text` as a QR code, dark on light whatever the page's colours."""
    code = segno.make_qr(text, error="m")
    svg = code.svg_inline(border=QUIET_ZONE, omitsize=True, dark="#000", light="#fff", svgclass=None, lineclass=None)
    return mark_safe(svg)  # made of numbers: the text is not in it
