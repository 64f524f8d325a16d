"""Bench part "costs": what a change of a long queue takes, and the home page of a site with many rooms.

How many queries each of them makes is asserted by tests/rooms/test_costs.py.
"""

import time
from statistics import median

import httpx

from tests.bench.crowd import Crowd
from tests.bench.report import table
from tests.bench.rooms import guest_cookie, serving
from tests.serving import Site

ENTRIES, LISTENERS, MOVES = 500, 20, 60
MOVE_EVERY_S = 0.25
MOVE_BAR_MS = 30

ROOMS, ENTRIES_OF_EACH, LOOKS = 1000, 100, 30
HOME_BAR_MS = 100

_FILL = f"""
from rooms.identity import of_user
from rooms.models import QueueEntry, Room
from tests.builders import make_room, make_user, ready_track
alice = of_user(make_user("host"))
track = ready_track('Piece')
def fill(room, entries):
    QueueEntry.objects.bulk_create(
        QueueEntry(room=room, track=track, rank=n << 20, shuffled_rank=n << 20) for n in range(entries))
fill(make_room(alice, 'hall'), {ENTRIES})
for n in range({ROOMS}):
    if n % 20 == 0:
        owner = of_user(make_user(f'host{{n}}'))
    fill(make_room(owner, f'Room {{n}}'), {ENTRIES_OF_EACH})
"""


def run() -> str:
    with serving(Site) as site:
        site.manage("shell", "--verbosity", "0", "--command", _FILL)
        answered_ms, arrived_ms = _moves(site)
        home_ms = [_home(site) for _ in range(LOOKS)]
    rows = [
        [f"a move in a queue of {ENTRIES}: accepted", f"{median(answered_ms):.1f}", f"{max(answered_ms):.1f}",
         f"≤ {MOVE_BAR_MS}"],
        [f"… shown to the last of {LISTENERS} listeners", f"{median(arrived_ms):.1f}", f"{max(arrived_ms):.1f}", ""],
        [f"the home page, {ROOMS} rooms of {ENTRIES_OF_EACH} entries", f"{median(home_ms):.1f}", f"{max(home_ms):.1f}",
         f"≤ {HOME_BAR_MS}"],
    ]  # fmt: skip
    return table(["", "median, ms", "longest, ms", "bar, median"], rows)


def _moves(site: Site) -> tuple[list[float], list[float]]:
    """Each from the sending: until the sender's answer came, and until everybody had the change."""
    entries = [entry["entry"] for entry in site.room("hall")["queue"]]
    crowd = Crowd(b'"room.update"', 0, reports=False)
    crowd.connect(site.port, "/ws/rooms/hall/", [guest_cookie(site) for _ in range(LISTENERS)])
    crowd.keep_on(2)
    answered_ms, arrived_ms = [], []
    listeners = list(crowd.listeners.values())
    for number, listener in enumerate(listeners):
        listener.socket.send(b'{"type":"room.join","id":"join-%d","nickname":"Listener %d"}' % (number, number))
    crowd.keep_on(8)
    for number in range(MOVES):
        mover = b'{"type":"queue.move","id":"move-%d","entry":%d,"before":%d}'
        moved, before = entries[-1], entries[number % 50]
        arrived_ms.append(max(crowd.round(listeners[number % LISTENERS], mover % (number, moved, before))))
        entries.remove(moved)
        entries.insert(entries.index(before), moved)
        crowd.keep_on(MOVE_EVERY_S)
        answered_ms.append(crowd.answered_ms)
    crowd.disconnect()
    return answered_ms, arrived_ms


def _home(site: Site) -> float:
    began = time.monotonic()
    httpx.get(f"{site.url}/").raise_for_status()
    return (time.monotonic() - began) * 1000
