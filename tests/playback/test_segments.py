"""The segment grid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.segments import SEGMENT_SAMPLES, Grid


@given(st.integers(1, 10**9))
def test_segments_cover_the_track_exactly(total_samples: int) -> None:
    grid = Grid(total_samples)
    whole = (grid.segment_count - 1) * SEGMENT_SAMPLES
    assert whole + grid.last_segment_samples == total_samples
    assert 0 < grid.last_segment_samples <= SEGMENT_SAMPLES


@given(st.data(), st.integers(1, 10**8))
def test_locate_names_the_segment_that_holds_the_sample(data: st.DataObject, total_samples: int) -> None:
    grid = Grid(total_samples)
    sample = data.draw(st.integers(0, total_samples - 1))
    index, offset = grid.locate(sample)
    assert index * SEGMENT_SAMPLES + offset == sample
    assert offset < grid.samples_in(index)


def test_a_segment_is_a_whole_number_of_frames_in_every_codec() -> None:
    assert all(SEGMENT_SAMPLES % frame == 0 for frame in (1024, 4096, 960, 1152))


@pytest.mark.parametrize("sample", [-1, 100])
def test_outside_the_track_there_is_nothing(sample: int) -> None:
    with pytest.raises(IndexError):
        Grid(100).locate(sample)
