"""The lists of a room that pages show. A list is one file of its feature: how it is ordered, how a row and how the
whole of it is rendered. `LISTS` is the register; what names a list elsewhere is `RoomChange.touch`.
"""

from collections.abc import Collection, Sequence
from typing import Protocol

from rooms.history.part import HISTORY
from rooms.queue.part import QUEUE
from rooms.view import RoomView


class RoomList(Protocol):
    """Rendering is in the language that is active, and the same for everybody who reads it."""

    name: str

    def rows(self, view: RoomView, ids: Collection[int]) -> dict[int, str]:
        """The rows `ids`, rendered."""

    def start(self, view: RoomView) -> int:
        """The place of the first row that a page shows at first."""

    def fragment(self, view: RoomView, start: int) -> str:
        """The list from a place on, as many rows as a page shows at once, with a way to the rest."""

    def order(self, view: RoomView) -> Sequence[int]:
        """The ids of the whole list."""


LISTS: dict[str, RoomList] = {part.name: part for part in (QUEUE, HISTORY)}

VALUES = ("transport", "settings")
"""Parts that are small and sent whole."""
