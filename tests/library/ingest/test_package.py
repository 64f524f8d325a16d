"""How packets are cut into segments: pure, with packets that are their own numbers."""

import io
import struct

import pytest

from library.ingest import boxes, package
from library.ingest.errors import ErrorCode
from library.ingest.renditions import RENDITIONS, RenditionSpec, flac_samples
from playback.segments import SEGMENT_SAMPLES, Grid

AAC, FLAC = RENDITIONS[0], RENDITIONS[-1]


def packet(spec: RenditionSpec, number: int, samples: int) -> boxes.Frame:
    """One that holds `samples`, as its own header says if it has one, and ends in its number."""
    # FLAC: synchronisation, code 7 ("16 bits, one less") for the number of samples, frame number 0
    header = b"" if spec is AAC else b"\xff\xf8\x70\x00\x00" + struct.pack(">H", max(samples - 1, 0))
    return boxes.Frame(header + struct.pack(">I", number), samples)


def packets(spec: RenditionSpec, total_samples: int) -> list[boxes.Frame]:
    """What an encoder makes of a track."""
    left = spec.priming_frames * spec.frame_samples + total_samples
    sizes = [min(spec.frame_samples, left - at) for at in range(0, left, spec.frame_samples)]
    return [packet(spec, number, samples) for number, samples in enumerate(sizes)]


def numbers(fragment: bytes) -> list[int]:
    return [struct.unpack(">I", frame.data[-4:])[0] for frame in boxes.frames(io.BytesIO(fragment))]


def cut(spec: RenditionSpec, total_samples: int, made: list[boxes.Frame] | None = None) -> list[package.Segment]:
    return list(package.segments(made or packets(spec, total_samples), spec, Grid(total_samples)))


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


@pytest.mark.parametrize("spec", [AAC, FLAC])
@pytest.mark.parametrize("total_samples", [24_000, SEGMENT_SAMPLES, SEGMENT_SAMPLES + 1])
def test_an_encoder_may_flush_with_packets_of_nothing(spec: RenditionSpec, total_samples: int) -> None:
    made = packets(spec, total_samples)
    assert cut(spec, total_samples, [*made, packet(spec, 999, 0)]) == cut(spec, total_samples)


@pytest.mark.parametrize("spec", [AAC, FLAC])
@pytest.mark.parametrize("off", [-4096, -1024, -1, 1, 1024, 4096, SEGMENT_SAMPLES])
def test_an_encoding_that_is_not_the_track_to_the_sample_is_refused(spec: RenditionSpec, off: int) -> None:
    total_samples = SEGMENT_SAMPLES + 5000
    with pytest.raises(package.PackagingError) as refusal:
        cut(spec, total_samples, packets(spec, total_samples + off))
    assert refusal.value.code == ErrorCode.OUT_OF_STEP


@pytest.mark.parametrize("spec", [AAC, FLAC])
def test_a_packet_missing_in_the_middle_is_refused_although_its_time_is_stated(spec: RenditionSpec) -> None:
    """A muxer states the time from one packet to the next, whatever was lost between them."""
    made = packets(spec, SEGMENT_SAMPLES)
    longer = boxes.Frame(made[9].data, 2 * spec.frame_samples)
    with pytest.raises(package.PackagingError, match="packet 10 states"):
        cut(spec, SEGMENT_SAMPLES, [*made[:9], longer, *made[11:]])


def test_a_flac_frame_that_holds_less_than_is_stated_is_refused() -> None:
    made = packets(FLAC, SEGMENT_SAMPLES)
    short = boxes.Frame(packet(FLAC, 9, 545).data, 4096)
    with pytest.raises(package.PackagingError, match="packet 10 states 4096, holds 545 samples of 4096"):
        cut(FLAC, SEGMENT_SAMPLES, [*made[:9], short, *made[10:]])


def test_an_encoder_that_wrote_nothing_is_refused() -> None:
    with pytest.raises(package.PackagingError, match="24000 samples are missing behind packet 0"):
        list(package.segments([], FLAC, Grid(24_000)))


@pytest.mark.parametrize(
    ("head", "samples"),
    [("fff8c9", 4096), ("fff819", 192), ("fff829", 576), ("fff859", 4608), ("fff889", 256), ("fff8f9", 32_768),
     ("fff809", 0), ("aaf8c9", 0), ("ffd8c9", 0)],
)  # fmt: skip
def test_a_flac_frame_says_how_many_samples_it_holds(head: str, samples: int) -> None:
    assert flac_samples(bytes.fromhex(head) + bytes(9)) == samples


@pytest.mark.parametrize("number", ["00", "7f", "c280", "e0a080", "f0908080"])
def test_the_length_of_a_last_flac_frame_stands_behind_its_number(number: str) -> None:
    assert flac_samples(bytes.fromhex("fff86918" + number + "63") + bytes(4)) == 100
    assert flac_samples(bytes.fromhex("fff87918" + number + "0dbf") + bytes(4)) == 3520


def test_peak_bitrate_counts_a_short_last_segment_together_with_the_one_before() -> None:
    grid = Grid(2 * SEGMENT_SAMPLES + 4800)  # the last one lasts 0.1 s, and its boxes weigh as much as its sound
    assert package.peak_bitrate([48_000, 48_000, 4000], grid) == -(-52_000 * 8 * 48_000 // (SEGMENT_SAMPLES + 4800))
    assert package.peak_bitrate([48_000, 60_000, 1000], grid) == 125_000


def test_peak_bitrate_of_a_track_shorter_than_any_run_is_its_own() -> None:
    assert package.peak_bitrate([6000], Grid(48_000)) == 48_000
