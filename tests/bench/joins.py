"""Bench part "joins": what everybody is sent while a crowd comes into a room. Beside it the usual way with Channels:
each who comes is told to each who is there, as one row.
"""

from collections.abc import Callable

from tests.bench.crowd import Crowd
from tests.bench.report import table
from tests.bench.rooms import NaiveSite, guest_cookie, open_room, serving
from tests.serving import Site

PEOPLE = 400
WITHIN_S = 3.0
SETTLE_S = 15
BAR_MB = 20

PATH = "/ws/rooms/hall/"
ROW_BYTES = 700
"""About what one person's row is as the page shows it (templates/rooms/_person.html)."""


def run() -> str:
    with serving(Site) as site:
        open_room(site)
        crowd = Crowd(b'"room.update"', 0, reports=False)
        cookies = [guest_cookie(site) for _ in range(PEOPLE)]
        synchro_mb = _measure(
            site, crowd, cookies, lambda n: b'{"type":"room.join","id":"join-%d","nickname":"Listener %d"}' % (n, n)
        )
    with serving(NaiveSite) as site:
        crowd = Crowd(b'"joined"', 0, reports=False)
        row = b"x" * ROW_BYTES
        naive_mb = _measure(
            site, crowd, [""] * PEOPLE, lambda n: b'{"type":"change","state":{"type":"joined","row":"%b"}}' % row
        )
    head = [f"{PEOPLE} people join within {WITHIN_S:.0f} s", "sent to all together, MB", "bar"]
    return table(
        head,
        [
            ["Synchro", f"{synchro_mb:.1f}", f"≤ {BAR_MB}"],
            [f"each told to each, {ROW_BYTES} bytes", f"{naive_mb:.1f}", ""],
        ],
    )


def _measure(site: Site, crowd: Crowd, cookies: list[str], join: Callable[[int], bytes]) -> float:
    crowd.connect(site.port, PATH, cookies)
    crowd.keep_on(SETTLE_S)
    before_bytes = crowd.received_bytes
    for number, listener in enumerate(list(crowd.listeners.values())):
        listener.socket.send(join(number))
        crowd.keep_on(WITHIN_S / PEOPLE)
    crowd.keep_on(SETTLE_S)
    sent_mb = (crowd.received_bytes - before_bytes) / 1e6
    crowd.disconnect()
    return sent_mb
