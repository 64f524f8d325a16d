"""Instruments as functions: a note's sound as mono floats at 48 kHz, about -1 to 1, decaying to nothing at its end.

All are deterministic: noise comes from a generator seeded by the note itself.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from playback.segments import SAMPLE_RATE_HZ

Sound = NDArray[np.float32]
Instrument = Callable[[float, float], Sound]
"""(MIDI pitch, duration in s) -> sound. Cached: do not change what comes back."""


def frequency_hz(pitch: float) -> float:
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def _noise(seed: float, count: int) -> NDArray[np.float64]:
    return np.random.default_rng(round(seed * 1000)).uniform(-1, 1, count)


def _seconds(duration_s: float) -> NDArray[np.float64]:
    return np.arange(int(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _edges(sound: NDArray[np.float64], attack_s: float, release_s: float) -> Sound:
    """Raised-cosine ends, so that nothing clicks."""
    for length_s, part in ((attack_s, slice(None)), (release_s, slice(None, None, -1))):
        count = min(int(length_s * SAMPLE_RATE_HZ), len(sound))
        sound[part][:count] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(count) / max(count, 1))
    return sound.astype(np.float32)


@cache
def pluck(pitch: float, duration_s: float) -> Sound:
    """A plucked string after Karplus and Strong: a burst of noise goes round a delay line that softens it a little more
    each time. One period is computed at once; the line's whole number of samples is tuned afterwards by resampling."""
    period = SAMPLE_RATE_HZ / frequency_hz(pitch)
    length = int(period)
    line = _noise(pitch, length)
    for _ in range(3):  # a soft finger: less of the highest partials
        line = 0.5 * (line + np.roll(line, 1))
    line -= line.mean()
    line /= np.abs(line).max()
    loss = 0.5 ** (1 / (frequency_hz(pitch) * (0.35 + 60 / (pitch + 10))))  # lower strings sound longer
    rounds = int(duration_s * SAMPLE_RATE_HZ / length) + 2
    sound = np.empty((rounds, length))
    for row in sound:
        row[:] = line
        line = loss * (0.5 * line + 0.5 * np.roll(line, 1))
    # the average of neighbours delays by another half sample
    positions = np.arange(int(duration_s * SAMPLE_RATE_HZ)) * ((length + 0.5) / period)
    tuned = np.interp(positions, np.arange(sound.size), sound.ravel())
    return _edges(tuned, 0.001, 0.05)


@cache
def bass(pitch: float, duration_s: float) -> Sound:
    """A round electric bass: few partials, the higher ones gone sooner."""
    t = _seconds(duration_s)
    phase = 2 * np.pi * frequency_hz(pitch) * t
    partials = sum(np.sin(n * phase) * np.exp(-t * (1.2 + 2.2 * n)) / n**1.3 for n in range(1, 7))
    return _edges(np.asarray(partials) * 0.8, 0.004, 0.03)


@cache
def bell(pitch: float, duration_s: float) -> Sound:
    """A struck bar, between marimba and glass: frequency modulation that fades faster than the tone."""
    t = _seconds(duration_s)
    phase = 2 * np.pi * frequency_hz(pitch) * t
    strike = 1.6 * np.exp(-t * 14) * np.sin(3.99 * phase)
    return _edges(np.sin(phase + strike) * np.exp(-t * 4.5), 0.002, 0.05)


@cache
def pad(pitch: float, duration_s: float) -> Sound:
    """Soft strings far away: three slightly detuned voices of few partials."""
    t = _seconds(duration_s)
    sound = np.zeros_like(t)
    for cents, start in ((-7, 0.0), (0, 1.7), (6, 4.1)):
        phase = 2 * np.pi * frequency_hz(pitch + cents / 100) * t + start
        sound += np.sin(phase) + 0.35 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase)
    return _edges(sound / 4.5, 0.35 * duration_s, 0.4 * duration_s)


@cache
def lead(pitch: float, duration_s: float) -> Sound:
    """A reed: odd partials, and a vibrato that comes late."""
    t = _seconds(duration_s)
    vibrato = 0.006 * np.clip(t / 0.4 - 0.5, 0, 1) * np.sin(2 * np.pi * 5.2 * t)
    phase = 2 * np.pi * np.cumsum(frequency_hz(pitch) * (1 + vibrato)) / SAMPLE_RATE_HZ
    sound = np.sin(phase) + 0.3 * np.sin(3 * phase) + 0.08 * np.sin(5 * phase)
    return _edges(0.6 * sound * np.exp(-t * 0.7), 0.02, min(0.12, duration_s / 3))


@cache
def kick(_pitch: float, _duration_s: float) -> Sound:
    t = _seconds(0.35)
    phase = 2 * np.pi * (48 * t + 110 / 30 * (1 - np.exp(-t * 30)))
    click = _noise(1, len(t)) * np.exp(-t * 400) * 0.3
    return _edges(np.sin(phase) * np.exp(-t * 11) + click, 0.0005, 0.05)


@cache
def snare(_pitch: float, _duration_s: float) -> Sound:
    t = _seconds(0.25)
    wires = _noise(2, len(t)) * np.exp(-t * 20)
    drum = np.sin(2 * np.pi * 185 * t) * np.exp(-t * 26)
    return _edges(0.65 * wires + 0.5 * drum, 0.0005, 0.04)


@cache
def hat(_pitch: float, duration_s: float) -> Sound:
    """Open or closed by its duration."""
    t = _seconds(duration_s)
    metal = np.diff(_noise(3, len(t) + 2), n=2)  # twice differentiated: only the highest octaves are left
    return _edges(0.22 * metal * np.exp(-t * 5 / duration_s), 0.0005, 0.01)


@cache
def shaker(_pitch: float, duration_s: float) -> Sound:
    t = _seconds(duration_s)
    grains = np.diff(_noise(4, len(t) + 1))
    return _edges(0.3 * grains * np.sin(np.pi * t / duration_s) ** 2, 0.005, 0.01)


@cache
def click(_pitch: float, _duration_s: float) -> Sound:
    """A rim or a wood block."""
    t = _seconds(0.08)
    return _edges(
        np.sin(2 * np.pi * 1150 * t) * np.exp(-t * 70) + 0.3 * _noise(5, len(t)) * np.exp(-t * 300), 0.0003, 0.02
    )
