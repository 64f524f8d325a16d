"""What a recording of the speakers says: how far apart two of them sounded, and where one fell silent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.acoustic.speakers import RATE_HZ, SAMPLE_BYTES, Speakers

Sound = NDArray[np.float64]

AUDIBLE = 0.003
"""Amplitude (-50 dB) above which a stretch counts as sounding."""

_DIGITAL_SILENCE = 1.5 / 32768
_DROPOUT_MIN_S = 0.003
"""Shorter silence is a zero crossing of quiet music; longer is a missing buffer of the audio server."""
_DROPOUT_NEIGHBOURHOOD_S = 0.05
_AT_A_CHANGE_S = 0.5
"""Where that is in the recording is known within some tenths of a second."""
_LAG_ALLOWED_S = 0.002

_CLEAR_PEAK = 12
"""How far the correlation's peak stands above its median, for the lag to be believed."""

_LIKENESS_FRAME_S = 0.001
_LIKENESS_BELOW_HZ = 1_000
"""A lag known to 0.05 ms leaves a third of the level there; music without bass still has something below."""
_ALIKE_WITHIN_MS = 5
"""Two that go on further apart than that are strangers; the lag itself is another figure."""
_EDGE_S = 0.05
_LIKE_AGAIN_FRAMES = 15
_UNLIKE = 0.7
"""Of the louder one's level: two sounds that have nothing to do with each other differ by 1 to 1.4."""

_LOOK_BACK_S = 10

_MAX_LAG_MS = 400
_BAND_HZ = (80, 12_000)
_WHITENING = 0.8
"""1 would be the full phase transform, which gives bins of noise an equal vote in sparse music."""


