"""Rendered parts, kept for those who join: the newest of each room, part and language, within a bound of characters."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

MAX_KEPT_CHARACTERS = 8_000_000
"""The queues of some 200 rooms of 50 entries; Python takes one to four bytes for a character."""

Part = TypeVar("Part")
Key = tuple[int, str, int, str]
"""Room, part, revision, language."""


class RenderedParts(Generic[Part]):
    """Used by several threads. An older revision of the same part goes when a newer one comes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, str, str], tuple[int, Part, int]] = OrderedDict()
        self._characters = 0
        self._lock = Lock()

    def get(self, key: Key) -> Part | None:
        room, name, revision, language = key
        with self._lock:
            held = self._kept.get((room, name, language))
            if held is None or held[0] != revision:
                return None
            self._kept.move_to_end((room, name, language))
            return held[1]

    def keep(self, key: Key, part: Part, characters: int) -> None:
        room, name, revision, language = key
        with self._lock:
            held = self._kept.pop((room, name, language), None)
            if held is not None:
                self._characters -= held[2]
            if characters > MAX_KEPT_CHARACTERS:
                return
            self._kept[room, name, language] = (revision, part, characters)
            self._characters += characters
            while self._characters > MAX_KEPT_CHARACTERS:
                _, (_, _, gone) = self._kept.popitem(last=False)
                self._characters -= gone
