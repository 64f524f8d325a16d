"""The way in: what a proxy in front did to a request is undone before anybody looks at it.

- A proxy may take SYNCHRO_PATH away from an address. Here each has it again, so that the site knows only one.
- Behind a proxy, the connection's peer is the proxy. Each proxy appends who asked it to `X-Forwarded-For`, or sets it
  anew; what stands further left than the site's own proxies, a client may have claimed.
"""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from django.conf import settings

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[Any]]

SECURE = {"http": "https", "websocket": "wss"}


class Door:
    """In front of the ASGI application."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> Any:
        return await self._application(told(scope), receive, send)


def told(scope: Scope) -> Scope:
    """The scope as it is without the proxies in front."""
    told = {**scope, "path": own_path(scope["path"])}
    if settings.BEHIND_PROXY:
        if client := _address(_from_right(scope, b"x-forwarded-for")):
            told["client"] = (client, 0)
        if _from_right(scope, b"x-forwarded-proto") == "https":
            told["scheme"] = SECURE[scope["type"]]
    return told


def own_path(path: str) -> str:
    """With SYNCHRO_PATH in front. No address of the site below it begins as it does (`synchro.settings`)."""
    if path.startswith(settings.PATH) or f"{path}/" == settings.PATH:
        return path
    return settings.PATH + path.removeprefix("/")


def _from_right(scope: Scope, header: bytes) -> str:
    """What the outermost of the site's own proxies said: one value each, the nearest proxy's last."""
    whole = b",".join(value for name, value in scope["headers"] if name == header)
    values = [value.strip() for value in whole.decode("latin1").split(",")]
    return values[max(0, len(values) - settings.BEHIND_PROXY)]


def _address(value: str) -> str:
    """Without a port and brackets, which some proxies add; empty: it is no address."""
    name = value.partition("]")[0].removeprefix("[")
    if name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        return str(ip_address(name))
    except ValueError:
        return ""
