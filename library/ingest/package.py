"""Cuts encoded renditions into segments on the common grid and puts them, whole, where they are served from.

A package is an immutable folder: `<rendition>/init.mp4`, `<rendition>/00000.m4s` …, `peaks.json`, and `SHA256SUMS`,
whose own hash names it. A segment is a `free` box that holds a complete fragment with the preroll, then the fragment
itself. HLS players skip the box; a player that wants the segment alone takes the 8 bytes of its header away
(static/js/music/segments.js).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path

from library.ingest import boxes
from library.ingest.errors import ErrorCode, IngestError
from library.ingest.renditions import RenditionSpec
from playback.segments import SAMPLE_RATE_HZ, SEGMENT_SAMPLES, Grid

DECODE_TIME_ORIGIN = 4096
"""Decode time of a track's first sample: no preroll begins below zero. Chromium drops the first
frame of one that does."""

TARGET_DURATION_S = -(-SEGMENT_SAMPLES // SAMPLE_RATE_HZ)

_SAMPLES_PER_WHOLE_US = 6

SUMS_NAME = "SHA256SUMS"
"""`sha256sum -c` reads it, in the package's folder."""


class PackagingError(IngestError):
    """The encoder's output is not the track, sample for sample."""

    def __init__(self, detail: str) -> None:
        super().__init__(ErrorCode.OUT_OF_STEP, detail)


