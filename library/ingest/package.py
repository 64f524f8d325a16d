"""Cuts encoded renditions into segments on the common grid and puts them, whole, where they are served from.

A package is an immutable folder: `<rendition>/init.mp4`, `<rendition>/00000.m4s` …, `peaks.json`, and `SHA256SUMS`,
whose own hash names it. A segment is a `free` box that holds a complete fragment with the preroll, then the fragment
itself. HLS players skip the box; a player that wants the segment alone takes the 8 bytes of its header away
(static/js/segments.js).
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path

from library.ingest import boxes
from library.ingest.renditions import RenditionSpec
from playback.segments import SAMPLE_RATE_HZ, SEGMENT_SAMPLES, Grid

DECODE_TIME_ORIGIN = 4096
"""Decode time of a track's first sample: no preroll begins below zero. Chromium drops the first
frame of one that does."""

TARGET_DURATION_S = -(-SEGMENT_SAMPLES // SAMPLE_RATE_HZ)

_SAMPLES_PER_WHOLE_US = 6

SUMS_NAME = "SHA256SUMS"
"""`sha256sum -c` reads it, in the package's folder."""


class PackagingError(Exception):
    """The encoder's output does not cover the track."""


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


def segments(frames: Iterable[bytes], spec: RenditionSpec, grid: Grid) -> Iterator[Segment]:
    """Pure: the segments of a track from its encoder's packets.

    The first segment has nothing before it: its preroll repeats the first packet, so that all segments are alike.
    """
    packets = iter(frames)
    first = next(packets, None)
    if first is None:
        raise PackagingError(f"{spec.name}: the encoder wrote nothing")
    if not spec.priming_frames:
        packets = chain([first], packets)
    preroll = [first] * spec.preroll_frames
    for index in range(grid.segment_count):
        samples = grid.samples_in(index)
        count = -(-samples // spec.frame_samples)
        taken = list(islice(packets, count))
        if len(taken) < count:
            raise PackagingError(f"{spec.name}: segment {index} has {len(taken)} frames of {count}")
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
    if len(list(islice(packets, 2))) > 1:  # one more packet flushes an encoder's delay
        raise PackagingError(f"{spec.name}: the encoder wrote more than the track holds")


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
        with path.open("rb") as file:
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


def publish(folder: Path, name: str, audio_dir: Path) -> Path:
    """Moves a built package to its place below `audio_dir`, on the same file system, all at once and durably.

    A package that is there already is the same one: the name says so.
    """
    target = audio_dir / name[:2] / name
    target.parent.mkdir(parents=True, exist_ok=True)
    os.sync()  # everything is on disk before the name is; thousands of fsync would take longer
    try:
        folder.rename(target)
    except OSError:
        if not (target / SUMS_NAME).is_file():
            raise
        os.utime(target)  # as young as if it had been made now (`orphans`)
    _sync_folder(target.parent)
    return target


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
