"""Listeners of a room as their pages follow it: by revisions, asking for what they missed."""

import json
import threading
from contextlib import ExitStack
from itertools import count
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.serving import Site
from tests.waiting import until

DEADLINE_S = 30
_ids = count(1)


def cookies_of(site: Site, slug: str) -> dict[str, str]:
    """A new guest's, good for every process of the site."""
    with httpx.Client(base_url=site.url) as browser:
        browser.get(f"/rooms/{slug}/").raise_for_status()
        return dict(browser.cookies)


class Listener:
    """A guest in a room, at one of the processes."""

    def __init__(self, site: Site, slug: str, name: str, cookies: dict[str, str] | None = None) -> None:
        self.cookies = cookies or cookies_of(site, slug)
        self.revision = 0
        self.transport: dict[str, Any] = {}
        self.order: list[int] = []
        """Revisions in the order in which they were told."""
        self.gaps = 0
        self.people = 0
        self.role = ""
        self.closed: int | None = None
        self._answers: dict[str, dict[str, Any]] = {}
        cookie = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        headers = {"Origin": site.url, "Cookie": cookie}
        self._opened = ExitStack()
        opened = connect(f"{site.ws_url}/ws/rooms/{slug}/", additional_headers=headers, max_size=None)
        self._socket = self._opened.enter_context(opened)
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()
        until(lambda: self.revision, DEADLINE_S, "the room's state comes")
        assert self.command("room.join", nickname=name)["type"] == "command.accepted"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()
        self._thread.join(DEADLINE_S)

    def command(self, kind: str, command_id: str = "", **fields: Any) -> dict[str, Any]:
        """Its answer."""
        command_id = command_id or f"command-{next(_ids)}"
        self._answers.pop(command_id, None)
        self._socket.send(json.dumps({"type": kind, "id": command_id, **fields}))
        return until(lambda: self._answers.get(command_id), DEADLINE_S, f"{kind} is answered")

    def report(self, **numbers: Any) -> None:
        """What its player says of itself."""
        self._socket.send(json.dumps({"type": "listener.report", **numbers}))

    def has(self, revision: int) -> None:
        """Wait until it was told of a revision."""
        until(lambda: self.revision >= revision, DEADLINE_S, f"revision {revision} comes, after {self.revision}")

    def _hear(self) -> None:
        try:
            for text in self._socket:
                self._take(json.loads(text))
        except ConnectionClosed:
            pass
        self.closed = self._socket.close_code

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "room.update":
                self._follow(message)
            case "people.update":
                self.people = message["count"]
            case "self.update":
                self.role = message["role"]
            case "command.accepted" | "command.refused":
                self._answers[message["id"]] = message

    def _follow(self, message: dict[str, Any]) -> None:
        if message["revision"] <= self.revision:
            return
        if message["base_revision"] > self.revision:
            self.gaps += 1
            self._socket.send(json.dumps({"type": "room.resume", "revision": self.revision}))
            return
        self.transport = message["parts"].get("transport", self.transport)
        self.order.append(message["revision"])
        self.revision = message["revision"]
