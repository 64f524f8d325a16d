"""Rooms of any size over the real server: no frame is larger than its limit, and a page that applies what it is told
holds the queue that the server has."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection

from playback.limits import MAX_SENT_FRAME_BYTES
from tests.access.stage import DEADLINE_S, Stage
from tests.serving import Site

SIZES = (0, 1, 64, 500, 5000)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Site(tmp_path_factory.mktemp("sizes")) as site:
        site.prepare(demo=False)
        prepared = Stage(site, 2 * len(SIZES))
        rooms = {room["slug"]: size for room, size in zip(prepared.rooms["everyone"], SIZES, strict=True)}
        site.manage("shell", "--verbosity", "0", "--command", f"""
from library.models import Track
from rooms.models import QueueEntry, Room
track = Track.objects.first()
for slug, size in {rooms!r}.items():
    room = Room.objects.get(slug=slug)
    room.entries.all().delete()
    QueueEntry.objects.bulk_create(
        QueueEntry(room=room, track=track, rank=n << 20, shuffled_rank=n << 20, added_by="A" * 40) for n in range(size)
    )
    first = room.entries.first()
    Room.objects.filter(pk=room.pk).update(entry=first and first.pk, status="paused")
""")  # fmt: skip
        site.start()
        yield prepared


class Page:
    """A page's queue: rendered at first, then made of what the socket says, and fetched where that says so."""

    def __init__(self, stage: Stage, slug: str, socket: ClientConnection) -> None:
        self.stage, self.slug, self.socket = stage, slug, socket
        self.largest = self.fetches = 0
        self.ids: list[int] = []
        self.revision = -1

    def fetch(self) -> None:
        self.fetches += 1
        answer = httpx.get(f"{self.stage.site.url}/rooms/{self.slug}/parts/queue/?fragment")
        self.ids = [int(found) for found in re.findall(r'data-entry="(\d+)"', answer.text)]
        self.revision = int(re.findall(r'data-revision="(\d+)"', answer.text)[0])
        self.whole = "data-later" not in answer.text

    def hear(self, until: str) -> dict[str, Any]:
        """Take frames up to one of this type."""
        while True:
            text = self.socket.recv(DEADLINE_S)
            self.largest = max(self.largest, len(text if isinstance(text, bytes) else text.encode()))
            message: dict[str, Any] = json.loads(text)
            if message["type"] == "room.update" and "queue" in message["parts"].get("lists", {}):
                self.take(message["parts"]["lists"]["queue"])
            if message["type"] == until:
                return message

    def take(self, part: dict[str, Any]) -> None:
        if part["revision"] <= self.revision:
            return
        if part["base"] != self.revision:
            return self.fetch()
        self.ids = [pk for pk in self.ids if pk not in part.get("gone", [])]
        for row in part.get("rows", []):
            self.ids = [pk for pk in self.ids if pk != row["id"]]
            if row["before"] is None and self.whole:
                self.ids.append(row["id"])
            elif row["before"] in self.ids:
                self.ids.insert(self.ids.index(row["before"]), row["id"])
        self.revision = part["revision"]
        return None


@pytest.mark.parametrize("size", SIZES)
def test_no_frame_is_too_large_and_pages_follow(stage: Stage, size: int) -> None:
    slug = stage.rooms["everyone"][SIZES.index(size)]["slug"]
    with stage.socket("host", slug) as socket, stage.site.api() as script:
        page = Page(stage, slug, socket)
        page.fetch()
        page.hear("people.update")
        full = size == 5000
        added = script.post(f"rooms/{slug}/queue", json={"track_id": stage.track})
        assert added.status_code == (409 if full else 201)
        queue = [entry["entry"] for entry in stage.site.room(slug)["queue"]]
        script.post(f"rooms/{slug}/queue/{queue[-1]}/move", json={"before": queue[0]}).raise_for_status()
        script.post(f"rooms/{slug}/transport", json={"action": "play"}).raise_for_status()
        if len(queue) > 2:
            script.delete(f"rooms/{slug}/queue/{queue[1]}").raise_for_status()
            script.post(f"rooms/{slug}/transport", json={"action": "next"}).raise_for_status()
        script.post(f"rooms/{slug}/transport", json={"action": "seek", "position_s": 1}).raise_for_status()
        fetches = page.fetches
        last = stage.site.room(slug)["revision"]
        while page.hear("room.update")["revision"] < last:
            pass
        queue = [entry["entry"] for entry in stage.site.room(slug)["queue"]]
        assert page.ids == (queue if page.whole else [pk for pk in queue if pk in page.ids])
        assert page.fetches == fetches  # steps were enough
        script.post(f"rooms/{slug}/transport", json={"action": "shuffle", "on": True}).raise_for_status()
        last = stage.site.room(slug)["revision"]
        while page.hear("room.update")["revision"] < last:
            pass
        queue = [entry["entry"] for entry in stage.site.room(slug)["queue"]]
        assert page.ids == [pk for pk in queue if pk in page.ids]
        assert page.ids
        assert page.largest <= MAX_SENT_FRAME_BYTES
