"""The sync monitor: its page, the readings that the page asks for again and again, and a diagnostic to keep.

Who may see the room may see this: names stand in the people list anyway, and the numbers are of no use but here.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from playback import clock
from playback.protocol import PROTOCOL_VERSION
from rooms.errors import RoomError
from rooms.models import Room
from rooms.monitor.listeners import Listener, columns, listeners
from rooms.monitor.verdicts import Code
from rooms.people.elsewhere import TELL_EVERY_US
from rooms.selectors import find_room
from rooms.transport.part import transport_part
from rooms.view import RoomView
from rooms.web.answers import HtmxRequest
from synchro.shared.link import link

MAX_SHOWN = 40
"""Devices on the page; the rest is a number. More rows than that nobody reads, and each costs a first answer 15 kB."""

LATE_US = TELL_EVERY_US + 2_000_000
"""How much later than its own players' readings a process hears those of others. A page that asks again is told them
anew, and keeps each once (static/js/page/history.js)."""

MAX_AFTER_DIGITS = 16
"""Microseconds since the epoch, until the year 2286."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The devices on the page, and how many are left out."""

    listeners: list[Listener]
    more: int


def choose(found: list[Listener]) -> Shown:
    """Those who are not in sync are why one looks; they come first where not all fit."""
    kept = sorted(range(len(found)), key=lambda at: found[at].verdict.code in {Code.IN_SYNC, Code.NOT_LISTENING})
    return Shown([found[at] for at in sorted(kept[:MAX_SHOWN])], max(0, len(found) - MAX_SHOWN))


def _room(slug: str) -> Room:
    """Raises Http404."""
    try:
        return find_room(slug)
    except RoomError as error:
        raise Http404(error.message) from error


@require_safe
@never_cache
def sync(request: HtmxRequest, slug: str) -> HttpResponse:
    room = _room(slug)
    return render(request, "rooms/sync.html", {"room": room, "shown": choose(listeners(room.pk, clock.now_us()))})


@require_safe
@never_cache
def readings(request: HtmxRequest, slug: str) -> HttpResponse:
    """What came in after `after_us`, by listener, and the table as it is now. `until_us` is the next `after_us`."""
    room = _room(slug)
    after = request.GET.get("after_us", "0")
    if not (after.isascii() and after.isdecimal() and len(after) <= MAX_AFTER_DIGITS):
        return HttpResponseBadRequest("after_us is a whole number of microseconds.")
    after_us = int(after)
    found = listeners(room.pk, clock.now_us())
    shown = choose(found)
    newest_us = max((reading.at_us for listener in found for reading in listener.readings[-1:]), default=0)
    return _json({
        "until_us": max(after_us, newest_us - (LATE_US if link() else 0)),
        "table": str.__str__(render_to_string("rooms/_sync_table.html", {"shown": shown})),
        "listeners": [
            {**_described(listener), "readings": columns(listener.readings, after_us)}
            for listener in shown.listeners if listener.readings
        ],
    })  # fmt: skip


@require_safe
@never_cache
def diagnostic(request: HtmxRequest, slug: str) -> HttpResponse:
    """Everything that helps to find out why somebody is out of step, in one file."""
    room = _room(slug)
    now_us = clock.now_us()
    response = _json({
        "made_us": now_us,
        "protocol": PROTOCOL_VERSION,
        "user_agent": request.headers.get("User-Agent", ""),
        "room": {
            "slug": room.slug, "revision": room.revision, "volume": room.volume,
            "transport": transport_part(RoomView(room, now_us)),
        },
        "listeners": [
            {**_described(listener), "is_host": listener.is_host, "readings": columns(listener.readings)}
            for listener in listeners(room.pk, now_us)
        ],
    })  # fmt: skip
    response["Content-Disposition"] = f'attachment; filename="synchro-{room.slug}-{now_us // 1_000_000}.json"'
    return response


def _described(listener: Listener) -> dict[str, Any]:
    verdict = listener.verdict
    return {
        "number": listener.number, "name": listener.name,
        "code": verdict.code.value, "tone": verdict.tone, "words": verdict.words,
    }  # fmt: skip


def _json(answer: dict[str, Any]) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")
