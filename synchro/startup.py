"""What happens once when a server process starts, beyond answering."""

import asyncio
import gc
import logging
import sys
from collections.abc import Coroutine, Sequence

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from library.durations import as_duration
from library.jobs import supervisor
from playback import clock
from rooms import demo
from rooms.addresses import on_network
from rooms.broadcast import RIGHTS_GROUP
from rooms.live.exchange import exchange
from rooms.live.live_room import live_rooms
from rooms.selectors import latest_us
from synchro import greeting
from synchro.accounts import first_admin
from synchro.outages import Outage, outage_of, reports
from synchro.shared.common_time import common_time
from synchro.shared.link import link
from synchro.shared.relay import relay

COLLECT_AFTER = (50_000, 20, 100)
"""New objects, young and middle collections before the next kind of collection; Python's own are 700 (2000), 10, 10."""

SWITCH_S = 0.001
"""How long a thread that computes keeps Python's lock while the loop waits for it. Of Python's own 5 ms a ping lost one
at each of its system calls, beside any request."""

FILL_EVERY_S = 1.0
"""Between two looks for a piece of the demo music that came ready; each takes half a minute to make."""

ASK_EVERY_S = 1.0
"""Between two looks whether a database that was away at the start, or had no tables, has come."""

log = logging.getLogger(__name__)

_tasks: set[asyncio.Task[None]] = set()
_begun = False


def begin() -> None:
    """Do what needs the database, if it is there; else `listening` sees to it, and serves what can be served."""
    global _begun
    _begun = _begin_with_database()
    # What is loaded by now stays for good. Left among the rest, each full collection walks it: 100 ms in a room of 500,
    # during which no socket is served and every clock ping waits; without it 5 to 40 ms, and so they are made seldom.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    sys.setswitchinterval(SWITCH_S)


def _begin_with_database() -> bool:
    """Start the ingest worker beside the server, and offer the first administrator's page while there is none. False if
    the database does not answer yet."""
    try:
        # SQLite: this thread's connection stays open. Else a request's would often be the last to close, and SQLite
        # would then flush the write-ahead log into the database and remove it.
        connection.ensure_connection()
        _keep_time()
        first_admin.offer()
    except (DatabaseError, InterfaceError) as error:
        outage = outage_of(error)
        said = str(error).strip() if outage else f"{error} (run: manage.py migrate)"
        reports.add(outage or Outage.DATABASE_UNUSABLE, said, clock.now_us())
        return False
    finally:
        if connection.vendor != "sqlite":
            connection.close()
    if shared := common_time():
        shared.begin()
    if settings.INGEST_IN_PROCESS:
        supervisor.spawn()
    return True


def _keep_time() -> None:
    if behind_us := clock.never_before(latest_us()):
        log.warning(
            "This computer's clock is %s behind what was written when the site last ran. Rooms go on from there."
            " Set the clock and start the computer again, and what they note has the right date.",
            as_duration(behind_us / 1_000_000),
        )


def listening(addresses: Sequence[tuple[str, int]]) -> None:
    """The site listens on these; its event loop is there and begins next."""
    _greet(addresses)
    _run(_go_on(addresses))
    if to_redis := link():
        relay.join(RIGHTS_GROUP)
        _run(relay.run(to_redis))
        _run(exchange.run(to_redis, live_rooms.show_people))


def _greet(addresses: Sequence[tuple[str, int]]) -> None:
    public = settings.CSRF_TRUSTED_ORIGINS[0] if settings.CSRF_TRUSTED_ORIGINS else None
    for host, port in addresses:
        where = greeting.places(host, port, path=settings.PATH, public=public, on_network=on_network)
        words = greeting.text(where, token=first_admin.offered_token(), terminal=sys.stdout.isatty())
        print(words, flush=True)


async def _go_on(addresses: Sequence[tuple[str, int]]) -> None:
    global _begun
    if not _begun:
        while not _begun:
            await asyncio.sleep(ASK_EVERY_S)
            _begun = await database_sync_to_async(_begin_with_database)()
        await asyncio.to_thread(_greet, addresses)  # with the link that makes the first administrator
    await _fill_demo_room()


def _run(work: Coroutine[None, None, None]) -> None:
    """Beside the server, for as long as that lives or until it is done. What breaks it is logged."""
    task = asyncio.get_event_loop().create_task(work)
    _tasks.add(task)
    task.add_done_callback(_ended)


def _ended(task: asyncio.Task[None]) -> None:
    _tasks.discard(task)
    if not task.cancelled() and (error := task.exception()):
        log.error("A part of the server has failed; restart it.", exc_info=error)


async def _fill_demo_room() -> None:
    """In this process, whose sockets hear of it, while the ingest worker makes the pieces in its own."""
    more = True
    while more:
        try:
            more = await database_sync_to_async(demo.fill)(clock.now_us())
        except (DatabaseError, OSError) as error:
            log.error("The demo room could not be filled, and is tried again: %s", error)
        await asyncio.sleep(FILL_EVERY_S)
