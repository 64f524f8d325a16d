"""The process: daphne with this package's classes.

Traps of daphne:
- An application's queue is one of asyncio's, which costs 3 kB a socket (`inbox`).
- Its server names its own protocol classes. It makes two factories of them, then calls `ready_callable`, then serves.
- A connection that ends twice (rejected or ended, then lost) raises KeyError, and so does the end of the server while a
  request is arriving: then no application's end is waited for.
"""

import asyncio
from collections.abc import Awaitable
from functools import partial
from typing import Any

from daphne.cli import CommandLineInterface
from daphne.server import Server
from twisted.internet.defer import Deferred

from synchro import startup
from synchro.server import limits, refusal
from synchro.server.body_file import EXTENSION, BodyFile
from synchro.server.channel import Channel
from synchro.server.drain import drain
from synchro.server.inbox import Inbox
from synchro.server.request import Request
from synchro.server.socket import Socket


class LimitedServer(Server):  # type: ignore[misc]  # daphne has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        options["ping_interval"] = limits.SOCKET_PING_EVERY_S
        super().__init__(*args, ready_callable=self._prepare, **options)
        self._ports: list[Any] = []

    def listen_success(self, port: Any) -> None:
        self._ports.append(port)
        super().listen_success(port)

    def _prepare(self) -> None:
        self.http_factory.protocol = Channel
        self.ws_factory.protocol = Socket
        refusal.load_languages()
        startup.listening(self.listening_addresses)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if protocol not in self.connections:
            return None  # it has ended
        if isinstance(protocol, Request) and (file := protocol.take_body_file()) is not None:
            scope["extensions"] = {EXTENSION: BodyFile(file)}
        inbox = Inbox()
        scope.setdefault("asgi", {"version": "3.0"})
        running = self.application(scope=scope, receive=inbox.get, send=partial(self.handle_reply, protocol))
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(running)
        return inbox

    def handle_reply(self, protocol: Any, message: dict[str, Any]) -> Awaitable[None]:
        """The application's `send`."""
        reply: Awaitable[None] = super().handle_reply(protocol, message)
        return _then_wait(reply, protocol) if isinstance(protocol, Request) else reply

    def protocol_disconnected(self, protocol: Any) -> None:
        if protocol in self.connections:
            super().protocol_disconnected(protocol)

    def kill_all_applications(self) -> Deferred[None]:
        """What daphne does once the process is to end."""
        return Deferred.fromFuture(asyncio.ensure_future(self._end()))

    async def _end(self) -> None:
        await drain(self._ports, self._open_sockets, self._running)
        for protocol, about in list(self.connections.items()):
            if "application_instance" not in about:
                del self.connections[protocol]
        await super().kill_all_applications().asFuture(asyncio.get_running_loop())

    def _open_sockets(self) -> list[Socket]:
        return [one for one in self.connections if isinstance(one, Socket) and one.state == Socket.STATE_OPEN]

    def _running(self) -> list[asyncio.Future[None]]:
        applications = (about.get("application_instance") for about in self.connections.values())
        return [one for one in applications if one is not None and not one.done()]


async def _then_wait(reply: Awaitable[None], request: Request) -> None:
    await reply
    await request.writable()


class CommandLine(CommandLineInterface):  # type: ignore[misc]  # daphne has no types
    server_class = LimitedServer
