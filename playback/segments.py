"""The segment grid: which segment holds a sample. One grid for every rendition of every track."""

from dataclasses import dataclass

SAMPLE_RATE_HZ = 48_000
CHANNELS = 2
SEGMENT_SAMPLES = 184_320
"""3.84 s at 48 kHz: a whole number of frames in AAC (180 x 1024) and in FLAC (45 x 4096)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The segments of a track of `total_samples` (at least 1)."""

    total_samples: int

    @property
    def segment_count(self) -> int:
        return -(-self.total_samples // SEGMENT_SAMPLES)

    @property
    def last_segment_samples(self) -> int:
        return self.total_samples - (self.segment_count - 1) * SEGMENT_SAMPLES

    @property
    def duration_s(self) -> float:
        return self.total_samples / SAMPLE_RATE_HZ

    def samples_in(self, index: int) -> int:
        """Samples in segment `index`; IndexError outside the track."""
        if not 0 <= index < self.segment_count:
            raise IndexError(index)
        return self.last_segment_samples if index == self.segment_count - 1 else SEGMENT_SAMPLES

    def locate(self, sample: int) -> tuple[int, int]:
        """(segment index, offset in it) of a sample; IndexError outside the track."""
        if not 0 <= sample < self.total_samples:
            raise IndexError(sample)
        return divmod(sample, SEGMENT_SAMPLES)
