"""What was played, as pages show it: the newest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.template.loader import render_to_string

from library.selectors import cover_url
from rooms.models import HistoryEntry, Room
from rooms.view import RoomView

SHOWN_ROWS = 50
"""On a room's page; the API pages through all of it."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    id: int
    track_id: int | None
    title: str
    artist: str
    cover_url: str
    added_by: str
    started_at: datetime


def row_of(played: HistoryEntry) -> HistoryRow:
    return HistoryRow(
        id=played.pk, track_id=played.track_id, title=played.title, artist=played.artist, added_by=played.added_by,
        cover_url=cover_url(played.track, 256) if played.track else "",
        started_at=datetime.fromtimestamp(played.started_us / 1e6, UTC),
    )  # fmt: skip


def history_rows(room: Room, limit: int = SHOWN_ROWS, offset: int = 0) -> list[HistoryRow]:
    return [row_of(played) for played in room.history.select_related("track")[offset : offset + limit]]


def newest(room: Room) -> list[int]:
    """The ids of what a page shows."""
    return list(room.history.values_list("pk", flat=True)[:SHOWN_ROWS])


class HistoryPart:
    name = "history"

    def order(self, view: RoomView) -> Sequence[int]:
        return newest(view.room)

    def rows(self, view: RoomView, ids: Collection[int]) -> dict[int, str]:
        played = view.room.history.filter(pk__in=ids).select_related("track")
        return {
            row.pk: str.__str__(render_to_string("rooms/_history_row.html", {"row": row_of(row)})) for row in played
        }

    def start(self, view: RoomView) -> int:
        return 0

    def fragment(self, view: RoomView, start: int) -> str:
        context = {"rows": history_rows(view.room), "revision": view.room.revision_of(self.name)}
        return str.__str__(render_to_string("rooms/_history.html", context))


HISTORY = HistoryPart()