@dataclass(frozen=True, slots=True)
class PackagedRendition:
    spec: RenditionSpec
    bitrate: int  # mean, bit/s, without preroll
    peak_bitrate: int  # with it, as RFC 8216 section 4.3.4.2 counts
    total_bytes: int  # with it, all segments


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    renditions: tuple[PackagedRendition, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    preroll: bytes  # the free box
    media: bytes


def segments(frames: Iterable[boxes.Frame], spec: RenditionSpec, grid: Grid) -> Iterator[Segment]:
    """Pure: the segments of a track from its encoder's packets.

    The first segment has nothing before it: its preroll repeats the first packet, so that all segments are alike.
    """
    sound = _exactly(frames, spec, grid.total_samples)
    first = next(sound)
    if not spec.priming_frames:
        sound = chain([first], sound)
    preroll = [first] * spec.preroll_frames
    for index in range(grid.segment_count):
        samples = grid.samples_in(index)
        count = -(-samples // spec.frame_samples)
        taken = list(islice(sound, count))
        decode_time = DECODE_TIME_ORIGIN + index * SEGMENT_SAMPLES
        preroll_fragment = boxes.fragment(
            preroll,
            sequence=index + 1,
            decode_time=decode_time - spec.preroll_samples,
            frame_samples=spec.frame_samples,
            last_samples=spec.frame_samples,
        )
        media = boxes.fragment(
            taken,
            sequence=index + 1,
            decode_time=decode_time,
            frame_samples=spec.frame_samples,
            last_samples=_last_duration(samples - (count - 1) * spec.frame_samples, spec),
        )
        yield Segment(boxes.box(b"free", preroll_fragment), media)
        preroll = (preroll + taken)[-spec.preroll_frames :]
    for _ in sound:  # it looks behind the end, too
        pass


def _exactly(frames: Iterable[boxes.Frame], spec: RenditionSpec, total_samples: int) -> Iterator[bytes]:
    """The packets, each held to what it must hold, by its encoder's account and by its muxer's. PackagingError else."""
    left = spec.priming_frames * spec.frame_samples + total_samples
    number = 0
    for number, frame in enumerate(frames, start=1):
        due = min(spec.frame_samples, left)
        held = spec.samples_in(frame.data)
        if frame.samples != due or (due and held != (spec.frame_samples if spec.pads_last_frame else due)):
            raise PackagingError(f"{spec.name}: packet {number} states {frame.samples}, holds {held} samples of {due}")
        left -= due
        if due:
            yield frame.data  # a packet of nothing flushes an encoder
    if left:
        raise PackagingError(f"{spec.name}: {left} samples are missing behind packet {number}")


def _last_duration(samples: int, spec: RenditionSpec) -> int:
    """The stated duration of a last frame that holds `samples` of the track, and padding behind them.

    Chromium cuts a frame to its stated duration, by way of whole microseconds, and so one sample too short. 6 samples
    are 125 µs: a multiple of them is cut exactly. Up to 5 samples of padding stay, which the grid cuts off.
    """
    if not spec.pads_last_frame:
        return samples
    return min(-(-samples // _SAMPLES_PER_WHOLE_US) * _SAMPLES_PER_WHOLE_US, spec.frame_samples)


def peak_bitrate(segment_bytes: list[int], grid: Grid) -> int:
    """The highest bitrate of any run of segments that lasts 0.5 to 1.5 target durations, in bit/s (RFC 8216, 4.3.4.2).

    So a short last segment counts together with the one before it, never by itself.
    """

    def bitrate(size: int, samples: int) -> int:
        return -(-size * 8 * SAMPLE_RATE_HZ // samples)

    samples = [grid.samples_in(index) for index in range(grid.segment_count)]
    low, high = (factor * TARGET_DURATION_S * SAMPLE_RATE_HZ for factor in (0.5, 1.5))
    runs = list(zip(segment_bytes, samples, strict=True))
    if len(runs) > 1:
        runs.append((sum(segment_bytes[-2:]), sum(samples[-2:])))
    eligible = [bitrate(size, length) for size, length in runs if low <= length <= high]
    return max(eligible or [bitrate(sum(segment_bytes), grid.total_samples)])


def build(
    folder: Path,
    encoded: list[tuple[RenditionSpec, Path]],
    total_samples: int,
    peaks: bytes,
    progress: Callable[[float], None],
) -> Package:
    """Writes a package into `folder`, which must not exist. `encoded` are fragmented MP4 files, deleted one by one as
    they are cut, so that a long track needs the room once and not twice. `progress` gets 0 to 1."""
    grid = Grid(total_samples)
    sums: list[str] = []
    renditions: list[PackagedRendition] = []

    def write(name: str, *content: bytes) -> None:
        digest = sha256()
        with (folder / name).open("xb") as file:
            for part in content:
                digest.update(part)
                file.write(part)
        sums.append(f"{digest.hexdigest()}  {name}\n")

    folder.mkdir()
    for order, (spec, path) in enumerate(encoded):
        (folder / spec.name).mkdir()
        segment_bytes: list[int] = []
        media_bytes = 0
        with path.open("rb") as file, _as_packaging_error(spec):
            stsd = boxes.sample_description(file)
            write(
                f"{spec.name}/init.mp4",
                boxes.init_segment(stsd, rate_hz=SAMPLE_RATE_HZ, frame_samples=spec.frame_samples),
            )
            for index, segment in enumerate(segments(boxes.frames(file), spec, grid)):
                write(f"{spec.name}/{index:05}.m4s", segment.preroll, segment.media)
                segment_bytes.append(len(segment.preroll) + len(segment.media))
                media_bytes += len(segment.media)
                progress((order + (index + 1) / grid.segment_count) / len(encoded))
        path.unlink()
        renditions.append(
            PackagedRendition(
                spec=spec,
                bitrate=media_bytes * 8 * SAMPLE_RATE_HZ // total_samples,
                peak_bitrate=peak_bitrate(segment_bytes, grid),
                total_bytes=sum(segment_bytes),
            )
        )
    write("peaks.json", peaks)
    listing = "".join(sorted(sums, key=lambda line: line[64:])).encode()
    (folder / SUMS_NAME).write_bytes(listing)
    return Package(sha256(listing).hexdigest(), tuple(renditions))


@contextmanager
def _as_packaging_error(spec: RenditionSpec) -> Iterator[None]:
    try:
        yield
    except boxes.BoxError as error:
        raise PackagingError(f"{spec.name}: {error}") from error
