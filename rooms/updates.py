"""A room as its socket tells it: parts, rendered once for each change and language, however many listen."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from playback.protocol import (
    HistoryPart,
    PeopleUpdate,
    QueuePart,
    RoomParts,
    RoomUpdate,
    SettingsPart,
    encode,
)
from rooms.models import Room
from rooms.presence import board
from rooms.selectors import history_rows, queue_rows, transport_part

MAX_SHOWN_PEOPLE = 60
"""Names that the people list spells out; the rest is a number. It is sent again whenever somebody comes or goes."""

KEPT_PARTS = 256
"""Rendered parts kept for those who join: the current ones of some hundred rooms."""

_kept: OrderedDict[tuple[int, str, int, str], QueuePart | HistoryPart] = OrderedDict()
_kept_lock = Lock()


def room_frames(room: Room, since_revision: int, languages: Iterable[str], now_us: int) -> dict[str, str]:
    """The frame, in each language, that tells what changed in the room after `since_revision`; 0: everything."""
    transport = transport_part(room, now_us) if room.transport_revision > since_revision else None
    settings = _settings_part(room) if room.settings_revision > since_revision else None

    def frame(queue: QueuePart | None, history: HistoryPart | None) -> str:
        parts = RoomParts(transport=transport, queue=queue, history=history, settings=settings)
        return encode(RoomUpdate(revision=room.revision, base_revision=since_revision, parts=parts))

    new_queue, new_history = room.queue_revision > since_revision, room.history_revision > since_revision
    if not (new_queue or new_history):  # nothing with words in it
        return dict.fromkeys(languages, frame(None, None))
    return {
        language: frame(
            _queue_part(room, language) if new_queue else None, _history_part(room, language) if new_history else None
        )
        for language in languages
    }


def people_update(room_id: int, version: int, language: str) -> str:
    """The frame that shows who is here."""
    people = board.people(room_id)
    shown = people[:MAX_SHOWN_PEOPLE]
    context = {"people": shown, "more": len(people) - len(shown), "count": len(people)}
    with translation.override(language):
        html = _fragment("rooms/_people.html", context)
    return encode(PeopleUpdate(version=version, count=len(people), html=html))


def _queue_part(room: Room, language: str) -> QueuePart:
    def render() -> QueuePart:
        rows = queue_rows(room)
        html = _fragment("rooms/_queue.html", {"rows": rows, "slug": room.slug})
        return QueuePart(room.queue_revision, [row.entry for row in rows], html)

    part = _rendered_once((room.pk, "queue", room.queue_revision, language), render)
    assert isinstance(part, QueuePart)
    return part


def _history_part(room: Room, language: str) -> HistoryPart:
    def render() -> HistoryPart:
        html = _fragment("rooms/_history.html", {"rows": history_rows(room), "slug": room.slug})
        return HistoryPart(room.history_revision, html)

    part = _rendered_once((room.pk, "history", room.history_revision, language), render)
    assert isinstance(part, HistoryPart)
    return part


def _settings_part(room: Room) -> SettingsPart:
    return SettingsPart(room.settings_revision, room.name, room.control, room.volume)  # type: ignore[arg-type]  # a choice


def _fragment(template: str, context: dict[str, Any]) -> str:
    return str.__str__(render_to_string(template, context))  # a plain str: the encoder takes no subclass of it


def _rendered_once(
    key: tuple[int, str, int, str], render: Callable[[], QueuePart | HistoryPart]
) -> QueuePart | HistoryPart:
    with _kept_lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    with translation.override(key[3]):
        part = render()
    with _kept_lock:
        _kept[key] = part
        while len(_kept) > KEPT_PARTS:
            _kept.popitem(last=False)
    return part
