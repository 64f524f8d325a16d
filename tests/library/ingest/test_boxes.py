"""The boxes of a segment, written and read back."""

import io
import struct

import pytest

from library.ingest import boxes

STSD = boxes.full_box(b"stsd", 0, 0, struct.pack(">I", 1), boxes.box(b"mp4a", bytes(28)))
FRAMES = [bytes([number]) * (number + 1) for number in range(5)]


def fragment(frames: list[bytes] = FRAMES, *, last_samples: int = 1024) -> bytes:
    return boxes.fragment(frames, sequence=7, decode_time=2**33, frame_samples=1024, last_samples=last_samples)


def test_frames_come_back_in_order() -> None:
    file = io.BytesIO(boxes.box(b"styp", b"????") + fragment() + boxes.box(b"free", b"junk") + fragment(FRAMES[:2]))
    assert [frame.data for frame in boxes.frames(file)] == FRAMES + FRAMES[:2]


@pytest.mark.parametrize("last_samples", [100, 1024])
def test_frames_come_back_with_their_durations(last_samples: int) -> None:
    """Those of each, where they are not alike; else the track's, which its initialisation states."""
    init = boxes.init_segment(STSD, rate_hz=48_000, frame_samples=1024)
    file = io.BytesIO(init + fragment(last_samples=last_samples))
    assert [frame.samples for frame in boxes.frames(file)] == [1024] * 4 + [last_samples]


def test_decode_time_beyond_32_bits_is_kept() -> None:
    tfdt = boxes.find(fragment(), b"moof", b"traf", b"tfdt")
    assert struct.unpack(">IQ", tfdt) == (1 << 24, 2**33)


def test_only_a_short_last_frame_costs_a_column_of_durations() -> None:
    whole = boxes.find(fragment(), b"moof", b"traf", b"trun")
    short = boxes.find(fragment(last_samples=100), b"moof", b"traf", b"trun")
    assert len(short) - len(whole) == 4 * len(FRAMES)
    durations = struct.unpack_from(">10I", short, 12)[::2]
    assert durations == (1024, 1024, 1024, 1024, 100)


def test_data_offset_points_at_the_first_frame() -> None:
    data = fragment([b"first", b"second"])
    (offset,) = struct.unpack_from(">i", boxes.find(data, b"moof", b"traf", b"trun"), 8)
    assert data[offset:].startswith(b"firstsecond")


def test_init_has_the_sample_description_and_no_edit_list() -> None:
    init = boxes.init_segment(STSD, rate_hz=48_000, frame_samples=4096)
    assert boxes.sample_description(io.BytesIO(init)) == STSD
    assert b"edts" not in init
    assert boxes.find(init, b"ftyp").startswith(b"mp42")
    assert struct.unpack_from(">I", boxes.find(init, b"moov", b"trak", b"mdia", b"mdhd"), 12) == (48_000,)
    assert struct.unpack_from(">I", boxes.find(init, b"moov", b"mvex", b"trex"), 12) == (4096,)


def test_one_size_and_duration_for_all_frames_are_read_from_the_fragment_header() -> None:
    tfhd = boxes.full_box(b"tfhd", 0, 0x020018, struct.pack(">III", 1, 1024, 3))  # default duration and size

    def moof(offset: int) -> bytes:
        return boxes.box(
            b"moof", boxes.box(b"traf", tfhd, boxes.full_box(b"trun", 0, 0x001, struct.pack(">II", 2, offset)))
        )

    file = io.BytesIO(moof(len(moof(0)) + 8) + boxes.box(b"mdat", b"aaabbb"))
    assert list(boxes.frames(file)) == [boxes.Frame(b"aaa", 1024), boxes.Frame(b"bbb", 1024)]


@pytest.mark.parametrize("bytes_kept", [4, 30, 120, -1])
def test_a_file_that_is_cut_off_is_an_error(bytes_kept: int) -> None:
    with pytest.raises(boxes.BoxError):
        list(boxes.frames(io.BytesIO(fragment()[:bytes_kept])))


def test_a_header_box_of_absurd_size_is_not_read() -> None:
    with pytest.raises(boxes.BoxError, match="too large"):
        list(boxes.frames(io.BytesIO(struct.pack(">I4s", boxes.MAX_HEAD_BYTES + 9, b"moof"))))


def test_a_file_without_a_description_is_an_error() -> None:
    with pytest.raises(boxes.BoxError, match="moov"):
        boxes.sample_description(io.BytesIO(boxes.box(b"ftyp", b"mp42")))
