"""What the sound measures: waveform peaks, loudness (EBU R128, integrated over the whole track), true peak."""

import json
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playback.segments import CHANNELS

PEAK_COLUMNS = 1500
"""A waveform of about this many columns fills a wide screen and is 6 KB."""

_BLOCK_SAMPLES = 512
"""Peaks are kept this fine while the length is not yet known: 2 MB for three hours."""

_FULL_SCALE = 32768
_SILENCE_LUFS = -70.0  # the absolute gate: nothing was loud enough to count

_INTEGRATED = re.compile(r"^\s+I:\s+(-?[\d.]+) LUFS", re.M)
_TRUE_PEAK = re.compile(r"^\s+Peak:\s+(-?[\d.]+|-?inf) dBFS", re.M)


@dataclass(frozen=True, slots=True)
class Loudness:
    """None: silence."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True, slots=True)
class Peaks:
    """Highest |amplitude| of both channels, 0 to 255, per `samples_per_peak` samples."""

    samples_per_peak: int
    values: list[int]

    def as_json(self) -> bytes:
        content = {"samples_per_peak": self.samples_per_peak, "max": self.values}
        return json.dumps(content, separators=(",", ":")).encode()


class PeakMeter:
    """Takes 16-bit stereo PCM in blocks of any size and holds little of it."""

    def __init__(self) -> None:
        self._rest = b""
        self._blocks: list[NDArray[np.int32]] = []

    def add(self, pcm: bytes) -> None:
        data = self._rest + pcm
        whole = len(data) - len(data) % (_BLOCK_SAMPLES * CHANNELS * 2)
        self._rest = data[whole:]
        self._measure(np.frombuffer(data[:whole], "<i2").reshape(-1, _BLOCK_SAMPLES * CHANNELS))

    def finish(self) -> Peaks:
        if self._rest:
            self._measure(np.frombuffer(self._rest[: len(self._rest) // 2 * 2], "<i2").reshape(1, -1))
        fine = np.concatenate(self._blocks)
        per_column = max(1, -(-len(fine) // PEAK_COLUMNS))
        columns = np.maximum.reduceat(fine, np.arange(0, len(fine), per_column))
        return Peaks(per_column * _BLOCK_SAMPLES, np.rint(columns * 255 / _FULL_SCALE).astype(int).tolist())

    def _measure(self, rows: NDArray[np.int16]) -> None:
        if rows.size:  # not abs(): -32768 has no positive in 16 bits
            self._blocks.append(np.maximum(rows.max(axis=1).astype(np.int32), -rows.min(axis=1).astype(np.int32)))


def loudness(report: str) -> Loudness:
    """From the summary at the end of what ffmpeg's ebur128 filter writes."""
    _, found, summary = report.rpartition("Summary:")
    integrated, peak = _INTEGRATED.search(summary), _TRUE_PEAK.search(summary)
    if not found or integrated is None or peak is None:
        return Loudness(None, None)
    lufs, dbtp = float(integrated[1]), float(peak[1])
    return Loudness(lufs if lufs > _SILENCE_LUFS else None, dbtp if dbtp > float("-inf") else None)
