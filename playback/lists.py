"""How an ordered list became another one, in as few steps as say it: pure.

A list is ids in order. A page that holds the old one, or a stretch of it, makes the new one of it: it takes out what is
gone, then puts each placed id in front of another one, in the order in which they are told.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """`id` now stands in front of `before`; None: at the end."""

    id: int
    before: int | None


@dataclass(frozen=True, slots=True)
class Delta:
    gone: tuple[int, ...]
    placed: tuple[Placed, ...]


def delta(old: Sequence[int], new: Sequence[int], changed: Collection[int] = ()) -> Delta:
    """The steps from `old` to `new`, ids without repetition; O(n log n). `changed`: ids that stay but look different,
    which are placed where they are."""
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    inner_old, inner_new = old[first : len(old) - last], new[first : len(new) - last]
    left = set(inner_new)
    place_before = {pk: at for at, pk in enumerate(inner_old)}
    kept = [pk for pk in inner_new if pk in place_before]
    still = {kept[at] for at in longest_increasing([place_before[pk] for pk in kept])}
    moved = {pk for pk in inner_new if pk not in still} | set(changed)
    placed = tuple(
        Placed(pk, new[at + 1] if at + 1 < len(new) else None)
        for at, pk in reversed(list(enumerate(new)))  # what a step names as its successor is in place by then
        if pk in moved
    )
    return Delta(tuple(pk for pk in inner_old if pk not in left), placed)


def longest_increasing(values: Sequence[int]) -> list[int]:
    """The places of a longest strictly increasing subsequence (patience sorting, Fredman 1975)."""
    ends: list[int] = []  # smallest last value of a run of each length
    places: list[int] = []  # and where it is
    before = [-1] * len(values)
    for at, value in enumerate(values):
        length = bisect_left(ends, value)
        before[at] = places[length - 1] if length else -1
        ends[length : length + 1] = [value]
        places[length : length + 1] = [at]
    found: list[int] = []
    at = places[-1] if places else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many ids both begin with."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)
