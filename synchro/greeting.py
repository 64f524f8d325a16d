"""What a person at the terminal is told once the site listens: where it is, and how its first administrator is made."""

import io
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

import segno
from django.urls import reverse

_ON_BLACK, _RESET = "\x1b[38;5;231;48;5;16m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses of the site, each with a slash at its end; None: it is not to be reached so."""

    here: str
    network: str | None = None
    public: str | None = None
    """Where a proxy offers it to everybody."""


def places(
    host: str,
    port: int,
    *,
    path: str = "/",
    public: str | None = None,
    on_network: Callable[[socket.AddressFamily], str | None],
) -> Places:
    """Of a site that listens on `host`, as the socket says it: an address of this machine, or all of them. `path`:
    below which it is there."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
        local, network = ("::1" if address.version == 6 else "127.0.0.1"), on_network(family)
    else:
        local, network = host, None if address.is_loopback else host
    return Places(
        f"{_origin(local, port)}{path}",
        f"{_origin(network, port)}{path}" if network else None,
        f"{public}{path}" if public else None,
    )


def text(where: Places, *, token: str | None, terminal: bool) -> str:
    """`token`: what makes the first administrator, while there is none. `terminal`: a person looks at it."""
    lines = ["", "Synchro is ready."]
    if where.public:
        lines.append(_line("For everybody", where.public))
    lines.append(_line("On this computer", where.here))
    if where.network:
        lines.append(_line("On your network", where.network))
    elif not where.public:
        lines.append(_line("On your network", "not yet: start it with HOST=0.0.0.0"))
    if token:
        page = urljoin(where.public or where.here, reverse("accounts:first-administrator"))
        lines.append(_line("First administrator", f"{page}?{urlencode({'token': token})}"))
    if terminal:
        if shown := where.public or where.network:
            lines += ["", *_qr_code(shown), f"  For a phone: {shown}"]
        lines += ["", "Ctrl+C ends it."]
    return "\n".join([*lines, ""])


def _line(name: str, value: str) -> str:
    return f"  {name:<20} {value}"


def _origin(host: str, port: int) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}" if port == 80 else f"http://{name}:{port}"


def _qr_code(url: str) -> list[str]:
    """White on black whatever the terminal's own colours are: not every phone reads an inverted one."""
    drawn = io.StringIO()
    segno.make_qr(url).terminal(drawn, border=2, compact=True)
    return [f"  {_ON_BLACK}{line}{_RESET}" for line in drawn.getvalue().splitlines()]
