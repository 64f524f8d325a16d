"""A site that starts with its computer's clock set back: a small one has no battery, and begins a boot in the past."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serving import Site
from tests.waiting import until

HOUR_US = 3_600_000_000

_TWO_TRACKS = """
from tests.builders import ready_track
print(ready_track("First", seconds=3).pk, ready_track("Second", seconds=600).pk)
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, SYNCHRO_INGEST="0") as site:
        site.prepare(demo=False)
        site.start()
        yield site


def set_clock_back(site: Site) -> None:
    """As the first process of a boot would write it whose wall clock is an hour behind."""
    file = site.data / "clock.json"
    held = json.loads(file.read_text())
    file.write_text(json.dumps({**held, "offset_us": held["offset_us"] - HOUR_US}))


def titles_of_history(api: httpx.Client) -> list[str]:
    return [item["title"] for item in api.get("rooms/hall/history").raise_for_status().json()["items"]]


def test_the_music_goes_on_and_nothing_is_lost(site: Site) -> None:
    with site.api() as api:

        def command(action: str, **fields: float) -> None:
            api.post("rooms/hall/transport", json={"action": action, **fields}).raise_for_status()

        api.post("rooms", json={"name": "Hall"}).raise_for_status()
        for track in site.manage("shell", "--verbosity", "0", "--command", _TWO_TRACKS).split():
            api.post("rooms/hall/queue", json={"track_id": int(track)}).raise_for_status()
        command("play")
        until(lambda: titles_of_history(api) == ["First"], 10, "the first track to end")
        second = site.room("hall")["entry"]

        site.stop()
        set_clock_back(site)
        site.start()

        until(lambda: site.room("hall")["position_s"] > 0.2, 10, "the music to go on")
        assert site.room("hall")["entry"] == second
        assert re.search(r"clock is (59:5\d|1:00:00) behind", site.log.read_text())
        command("seek", position_s=400)
        until(lambda: site.room("hall")["position_s"] > 400.2, 10, "a command to take effect")
        command("previous")
        assert titles_of_history(api)[-1] == "First"
