"""The plug is pulled while music plays: nothing is lost, and the music is where it would have been."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Site
from tests.waiting import until

ROOM = "demo"
TOLERANCE_S = 0.001
"""The API's answer names its own instant, so that only rounding is left."""


@pytest.fixture
def site(server: Site, tmp_path: Path) -> Iterator[Site]:
    """A copy of the shared site, to be killed."""
    copy = Site(tmp_path)
    shutil.copytree(server.data, copy.data, copy_function=os.link)
    with sqlite3.connect(server.folder / "db.sqlite3") as source, sqlite3.connect(tmp_path / "db.sqlite3") as target:
        source.backup(target)
    with copy:
        copy.start()
        yield copy


def timeline(state: dict) -> float:
    """Seconds of the room's whole music, from an answer: what has to go on in step with server time."""
    lengths = {entry["entry"]: entry["duration_s"] for entry in state["queue"]}
    order = [entry["entry"] for entry in state["queue"]]
    before = sum(lengths[entry] for entry in order[: order.index(state["entry"])])
    return float(before + state["position_s"])


def test_killed_and_started_again_the_room_is_where_it_would_have_been(site: Site) -> None:
    with site.api() as api:
        first = site.room(ROOM)["queue"][0]["entry"]
        assert api.post(f"rooms/{ROOM}/transport", json={"action": "jump", "entry": first}).status_code == 200
        assert api.post(f"rooms/{ROOM}/transport", json={"action": "seek", "position_s": 5}).status_code == 200
        before = site.room(ROOM)
        history = api.get(f"rooms/{ROOM}/history").json()
        site.kill()
        site.start()
        after = site.room(ROOM)
        assert after["queue"] == before["queue"]
        assert after["status"] == "playing"
        assert api.get(f"rooms/{ROOM}/history").json() == history
        assert (after["position"], after["at_us"]) == (before["position"], before["at_us"])
        heard_s = timeline(after)
        due_s = (after["server_us"] - after["at_us"]) / 1e6 + after["position"] / 48_000
        assert heard_s == pytest.approx(due_s, abs=TOLERANCE_S)


def test_a_track_that_ended_while_the_server_was_dead_is_followed_by_the_next(site: Site) -> None:
    with site.api() as api:
        state = site.room(ROOM)
        first, second = state["queue"][0], state["queue"][1]
        api.post(f"rooms/{ROOM}/transport", json={"action": "jump", "entry": first["entry"]})
        almost_s = first["duration_s"] - 0.5
        api.post(f"rooms/{ROOM}/transport", json={"action": "seek", "position_s": almost_s, "entry": first["entry"]})
        site.kill()
        site.start()
        until(lambda: site.room(ROOM)["entry"] == second["entry"], 10, "the next track")
