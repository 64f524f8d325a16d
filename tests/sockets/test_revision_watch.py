"""What the watch over the revisions takes for a loss."""

import pytest

from rooms.live.revision_watch import GONE, is_overdue


@pytest.mark.parametrize(
    ("told", "before", "now", "overdue"),
    [
        (5, 5, 5, False),
        (5, 5, 6, False),  # just written, and on its way
        (5, 6, 6, True),
        (5, 6, 9, True),
        (6, 6, 9, False),  # what was on its way has come, and more is
        (7, 6, 6, True),  # a backup was restored
        (7, 6, 7, False),  # it was read before the change that has been told
        (5, 5, GONE, False),
        (5, GONE, GONE, True),
        (GONE, GONE, GONE, False),
    ],
)
def test_a_change_that_is_still_not_told_at_the_next_look_was_lost(
    told: int, before: int, now: int, overdue: bool
) -> None:
    assert is_overdue(told, before, now) is overdue
