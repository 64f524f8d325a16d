"""A served site with people of every kind (cast.py), and their sockets."""

import json
from contextlib import AbstractContextManager
from typing import Any

import msgspec
from websockets.sync.client import ClientConnection, connect

from tests.permissions import COMMANDS
from tests.serving import ROOT, Site

DEADLINE_S = 20


class Stage:
    """`rooms` alike, half of them controlled by hosts only, each with a host account, a listening guest and a queue."""

    def __init__(self, site: Site, rooms: int = 4) -> None:
        script = f"import sys; sys.argv.append('{rooms}')\n" + (ROOT / "tests/access/cast.py").read_text()
        cast = json.loads(site.manage("shell", "--verbosity", "0", "--command", script).splitlines()[-1])
        self.site, self.cookies, self.track = site, cast["cookies"], cast["track"]
        self.rooms: dict[str, list[dict[str, Any]]] = {"everyone": [], "hosts": []}
        for room in cast["rooms"]:
            self.rooms[room["control"]].append(room)

    def socket(self, person: str, slug: str, **headers: str) -> AbstractContextManager[ClientConnection]:
        return connect(
            f"{self.site.ws_url}/ws/rooms/{slug}/", max_size=None,
            additional_headers={"Origin": self.site.url, "Cookie": self.cookies[person], **headers},
        )  # fmt: skip

    def frame(self, command: str, room: dict[str, Any], command_id: str = "walk", **fields: Any) -> str:
        """The command with values that the room would accept. A field that a new command brings is to be added here."""
        values = {
            "id": command_id, "entry": room["entry"], "before": None, "tracks": [self.track], "revision": 1,
            "position_s": 1.5, "volume": 0.5, "mode": "all", "on": True, "nickname": "Nick", "name": "Renamed",
        }  # fmt: skip
        optional = {"place", "control", "visibility"}
        names = [field.name for field in msgspec.structs.fields(COMMANDS[command]) if field.name not in optional]
        return json.dumps({"type": command, **{name: values[name] for name in names}, **fields})


def answer(socket: ClientConnection, frame: str, deadline_s: float = DEADLINE_S) -> str:
    """Send a command: "yes", or the code of its refusal."""
    socket.send(frame)
    while (message := json.loads(socket.recv(deadline_s)))["type"] not in {"command.accepted", "command.refused"}:
        pass
    return "yes" if message["type"] == "command.accepted" else str(message["code"])


def next_frame(socket: ClientConnection, kind: str) -> dict[str, Any]:
    while (message := json.loads(socket.recv(DEADLINE_S)))["type"] != kind:
        pass
    return dict(message)