@dataclass(frozen=True)
class Recording:
    """Each speaker's sound from the rig's start, at RATE_HZ, `full_scale` being 1."""

    sounds: Mapping[str, NDArray[np.float64 | np.int16]]
    full_scale: int = 1

    @classmethod
    def of(cls, speakers: Speakers) -> "Recording":
        return cls.read(speakers.recording_file, speakers.names)

    @classmethod
    def read(cls, file: Path, names: Iterable[str]) -> "Recording":
        """Nothing is read before it is looked at: a recording is asked for fifty times a second while somebody waits
        for a sound, and its first ten minutes, read each time, are a gigabyte of work beside the browsers."""
        names = list(names)
        shape = (file.stat().st_size // (SAMPLE_BYTES * len(names)), len(names))
        samples = np.memmap(file, "<i2", "r", shape=shape) if shape[0] else np.zeros(shape, "<i2")
        return cls({name: samples[:, channel] for channel, name in enumerate(names)}, full_scale=32768)

    @property
    def length_s(self) -> float:
        return min(len(sound) for sound in self.sounds.values()) / RATE_HZ

    def cut(self, name: str, start_s: float, stop_s: float) -> Sound:
        stretch = self.sounds[name][max(0, round(start_s * RATE_HZ)) : max(0, round(stop_s * RATE_HZ))]
        return np.asarray(stretch, np.float64) / self.full_scale

    def sounds_at(self, name: str, start_s: float, stop_s: float) -> bool:
        """Whether anything audible is in the stretch."""
        return bool(np.abs(self.cut(name, start_s, stop_s)).max(initial=0) >= AUDIBLE)


@dataclass(frozen=True)
class Lags:
    """Lags of speaker `a` behind `b` in ms, one a window; `at_s` are the windows' starts. Windows in which one of them
    was silent, or in which the sounds had no clear likeness, are counted and left out."""

    at_s: list[float]
    lag_ms: list[float]
    silent: int
    unclear: int

    def percentile_ms(self, percent: float) -> float:
        """Of the absolute lags."""
        return float(np.percentile(np.abs(self.lag_ms), percent))

    @property
    def complete(self) -> bool:
        """Whether a lag is known in nearly all windows: music has a few in which nothing much sounds."""
        return len(self.lag_ms) >= 0.8 * (len(self.lag_ms) + self.silent + self.unclear)

    def __str__(self) -> str:
        if not self.lag_ms:
            return f"no lag measured ({self.silent} windows silent, {self.unclear} unclear)"
        p50, p95, worst = (self.percentile_ms(percent) for percent in (50, 95, 100))
        return (
            f"|lag| p50 {p50:.3f}  p95 {p95:.3f}  max {worst:.3f} ms, mean {np.mean(self.lag_ms):+.3f}"
            f" ({len(self.lag_ms)} windows, {self.silent} silent, {self.unclear} unclear)"
        )


@dataclass(frozen=True)
class Dropout:
    """Digital silence with sound close by on both sides."""

    at_s: float
    length_ms: float


def lags(
    recording: Recording, a: str, b: str, start_s: float, stop_s: float, *,
    window_s: float = 1.0, step_s: float = 0.5, max_lag_ms: float = _MAX_LAG_MS,
) -> Lags:  # fmt: skip
    """The lag in each window of the stretch."""
    found = Lags([], [], 0, 0)
    silent = unclear = 0
    for at_s in np.arange(start_s, stop_s - window_s + 1e-9, step_s):
        end_s = at_s + window_s
        if not (recording.sounds_at(a, at_s, end_s) and recording.sounds_at(b, at_s, end_s)):
            silent += 1
            continue
        lag_ms, clarity = lag_of(recording.cut(a, at_s, end_s), recording.cut(b, at_s, end_s), max_lag_ms)
        if clarity < _CLEAR_PEAK:
            unclear += 1
            continue
        found.at_s.append(float(at_s))
        found.lag_ms.append(lag_ms)
    return Lags(found.at_s, found.lag_ms, silent, unclear)


def lag_of(a: Sound, b: Sound, max_lag_ms: float) -> tuple[float, float]:
    """(the delay of a behind b in ms, how clear the peak is), by generalized cross-correlation with a softened phase
    transform and a parabola through the peak."""
    # tapered, for else the two cuts' own edges correlate, and win in sparse music
    taper = np.ones(len(a))
    edge = len(a) // 20
    taper[:edge] = 0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)
    taper[len(a) - edge :] = taper[:edge][::-1]
    a, b = (a - a.mean()) * taper, (b - b.mean()) * taper
    size = 1 << (2 * len(a) - 1).bit_length()
    cross = np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size))
    frequency_hz = np.fft.rfftfreq(size, 1 / RATE_HZ)
    heard = (frequency_hz > _BAND_HZ[0]) & (frequency_hz < _BAND_HZ[1])
    correlation = np.fft.irfft(cross * np.where(heard, 1 / (np.abs(cross) ** _WHITENING + 1e-9), 0), size)
    reach = round(max_lag_ms * RATE_HZ / 1000)
    correlation = np.concatenate([correlation[-reach:], correlation[: reach + 1]])
    peak = int(np.argmax(correlation))
    clarity = float(correlation[peak] / (np.median(np.abs(correlation)) + 1e-12))
    return (peak - reach + _vertex(correlation, peak)) * 1000 / RATE_HZ, clarity


def _vertex(correlation: Sound, peak: int) -> float:
    """Where between the samples the parabola through the peak and its neighbours is highest."""
    if not 0 < peak < len(correlation) - 1:
        return 0.0
    before, at, after = correlation[peak - 1 : peak + 2]
    curvature = before - 2 * at + after
    return float(0.5 * (before - after) / curvature) if curvature else 0.0


def dropouts(recording: Recording, name: str, start_s: float, stop_s: float) -> list[Dropout]:
    sound = recording.cut(name, start_s, stop_s)
    quiet = np.abs(sound) < _DIGITAL_SILENCE
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    near = round(_DROPOUT_NEIGHBOURHOOD_S * RATE_HZ)
    found = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if end - begin < _DROPOUT_MIN_S * RATE_HZ or begin < near or end > len(sound) - near:
            continue
        if np.abs(sound[begin - near : begin]).max() > AUDIBLE and np.abs(sound[end : end + near]).max() > AUDIBLE:
            found.append(Dropout(start_s + begin / RATE_HZ, (end - begin) * 1000 / RATE_HZ))
    return found


def is_the_musics(recording: Recording, gap: Dropout, changes_s: Iterable[float]) -> bool:
    """Whether a gap is the silence with which a track ends and the next one begins: close to where one follows the
    other, and heard from every speaker."""
    if not any(abs(gap.at_s - change_s) < _AT_A_CHANGE_S for change_s in changes_s):
        return False
    stop_s = gap.at_s + gap.length_ms / 1000
    edge_s = min(_LAG_ALLOWED_S, gap.length_ms / 4000)
    return not any(recording.sounds_at(name, gap.at_s + edge_s, stop_s - edge_s) for name in recording.sounds)


