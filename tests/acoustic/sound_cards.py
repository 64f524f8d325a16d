"""Sound cards that are not alike: each speaker at the pace of an oscillator of its own.

The speakers of `speakers.py` share one clock. Here each is a pipe of PulseAudio's, and one process (this module, run)
takes from every pipe at its card's own rate, as hardware does: audio server, browser and page meet a device that is not
as fast as it says, and have only its progress to tell it by. What was taken is brought to the computer's time, by the
rates that are known here, and written as `Speakers` writes its recording.

usage: python -m tests.acoustic.sound_cards RECORDING PIPE PPM HIDDEN_MS [PIPE PPM HIDDEN_MS ...]
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.acoustic.speakers import MAY_HAVE_PRIORITY, RATE_HZ, Speakers
from tests.serving import ROOT

_FRAME_BYTES = 4  # float32le
_PIPE_BYTES = 8_192
"""Two pages, and PulseAudio holds a third one ready: 43 to 64 ms, as much as many a real card has. A pipe's own 64 KiB
would be a third of a second."""
_TICK_S = 0.00025
"""A card goes on in such steps, by which PulseAudio tells its progress, and real ones finer: a millisecond beats with
the blocks that PulseAudio writes, and what it tells wanders by a quarter of that."""
_BLOCK_FRAMES = RATE_HZ // 10
_PRIORITY = 5
"""Of the thread that makes the sound: see `speakers.py`."""
_AROUND = 2
"""Frames on either side of a place that tell its sound."""


@dataclass(frozen=True)
class Device:
    """A sound card: its clock against the computer's, and latency that it tells nobody (Bluetooth, a television)."""

    ppm: float = 0
    hidden_ms: float = 0


class SoundCards(Speakers):
    """Speakers of which each has a device of its own."""

    def __init__(self, folder: Path, devices: Mapping[str, Device]) -> None:
        super().__init__(folder, list(devices))
        self._devices = devices
        self._pipes = {name: folder / f"{name}.pipe" for name in devices}

    def _connect_speakers(self) -> None:
        for name, pipe in self._pipes.items():
            os.mkfifo(pipe)
            # PulseAudio fills what it finds: the size has to be right before it comes
            at_rest = os.open(pipe, os.O_RDWR)
            try:
                fcntl.fcntl(at_rest, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
                self._load(
                    "module-pipe-sink", f"sink_name={name}", f"file={pipe}", "format=float32le", f"rate={RATE_HZ}",
                    "channels=1", "channel_map=mono",
                )  # fmt: skip
            finally:
                os.close(at_rest)

    def _record(self) -> "subprocess.Popen[bytes]":
        cards = [
            part
            for name, device in self._devices.items()
            for part in (os.fspath(self._pipes[name]), str(device.ppm), str(device.hidden_ms))
        ]
        command = [sys.executable, "-m", "tests.acoustic.sound_cards", os.fspath(self.recording_file), *cards]
        return subprocess.Popen(command, cwd=ROOT)


class Card:
    """Takes frames from a pipe as its clock goes, and tells what sounds at a moment of the computer's."""

    def __init__(self, pipe: int, device: Device) -> None:
        self._pipe = pipe
        self._rate_hz = RATE_HZ * (1 + device.ppm * 1e-6)
        self._taken = 0
        self._fresh: list[bytes] = []
        self._sound = np.zeros(_AROUND + round(device.hidden_ms * RATE_HZ / 1000), np.float32)
        self._sound_from = -_AROUND  # the number of the first frame of it

    def take(self, elapsed_s: float) -> None:
        """The frames due since the last time. What PulseAudio does not have ready by now is silence, as on a real
        card."""
        due = int(elapsed_s * self._rate_hz) - self._taken
        if due <= 0:
            return
        try:
            ready = os.read(self._pipe, due * _FRAME_BYTES)
        except BlockingIOError:
            ready = b""
        self._fresh.append(ready.ljust(due * _FRAME_BYTES, b"\0"))
        self._taken += due

    def sounded(self, first: int, count: int) -> NDArray[np.float32]:
        """That many frames of RATE_HZ by the computer's clock, from the given one on, all of them in the past and asked
        for in order. Between the card's own frames goes a cubic (Catmull-Rom), level to 10 kHz and without delay."""
        self._sound = np.concatenate([self._sound, np.frombuffer(b"".join(self._fresh), np.float32)])
        self._fresh.clear()
        place = (first + np.arange(count)) * (self._rate_hz / RATE_HZ) - self._sound_from
        before = place.astype(np.int64)
        part = (place - before).astype(np.float32)
        a, b, c, d = (self._sound[before + offset] for offset in (-1, 0, 1, 2))
        past = int(before[-1]) - _AROUND
        self._sound, self._sound_from = self._sound[past:], self._sound_from + past
        return b + 0.5 * part * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)))


def main(arguments: Sequence[str]) -> None:
    recording, *rest = arguments
    cards = [
        Card(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), Device(float(ppm), float(hidden_ms)))
        for pipe, ppm, hidden_ms in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if MAY_HAVE_PRIORITY:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(_PRIORITY))
    with Path(recording).open("wb", buffering=0) as file:
        _sound(cards, file)


def _sound(cards: Sequence[Card], recording: FileIO) -> None:
    """Until the process is told to end."""
    began_s = time.monotonic()
    written = 0
    while True:
        time.sleep(_TICK_S)
        elapsed_s = time.monotonic() - began_s
        for card in cards:
            card.take(elapsed_s)
        if written + _BLOCK_FRAMES + 2 * _AROUND < elapsed_s * RATE_HZ:
            sounds = np.stack([card.sounded(written, _BLOCK_FRAMES) for card in cards], axis=1)
            recording.write((sounds.clip(-1, 1) * 32_767).astype("<i2").tobytes())
            written += _BLOCK_FRAMES


if __name__ == "__main__":
    main(sys.argv[1:])
