"""A sound card of the rig takes sound at its own pace, tells it at the computer's, and is late by what it hides."""

import os
from collections.abc import Iterator

import numpy as np
import pytest

from tests.acoustic.sound_cards import Card, Device
from tests.acoustic.speakers import RATE_HZ

TONE_HZ = 1_000.0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe2(os.O_NONBLOCK)
    yield ends
    for end in ends:
        os.close(end)


def tone(frames: np.ndarray) -> np.ndarray:
    return np.sin(2 * np.pi * TONE_HZ * frames / RATE_HZ).astype(np.float32)


def played(pipe: tuple[int, int], device: Device, seconds: float) -> np.ndarray:
    """What is heard of a card whose pipe always holds enough of a tone."""
    take_from, put_into = pipe
    card = Card(take_from, device)
    put, heard = 0, []
    for tick in range(1, round(seconds * 100) + 1):
        put += os.write(put_into, tone(np.arange(put, put + 500)).tobytes()) // 4
        card.take(tick / 100)
        if tick > 1:
            heard.append(card.sounded((tick - 2) * RATE_HZ // 100, RATE_HZ // 100))
    return np.concatenate(heard)


@pytest.mark.parametrize("ppm", [0, 104, -104])
def test_a_fast_card_is_heard_fast(pipe: tuple[int, int], ppm: float) -> None:
    heard = played(pipe, Device(ppm=ppm), 2)
    expected = tone(np.arange(len(heard)) * (1 + ppm * 1e-6))
    assert np.abs(heard - expected)[10:].max() < 1e-3


def test_hidden_latency_is_heard_and_not_told(pipe: tuple[int, int]) -> None:
    heard = played(pipe, Device(hidden_ms=25), 1)
    late = RATE_HZ // 40
    assert not heard[: late - 2].any()
    assert np.abs(heard[late + 10 :] - tone(np.arange(10, len(heard) - late))).max() < 1e-3


def test_what_is_not_there_in_time_is_silence_and_the_rest_is_late(pipe: tuple[int, int]) -> None:
    take_from, put_into = pipe
    card = Card(take_from, Device())
    os.write(put_into, np.ones(480, np.float32).tobytes())
    card.take(0.02)
    os.write(put_into, np.ones(480, np.float32).tobytes())
    card.take(0.03)
    heard = card.sounded(0, 1_400)
    assert heard[10:470].all()
    assert not heard[490:950].any()
    assert heard[970:].all()
