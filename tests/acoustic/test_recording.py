"""The measuring instrument measured: recordings whose lag and gaps are known."""

import numpy as np
import pytest

from tests.acoustic.recording import (
    Dropout,
    Recording,
    Sound,
    apart_ms,
    dropouts,
    first_sound_s,
    is_the_musics,
    lags,
    last_sound_s,
    together_from_s,
)
from tests.acoustic.speakers import RATE_HZ


@pytest.fixture
def noise() -> Sound:
    return np.random.default_rng(1).normal(0, 0.1, 4 * RATE_HZ)


def delayed(sound: Sound, samples: float) -> Sound:
    """Delayed by a fraction of a sample too, as two output clocks may stand."""
    spectrum = np.fft.rfft(sound)
    return np.fft.irfft(spectrum * np.exp(-2j * np.pi * np.arange(len(spectrum)) / len(sound) * samples), len(sound))


@pytest.mark.parametrize("samples", [0, 1, -48, 120.4, 4800])
def test_a_lag_is_found_to_a_hundredth_of_a_millisecond(noise: Sound, samples: float) -> None:
    found = lags(Recording({"a": delayed(noise, samples), "b": noise}), "a", "b", 0.5, 3.5)
    assert len(found.lag_ms) == 5
    assert found.lag_ms == pytest.approx([samples * 1000 / RATE_HZ] * 5, abs=0.01)


def test_silence_and_strangers_give_no_lag(noise: Sound) -> None:
    other = np.random.default_rng(2).normal(0, 0.1, len(noise))
    silent = lags(Recording({"a": noise, "b": np.zeros(len(noise))}), "a", "b", 0, 3)
    unlike = lags(Recording({"a": noise, "b": other}), "a", "b", 0, 3)
    assert (silent.silent, silent.lag_ms) == (5, [])
    assert (unlike.unclear, unlike.lag_ms) == (5, [])


def test_a_gap_in_the_sound_is_a_dropout_and_its_end_is_not(noise: Sound) -> None:
    noise[48_000:48_480] = 0
    noise[96_000:96_100] = 0  # 2 ms
    noise[144_000:] = 0
    assert dropouts(Recording({"a": noise}), "a", 0, 4) == [Dropout(1.0, 10.0)]


def test_only_a_silence_of_all_at_a_change_of_tracks_is_the_musics(noise: Sound) -> None:
    late = delayed(noise, 48)
    noise[48_000:48_480] = 0
    late[48_048:48_528] = 0
    gap = Dropout(1.0, 10.0)
    assert is_the_musics(Recording({"a": noise, "b": late}), gap, [1.2])
    assert not is_the_musics(Recording({"a": noise, "b": late}), gap, [3.0])
    assert not is_the_musics(Recording({"a": noise, "b": delayed(late, 480)}), gap, [1.2])


def test_the_first_sound_after_an_instant(noise: Sound) -> None:
    noise[:96_000] = 0
    assert first_sound_s(Recording({"a": noise}), "a", 0.5) == pytest.approx(2, abs=0.001)
    assert first_sound_s(Recording({"a": np.zeros(100_000)}), "a", 0) is None


def test_the_last_sound_before_an_instant(noise: Sound) -> None:
    noise[96_000:] = 0
    assert last_sound_s(Recording({"a": noise}), "a", 4) == pytest.approx(2, abs=0.001)
    assert last_sound_s(Recording({"a": np.zeros(100_000)}), "a", 2) is None


def test_from_when_on_two_are_together(noise: Sound) -> None:
    late = delayed(noise, 480)
    late[96_000:] = noise[96_000:]
    heard = Recording({"a": late, "b": noise})
    assert together_from_s(heard, "a", "b", 0.5, 3.5, 1) == pytest.approx(2, abs=0.3)
    assert together_from_s(heard, "a", "b", 0.5, 3.5, 11) == pytest.approx(0.5, abs=0.051)
    noise[-48_000:] = 0
    assert together_from_s(heard, "a", "b", 0.5, 4, 1) == 4


@pytest.mark.parametrize("switch_ms", [0, 4, 30])
@pytest.mark.parametrize("lag_samples", [0, 40.3])
def test_how_far_apart_two_jump_within_the_music(noise: Sound, switch_ms: int, lag_samples: float) -> None:
    other = np.random.default_rng(2).normal(0, 0.1, len(noise))
    jumped = [np.concatenate([noise[:at], other[at:]]) for at in (96_000, 96_000 + switch_ms * 48)]
    heard = Recording({"a": delayed(jumped[0], lag_samples), "b": jumped[1]})
    assert apart_ms(heard, "a", "b", 1, 3) == pytest.approx(switch_ms, abs=2)
