"""A track as one progressive MP4, for an `<audio>` element: the segments of a rendition, read piece by piece."""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from library.ingest.package import DECODE_TIME_ORIGIN
from library.storage import names, store
from library.storage.names import StoredName
from playback.segments import SAMPLE_RATE_HZ, Grid

RENDITION = "aac-128"
"""Good enough to recognise a piece by, and every browser plays it."""


def segment_index(segment_bytes: list[int], grid: Grid) -> bytes:
    """A `sidx` box (ISO 14496-12, 8.16.3), by which a browser knows the duration and can seek among the segments."""
    header = struct.pack(
        ">IIIIIHH", 0, 1, SAMPLE_RATE_HZ, DECODE_TIME_ORIGIN, 0, 0, len(segment_bytes)
    )  # version and flags, reference id, timescale, earliest time, offset of the first byte, reserved, count
    references = b"".join(
        struct.pack(">III", size, grid.samples_in(index), 0x9000_0000)  # starts with a random access point
        for index, size in enumerate(segment_bytes)
    )
    return struct.pack(">I4s", 8 + len(header) + len(references), b"sidx") + header + references


@dataclass(frozen=True, slots=True)
class Preview:
    """`parts` in a row, each the content or the name of the stored file that holds it; `ends` are their cumulated sizes
    in bytes."""

    parts: tuple[bytes | StoredName, ...]
    ends: tuple[int, ...]

    @property
    def size(self) -> int:
        return self.ends[-1]

    def read(self, first: int, last: int) -> bytes:
        """Bytes `first` to `last`, both included."""
        return b"".join(self._pieces(first, last))

    def _pieces(self, first: int, last: int) -> Iterator[bytes]:
        at = bisect_right(self.ends, first)
        while first <= last:
            begin = self.ends[at - 1] if at else 0
            count = min(last + 1, self.ends[at]) - first
            part = self.parts[at]
            if isinstance(part, bytes):
                yield part[first - begin : first - begin + count]
            else:
                yield store.read(part, first - begin, count)
            first, at = first + count, at + 1


def preview_of(package: str, total_samples: int) -> Preview:
    """Of a package with RENDITION in it. Raises FileNotFoundError."""
    grid = Grid(total_samples)
    segments = [names.segment(package, RENDITION, index) for index in range(grid.segment_count)]
    sizes = [store.size_bytes(name) for name in segments]
    head = store.read(names.init(package, RENDITION)) + segment_index(sizes, grid)
    return Preview((head, *segments), tuple(accumulate([len(head), *sizes])))
