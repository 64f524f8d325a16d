"""A room as its socket tells it: what changed, rendered once for each change and language, however many listen."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from django.utils import translation

from playback.limits import MAX_SENT_FRAME_BYTES
from playback.lists import delta
from playback.protocol import ListPart, ListRow, RoomParts, RoomUpdate, SettingsPart, encode
from rooms.models import Room
from rooms.parts import LISTS, VALUES
from rooms.rendered import RenderedParts
from rooms.transport.part import transport_part
from rooms.view import RoomView


@dataclass(frozen=True, slots=True)
class Order:
    """A list before and after a change; `changed` are rows that stayed and look different."""

    before: Sequence[int]
    after: Sequence[int]
    changed: Collection[int] = ()


@dataclass(frozen=True)
class Changed:
    """A change that was written down: the room after it, and what it touched. `orders` of the lists among that; a list
    without one is to be fetched."""

    view: RoomView
    base_revision: int
    touched: frozenset[str]
    orders: Mapping[str, Order] = field(default_factory=dict)
    bases: Mapping[str, int] = field(default_factory=dict)
    """The revision that each touched list had before."""


def change_frames(changed: Changed, languages: Iterable[str]) -> dict[str, str]:
    """The frame that tells of a change, in each language."""
    values = _values(changed.view, changed.touched & set(VALUES))
    lists = sorted(changed.touched & LISTS.keys())

    def frame(parts: Mapping[str, ListPart]) -> str:
        return _frame(changed.view.room, changed.base_revision, values, parts)

    if not lists:  # nothing with words in it
        return dict.fromkeys(languages, frame({}))
    return {language: _fitting(frame, {n: _steps(changed, n, language) for n in lists}) for language in languages}


def frame_since(view: RoomView, since: int, *, anew: bool = False) -> str:
    """What changed after a revision, 0 for everything. Lists are to be fetched, so it is in no language. `anew`: the
    client knows a revision that this database has not reached."""
    room = view.room
    values = _values(view, {name for name in VALUES if room.revision_of(name) > since})
    lists = {name: _to_fetch(room, name) for name in LISTS if room.revision_of(name) > since}
    return _frame(room, since, values, lists, anew=anew)


def initial_parts(view: RoomView) -> RoomParts:
    """What a page's script needs to know of the room that it was rendered for."""
    return _values(view, set(VALUES))


def list_fragment(view: RoomView, name: str, language: str, start: int | None = None) -> str:
    """A list from a place on (or where it starts by itself), rendered once for all who ask for the same."""
    part = LISTS[name]
    begin = part.start(view) if start is None else start
    key = (view.room.pk, f"{name}@{begin}", view.room.revision_of(name), language)
    if (html := _kept.get(key)) is None:
        with translation.override(language):
            html = part.fragment(view, begin)
        _kept.keep(key, html, len(html))
    return html


_kept: RenderedParts[str] = RenderedParts()


def _values(view: RoomView, names: Collection[str]) -> RoomParts:
    room = view.room
    settings = SettingsPart(
        room.revision_of("settings"), room.slug, room.name, room.control, room.volume  # type: ignore[arg-type]  # a choice
    )  # fmt: skip
    return RoomParts(
        transport=transport_part(view) if "transport" in names else None,
        settings=settings if "settings" in names else None,
    )


def _frame(
    room: Room, base_revision: int, values: RoomParts, lists: Mapping[str, ListPart], *, anew: bool = False
) -> str:
    parts = RoomParts(transport=values.transport, settings=values.settings, lists=dict(lists))
    return encode(RoomUpdate(revision=room.revision, base_revision=base_revision, parts=parts, anew=anew))


def _steps(changed: Changed, name: str, language: str) -> ListPart:
    order, room = changed.orders.get(name), changed.view.room
    if order is None:
        return _to_fetch(room, name)
    steps = delta(order.before, order.after, order.changed)
    if len(steps.placed) > MAX_ROWS_PER_FRAME:
        return _to_fetch(room, name)
    with translation.override(language):
        rows = LISTS[name].rows(changed.view, {placed.id for placed in steps.placed})
    return ListPart(
        revision=room.revision_of(name), base=changed.bases[name], gone=list(steps.gone),
        rows=[ListRow(placed.id, placed.before, rows[placed.id]) for placed in steps.placed if placed.id in rows],
    )  # fmt: skip


MAX_ROWS_PER_FRAME = 40
"""More do not fit into MAX_SENT_FRAME_BYTES anyway, and need not be rendered to find that out."""


def _fitting(frame: Callable[[Mapping[str, ListPart]], str], lists: dict[str, ListPart]) -> str:
    text = frame(lists)
    if len(text.encode()) <= MAX_SENT_FRAME_BYTES:
        return text
    return frame({name: ListPart(revision=part.revision, base=None) for name, part in lists.items()})


def _to_fetch(room: Room, name: str) -> ListPart:
    return ListPart(revision=room.revision_of(name), base=None)


def json_of(parts: RoomParts) -> str:
    """For a script element of a page: no character in it can end that."""
    text = msgspec.json.encode(parts).decode()
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
