"""The steps from one list to another lead there, also on a page that holds only a stretch of it."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from playback.lists import Delta, Placed, delta, longest_increasing

ids = st.lists(st.integers(1, 30), unique=True, max_size=30)


def applied(page: list[int], steps: Delta) -> list[int]:
    """What static/js/page/list_steps.js does: a successor that the page does not hold means outside of its stretch."""
    held = [pk for pk in page if pk not in steps.gone]
    for step in steps.placed:
        held = [pk for pk in held if pk != step.id]
        if step.before is None:
            held.append(step.id)
        elif step.before in held:
            held.insert(held.index(step.before), step.id)
    return held


@given(ids, ids)
def test_the_steps_lead_from_the_old_list_to_the_new(old: list[int], new: list[int]) -> None:
    assert applied(old, delta(old, new)) == new


@given(st.permutations(range(1, 12)), st.data())
def test_a_page_that_holds_a_stretch_holds_no_wrong_order(order: list[int], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, 10))
    last = data.draw(st.integers(first, 10))
    new = data.draw(st.permutations(order))
    held = applied(order[first:last], delta(order, new))
    inside = [pk for pk in held if pk in order[first:last]]
    assert inside == [pk for pk in new if pk in inside]


def test_a_move_is_one_step_however_long_the_list() -> None:
    old = list(range(1, 5001))
    new = [*old[:10], old[4000], *old[10:4000], *old[4001:]]
    assert delta(old, new) == Delta((), (Placed(4001, 11),))


def test_what_is_gone_new_and_changed() -> None:
    assert delta([1, 2, 3], [1, 3, 4], changed={1}) == Delta((2,), (Placed(4, None), Placed(1, 3)))


@given(st.lists(st.integers(0, 9), max_size=8))
def test_the_subsequence_is_a_longest_one(values: list[int]) -> None:
    places = longest_increasing(values)
    picked = [values[at] for at in places]
    assert places == sorted(places)
    assert all(a < b for a, b in itertools.pairwise(picked))
    best = max(
        (len(c) for n in range(len(values) + 1) for c in itertools.combinations(values, n)
         if all(a < b for a, b in itertools.pairwise(c))), default=0,
    )  # fmt: skip
    assert len(places) == best
