import pytest

from tests.bench.acoustic.drift import growth

SWING_MB = [0, 3, -3, 1, -1] * 10
"""Of a page that holds some segments more at one time and some fewer at another."""


@pytest.mark.parametrize(("rises_mb", "flat"), [(0, True), (3, True), (6, False)])
def test_memory_is_flat_where_its_line_is_whatever_it_swings_by(rises_mb: float, flat: bool) -> None:
    weighed_mb = [85 + swing + rises_mb * at / (len(SWING_MB) - 1) for at, swing in enumerate(SWING_MB)]
    assert growth(weighed_mb, sounds=True).met is flat


def test_a_page_that_has_fallen_silent_is_no_proof() -> None:
    assert growth([85, 85, 85], sounds=False).met is False