def together_from_s(
    recording: Recording, a: str, b: str, start_s: float, stop_s: float, within_ms: float, *, window_s: float = 0.5
) -> float:
    """From when on every window shows both sounding, no further apart than that; `stop_s` if none does."""
    right_s = stop_s
    for at_s in np.arange(stop_s - window_s, start_s - 1e-9, -0.05):
        end_s = at_s + window_s
        if not (recording.sounds_at(a, at_s, end_s) and recording.sounds_at(b, at_s, end_s)):
            break
        # a peak that does not stand out counts if it is in place: that it is there by chance is unlikely
        if abs(lag_of(recording.cut(a, at_s, end_s), recording.cut(b, at_s, end_s), _MAX_LAG_MS)[0]) > within_ms:
            break
        right_s = float(at_s)
    return right_s


def apart_ms(recording: Recording, a: str, b: str, start_s: float, stop_s: float) -> float:
    """How long the two do not sound alike at a change (one has begun, stopped or jumped, the other one not yet), lags
    of up to _ALIKE_WITHIN_MS before and after it aside. Where both change at once it is about 0. Both sound one
    rendition: here and there for a millisecond, AAC at 64 kbit/s is as unlike AAC at 256 as a stranger."""
    first, second = (recording.cut(name, start_s - _EDGE_S, stop_s + _EDGE_S) for name in (a, b))
    found = lags(recording, a, b, start_s, stop_s, window_s=0.25, step_s=0.25)
    near_ms = {round(lag, 2) for lag in found.lag_ms if abs(lag) <= _ALIKE_WITHIN_MS} or {0.0}
    levels = [_level(_low(sound)) for sound in (first, second)]
    between = np.min([_level(_low(first, -lag_ms / 1000) - _low(second)) for lag_ms in near_ms], axis=0)
    loud = np.maximum(*levels)
    unlike = np.flatnonzero((loud > AUDIBLE) & (between > _UNLIKE * loud))
    if not len(unlike):
        return 0.0
    # strangers are alike for a moment, too
    runs = np.split(unlike, np.flatnonzero(np.diff(unlike) > _LIKE_AGAIN_FRAMES) + 1)
    return max(float(run[-1] - run[0] + 1) for run in runs) * 1000 * _LIKENESS_FRAME_S


def _low(sound: Sound, later_s: float = 0.0) -> Sound:
    """Without what is above _LIKENESS_BELOW_HZ, where an error of the lag makes sounds unlike, and that much later. The
    roll-off is soft, for a hard one rings; the edges, which meet, are cut off."""
    frequency_hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    passed = 0.5 + 0.5 * np.cos(np.pi * np.clip(frequency_hz / _LIKENESS_BELOW_HZ - 0.5, 0, 1))
    moved = np.exp(-2j * np.pi * frequency_hz * later_s)
    edge = round(_EDGE_S * RATE_HZ)
    return np.fft.irfft(np.fft.rfft(sound) * passed * moved, len(sound))[edge:-edge]


def _level(sound: Sound) -> Sound:
    """Of each frame."""
    frame = round(_LIKENESS_FRAME_S * RATE_HZ)
    frames = sound[: len(sound) // frame * frame].reshape(-1, frame)
    return np.sqrt(np.mean(np.square(frames), axis=1))


def first_sound_s(recording: Recording, name: str, after_s: float) -> float | None:
    """When the speaker is first audible after an instant."""
    audible = np.flatnonzero(np.abs(recording.cut(name, after_s, recording.length_s)) >= AUDIBLE)
    return after_s + audible[0] / RATE_HZ if len(audible) else None


def last_sound_s(recording: Recording, name: str, before_s: float) -> float | None:
    """When the speaker was last audible before an instant."""
    while before_s > 0:
        start_s = max(0.0, before_s - _LOOK_BACK_S)
        audible = np.flatnonzero(np.abs(recording.cut(name, start_s, before_s)) >= AUDIBLE)
        if len(audible):
            return start_s + audible[-1] / RATE_HZ
        before_s = start_s
    return None
