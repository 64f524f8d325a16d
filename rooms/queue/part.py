"""The queue as pages show it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string

from library.selectors import cover_url
from playback.timeline import find
from rooms.models import QueueEntry
from rooms.view import RoomView

SHOWN_ROWS = 200
"""Rows of a page at first, some 140 kB uncompressed; the rest comes when somebody wants it."""

ROWS_BEFORE_CURRENT = 10


@dataclass(frozen=True, slots=True)
class QueueRow:
    entry: int
    track_id: int
    title: str
    artist: str
    duration_s: float
    cover_url: str
    added_by: str


def row_of(entry: QueueEntry) -> QueueRow:
    track = entry.track
    return QueueRow(
        entry=entry.pk, track_id=track.pk, title=track.title, artist=track.artist, duration_s=track.duration_s,
        cover_url=cover_url(track, 256), added_by=entry.added_by,
    )  # fmt: skip


class QueuePart:
    name = "queue"

    def order(self, view: RoomView) -> Sequence[int]:
        return [entry.pk for entry in view.queue]

    def rows(self, view: RoomView, ids: Collection[int]) -> dict[int, str]:
        return {
            entry.pk: plain(render_to_string("rooms/_queue_row.html", {"row": row_of(entry)}))
            for entry in view.queue
            if entry.pk in ids
        }

    def start(self, view: RoomView) -> int:
        """A little before what plays. The whole queue, if it is short."""
        if len(view.queue) <= SHOWN_ROWS:
            return 0
        return max(0, (find(view.entries, view.transport.entry) or 0) - ROWS_BEFORE_CURRENT)

    def fragment(self, view: RoomView, start: int) -> str:
        shown = view.queue[start : start + SHOWN_ROWS]
        end = start + len(shown)
        context = {
            "rows": [row_of(entry) for entry in shown],
            "slug": view.room.slug,
            "revision": view.room.revision_of(self.name),
            "earlier": max(0, start - SHOWN_ROWS) if start else None,
            "earlier_count": start,
            "later": end if end < len(view.queue) else None,
            "later_count": len(view.queue) - end,
        }
        return plain(render_to_string("rooms/_queue.html", context))


QUEUE = QueuePart()


def with_current(html: str, entry: int | None) -> str:
    """The fragment with its current row marked, for where no script marks it. (The fragment itself is kept, whatever of
    it plays.)"""
    own = f'data-entry="{entry}"'
    return html.replace(own, f'{own} aria-current="true"', 1)


def plain(text: str) -> str:
    """A plain str: the encoder takes no subclass of it."""
    return str.__str__(text)
