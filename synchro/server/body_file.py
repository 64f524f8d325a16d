"""Django's side of a long body: it is the file that the server wrote, not a copy of it.

Trap: Django copies every body from the ASGI messages into a file of its own, on the event loop. When the client goes
away, or a file of a form is refused in its middle, it leaves open files to the garbage collector.

The server puts the file into the scope's extensions. Under any other server the messages bring the body as usual.
"""

import asyncio
from dataclasses import dataclass
from typing import IO, Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest

EXTENSION = "synchro.body_file"


@dataclass
class BodyFile:
    file: IO[bytes]
    request: ASGIRequest | None = None

    def close(self) -> None:
        if self.request is not None:
            self.request.close()
            for handler in getattr(self.request, "_upload_handlers", ()):
                if hasattr(handler, "file"):
                    handler.file.close()
        self.file.close()


class Handler(ASGIHandler):
    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().handle(scope, receive, send)
        finally:
            if (body := _body_file(scope)) is not None:
                await asyncio.to_thread(body.close)  # to free 2 GB takes a while

    def create_request(self, scope: Any, body_file: IO[bytes]) -> Any:
        body = _body_file(scope)
        request, error = super().create_request(scope, body.file if body else body_file)
        if body:
            body.request = request
        return request, error


def _body_file(scope: Any) -> BodyFile | None:
    body: BodyFile | None = scope.get("extensions", {}).get(EXTENSION)
    return body
