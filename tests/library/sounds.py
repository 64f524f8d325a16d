"""Sound files for the tests, and what ffmpeg makes of files: made here, never kept."""

import subprocess
import wave
from pathlib import Path

import numpy as np
from django.test import override_settings
from numpy.typing import NDArray

from library.ingest import ffmpeg, pipeline
from library.storage import names, workspace
from library.storage.leftovers import held_folder

RATE_HZ = 48_000
Pcm = NDArray[np.int16]


def music(samples: int, *, channels: int = 2, seed: int = 1) -> Pcm:
    """(samples, channels): a gliding tone and hiss, different in each channel. Never repeats, so every shift shows."""
    chance = np.random.default_rng(seed)
    t = np.arange(samples) / RATE_HZ
    sides = [
        0.3 * np.sin(2 * np.pi * (300 + 110 * side) * t * (1 + t / 60)) + 0.05 * chance.standard_normal(samples)
        for side in range(channels)
    ]
    return np.rint(32767 * np.clip(np.stack(sides, axis=1), -1, 1)).astype(np.int16)


def write_wav(path: Path, pcm: Pcm, *, rate_hz: int = RATE_HZ) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(pcm.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm.astype("<i2").tobytes())
    return path


def encoded(source: Path, target: Path, *options: str) -> Path:
    """`source` in the format of `target`'s name."""
    call = [ffmpeg.executable(), "-v", "error", "-nostdin", "-y", "-i", str(source), *options, str(target)]
    subprocess.run(call, check=True)
    return target


def decoded(content: bytes | Path) -> NDArray[np.float32]:
    """(samples, 2) as ffmpeg decodes it, without dither or resampling."""
    source = str(content) if isinstance(content, Path) else "pipe:0"
    data = content if isinstance(content, bytes) else b""
    call = [ffmpeg.executable(), "-v", "error", "-i", source, "-f", "f32le", "-c:a", "pcm_f32le", "pipe:1"]
    done = subprocess.run(call, input=data, stdout=subprocess.PIPE, check=True)
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2)


def ingested(source: Path, folder: Path) -> tuple[pipeline.Ingested, Path]:
    """The file through the whole pipeline, and its package's folder."""
    with override_settings(DATA_DIR=folder), held_folder(workspace.scratch_dir()) as scratch:
        made = pipeline.ingest(source, scratch, lambda _done: None)
    return made, folder / names.package(made.package.name)


def segment_files(package: Path, rendition: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((package / rendition).glob("*.m4s"))]


def whole(package: Path, rendition: str) -> bytes:
    """A stream that begins with the first segment's preroll: a decoder's state is right from the first sample."""
    first, *rest = segment_files(package, rendition)
    return (package / rendition / "init.mp4").read_bytes() + first[8:] + b"".join(rest)
