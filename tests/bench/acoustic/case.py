"""What every acoustic case works with: a room full of music, and figures with their bars."""

import contextlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.acoustic.rig import Listener, Rig
from tests.acoustic.session import BATH, KITCHEN, join_both, want_quality
from tests.acoustic.sound_cards import Device
from tests.acoustic.standstills import Standstills
from tests.serving import Site

PIECES = Path("/usr/share/games/asc/music")
"""Three pieces of some four minutes each, from Debian's asc-music (GPL-2+)."""

ROUNDS = 5
"""The queue holds each piece so often, 55 minutes in all: no case comes to its end."""


@dataclass(frozen=True)
class Figure:
    """One line of the table. `met` is None where there is no bar."""

    what: str
    heard: str
    bar: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**missed**", None: ""}[self.met]

    def __str__(self) -> str:
        return f"{self.what}: {self.heard}" + (f" (bar {self.bar}: {self.verdict})" if self.bar else "")


@dataclass(frozen=True)
class Music:
    """A served site with real music in its library, and a room that plays it."""

    site: Site
    api: httpx.Client
    slug: str

    @property
    def room_url(self) -> str:
        return f"{self.site.url}/rooms/{self.slug}/"

    def command(self, action: str, **fields: object) -> None:
        answer = self.api.post(f"rooms/{self.slug}/transport", json={"action": action, **fields})
        assert answer.status_code == 200, answer.text

    def from_the_top(self) -> None:
        """Play the queue's first piece, whatever played before."""
        self.command("jump", entry=self.site.room(self.slug)["queue"][0]["entry"])

    def changes_ago_s(self) -> list[float]:
        """How long ago each track followed the one before, all of them having played to their ends."""
        room = self.site.room(self.slug)
        over = list(itertools.takewhile(lambda each: each["entry"] != room["entry"], room["queue"]))
        begun_ago_s = itertools.accumulate((each["duration_s"] for each in reversed(over)), initial=room["position_s"])
        return list(begun_ago_s)[:-1]  # the last one is where the first track began


@contextlib.contextmanager
def served_music(folder: Path) -> Iterator[Music]:
    """Such a site in `folder`, which may hold its music already."""
    site = Site(folder)
    known = site.data.exists()
    site.data.mkdir(parents=True, exist_ok=True)
    site.manage("migrate", "--verbosity", "0")
    if not known:
        site.manage("import_music", os.fspath(PIECES))
    with site:
        site.start()
        with site.api() as api:
            tracks = [track["id"] for track in api.get("tracks").json()["items"]]
            slug = api.post("rooms", json={"name": "Acoustic"}).json()["slug"]
            for track in tracks * ROUNDS:
                assert api.post(f"rooms/{slug}/queue", json={"track_id": track}).status_code == 201
            try:
                yield Music(site, api, slug)
            finally:
                api.delete(f"rooms/{slug}")  # a folder that is kept would come to hold as many as one person may have


@dataclass(frozen=True)
class Pair:
    """Two listeners who hear the room's music, each by a browser and a speaker of their own."""

    rig: Rig
    machine: Standstills
    kitchen: Listener
    bath: Listener


@contextlib.contextmanager
def pair(
    music: Music, networks: tuple[str, str], devices: tuple[Device, Device] | None = None, *, quality: str = ""
) -> Iterator[Pair]:
    """Both sound on entry, from one device or from one each; if a rendition is named, that one and no other."""
    names = (KITCHEN, BATH)
    with Standstills() as machine, Rig(names, dict(zip(names, devices, strict=True)) if devices else None) as rig:
        kitchen, bath = (
            rig.listener(name, music.site.port, network=network) for name, network in zip(names, networks, strict=True)
        )
        if quality:
            for listener in (kitchen, bath):
                want_quality(listener, quality)
        music.from_the_top()
        join_both(rig, music.site, music.slug, kitchen, bath)
        yield Pair(rig, machine, kitchen, bath)
