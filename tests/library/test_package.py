"""How packets are cut into segments: pure, with packets that are their own numbers."""

import io
import struct
from pathlib import Path

import pytest

from library.ingest import boxes, package
from library.ingest.renditions import RENDITIONS, RenditionSpec
from playback.segments import SEGMENT_SAMPLES, Grid

AAC, FLAC = RENDITIONS[0], RENDITIONS[-1]


def packets(spec: RenditionSpec, total_samples: int, *, extra: int = 0) -> list[bytes]:
    count = spec.priming_frames + -(-total_samples // spec.frame_samples) + extra
    return [struct.pack(">I", number) for number in range(count)]


def numbers(fragment: bytes) -> list[int]:
    return [struct.unpack(">I", frame)[0] for frame in boxes.frames(io.BytesIO(fragment))]


def cut(spec: RenditionSpec, total_samples: int, *, extra: int = 0) -> list[package.Segment]:
    return list(package.segments(packets(spec, total_samples, extra=extra), spec, Grid(total_samples)))


def decode_time(fragment: bytes) -> int:
    return int(struct.unpack_from(">Q", boxes.find(fragment, b"moof", b"traf", b"tfdt"), 4)[0])


def preroll(segment: package.Segment) -> bytes:
    ((kind, payload),) = boxes.walk(segment.preroll)
    assert kind == b"free"
    return payload


def test_aac_segment_holds_its_180_packets_behind_the_priming_packet() -> None:
    first, second, last = cut(AAC, 2 * SEGMENT_SAMPLES + 2000)
    assert numbers(first.media) == list(range(1, 181))
    assert numbers(second.media) == list(range(181, 361))
    assert numbers(last.media) == [361, 362]


def test_aac_preroll_is_the_three_packets_before_and_at_the_start_the_first_three_times() -> None:
    first, second = cut(AAC, 2 * SEGMENT_SAMPLES)
    assert numbers(preroll(first)) == [0, 0, 0]
    assert numbers(preroll(second)) == [178, 179, 180]


def test_flac_segment_holds_45_packets_and_one_of_preroll() -> None:
    first, second = cut(FLAC, SEGMENT_SAMPLES + 5000)
    assert (numbers(preroll(first)), numbers(first.media)) == ([0], list(range(45)))
    assert (numbers(preroll(second)), numbers(second.media)) == ([44], [45, 46])


@pytest.mark.parametrize("spec", [AAC, FLAC])
def test_every_fragment_stands_at_its_sample(spec: RenditionSpec) -> None:
    for index, segment in enumerate(cut(spec, 3 * SEGMENT_SAMPLES)):
        assert decode_time(segment.media) == 4096 + 184_320 * index
        assert decode_time(preroll(segment)) == decode_time(segment.media) - spec.preroll_samples


def stated_samples(fragment: bytes, spec: RenditionSpec) -> int:
    trun = boxes.find(fragment, b"moof", b"traf", b"trun")
    flags, count = struct.unpack_from(">II", trun)
    table = struct.unpack_from(f">{(len(trun) - 12) // 4}I", trun, 12)
    return sum(table[::2]) if flags & 0x100 else count * spec.frame_samples


@pytest.mark.parametrize("total_samples", [24_000, SEGMENT_SAMPLES, SEGMENT_SAMPLES + 1, 2 * SEGMENT_SAMPLES - 1])
def test_flac_durations_add_up_to_the_track(total_samples: int) -> None:
    assert sum(stated_samples(segment.media, FLAC) for segment in cut(FLAC, total_samples)) == total_samples


@pytest.mark.parametrize(("in_last_frame", "stated"), [(1, 6), (496, 498), (498, 498), (1020, 1020), (1021, 1024)])
def test_a_last_aac_frame_is_stated_in_whole_microseconds(in_last_frame: int, stated: int) -> None:
    """Chromium cuts it there, and must not cut a sample of the track."""
    last = cut(AAC, SEGMENT_SAMPLES + 1024 + in_last_frame)[-1]
    assert stated_samples(last.media, AAC) == 1024 + stated


def test_an_encoder_may_flush_one_packet_more_but_no_more() -> None:
    assert len(cut(AAC, SEGMENT_SAMPLES, extra=1)) == 1
    with pytest.raises(package.PackagingError, match="more than"):
        cut(AAC, SEGMENT_SAMPLES, extra=2)


@pytest.mark.parametrize("extra", [-1, -50, -181])
def test_packets_that_do_not_cover_the_track_are_refused(extra: int) -> None:
    with pytest.raises(package.PackagingError):
        cut(AAC, SEGMENT_SAMPLES, extra=extra)


def test_peak_bitrate_counts_a_short_last_segment_together_with_the_one_before() -> None:
    grid = Grid(2 * SEGMENT_SAMPLES + 4800)  # the last one lasts 0.1 s, and its boxes weigh as much as its sound
    assert package.peak_bitrate([48_000, 48_000, 4000], grid) == -(-52_000 * 8 * 48_000 // (SEGMENT_SAMPLES + 4800))
    assert package.peak_bitrate([48_000, 60_000, 1000], grid) == 125_000


def test_peak_bitrate_of_a_track_shorter_than_any_run_is_its_own() -> None:
    assert package.peak_bitrate([6000], Grid(48_000)) == 48_000


def test_a_package_published_twice_is_there_once(tmp_path: Path) -> None:
    for attempt in range(2):
        folder = tmp_path / f"attempt-{attempt}"
        folder.mkdir()
        (folder / package.SUMS_NAME).write_text("sums")
        package.publish(folder, "ab" * 32, tmp_path / "audio")
    assert (tmp_path / "audio" / "ab" / ("ab" * 32) / package.SUMS_NAME).read_text() == "sums"
