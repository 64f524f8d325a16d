"""How Redis is spoken to. Imports nothing, because the settings read it."""

from socket import TCP_KEEPCNT, TCP_KEEPIDLE, TCP_KEEPINTVL
from typing import Any

OTHERS = "others"
"""The channel layer between processes."""

TIMEOUT_S = 0.5
"""For a connection, and for each answer. Redis answers in a millisecond; a command of a page waits this long once."""

CONNECTION: dict[str, Any] = {
    "socket_timeout": TIMEOUT_S,
    "socket_connect_timeout": TIMEOUT_S,
    # A subscription sends nothing by itself: that its peer's machine is gone is known 11 s later, by the kernel.
    "socket_keepalive": True,
    "socket_keepalive_options": {TCP_KEEPIDLE: 5, TCP_KEEPINTVL: 2, TCP_KEEPCNT: 3},
}
