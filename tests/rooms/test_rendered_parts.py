"""What is kept of rendered parts is bounded by its size, not by its number."""

import pytest

from rooms import rendered
from rooms.rendered import RenderedParts


def test_the_newest_revision_is_kept() -> None:
    kept: RenderedParts[str] = RenderedParts()
    kept.keep((1, "queue", 4, "en"), "four", 4)
    kept.keep((1, "queue", 5, "en"), "five", 4)
    assert kept.get((1, "queue", 4, "en")) is None
    assert kept.get((1, "queue", 5, "en")) == "five"
    assert kept.get((1, "queue", 5, "zh-hans")) is None


def test_the_longest_unused_go_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered, "MAX_KEPT_CHARACTERS", 30)
    kept: RenderedParts[str] = RenderedParts()
    for room in (1, 2, 3):
        kept.keep((room, "queue", 1, "en"), "x" * 10, 10)
    assert kept.get((1, "queue", 1, "en"))  # used, so room 2 is the next to go
    kept.keep((4, "queue", 1, "en"), "y", 1)
    assert [room for room in (1, 2, 3, 4) if kept.get((room, "queue", 1, "en"))] == [1, 3, 4]


def test_what_is_larger_than_all_is_not_kept_and_drives_nothing_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendered, "MAX_KEPT_CHARACTERS", 30)
    kept: RenderedParts[str] = RenderedParts()
    kept.keep((1, "queue", 1, "en"), "x", 30)
    kept.keep((2, "queue", 1, "en"), "z", 31)
    assert kept.get((1, "queue", 1, "en")) == "x"
    assert kept.get((2, "queue", 1, "en")) is None
