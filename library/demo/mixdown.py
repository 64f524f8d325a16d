"""Makes a sound file of a piece: stems by numpy, then levels, fades, normalising and export by pydub."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from mutagen.flac import FLAC, Picture
from numpy.typing import NDArray

from library.demo.instruments import Sound
from library.demo.score import ALBUM, ARTIST, PIECES, Part, Piece, notes
from playback.segments import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pydub import AudioSegment

Stereo = NDArray[np.float32]
"""(2, samples)"""

_FADE_IN_MS, _FADE_OUT_MS = 20, 2500
_HEADROOM_DB = 1.0
_FULL_SCALE = 2**31 - 1
_REVERB_S = 1.4
_FFT_SAMPLES = 1 << 18


def render(piece: Piece, cover: bytes, target: Path, ffmpeg: str) -> None:
    """Writes the piece to `target` as FLAC with tags and a cover (PNG)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of audioop's age, and of an ffmpeg outside of PATH
        from pydub import AudioSegment
        from pydub.effects import normalize

    AudioSegment.converter = ffmpeg
    samples = int(piece.duration_s * SAMPLE_RATE_HZ)
    room = np.zeros((2, samples), np.float32)
    mix = AudioSegment.silent(1000 * samples // SAMPLE_RATE_HZ, SAMPLE_RATE_HZ).set_channels(2).set_sample_width(4)
    for part in piece.parts:
        stem = _stem(piece, part, samples)
        room += part.wet * 10 ** (part.gain_db / 20) * stem
        mix = mix.overlay(_segment(AudioSegment, stem).apply_gain(part.gain_db))
    mix = mix.overlay(_segment(AudioSegment, _reverb(room)))
    mix = normalize(mix.fade_in(_FADE_IN_MS).fade_out(_FADE_OUT_MS), headroom=_HEADROOM_DB).set_sample_width(2)
    tags = {
        "title": piece.title,
        "artist": ARTIST,
        "album": ALBUM,
        "album_artist": ARTIST,
        "genre": piece.genre,
        "date": "2026",
        "track": f"{piece.number}/{len(PIECES)}",
        "disc": "1/1",
    }
    mix.export(target, format="flac", tags=tags).close()
    _add_cover(target, cover)


def _stem(piece: Piece, part: Part, samples: int) -> Stereo:
    mono = np.zeros(samples, np.float32)
    for note in notes(piece, part):
        sound: Sound = part.instrument(note.pitch, note.duration_s)
        at = int(note.start_s * SAMPLE_RATE_HZ)
        room = max(0, min(len(sound), samples - at))
        mono[at : at + room] += np.float32(note.loudness) * sound[:room]
    angle = (part.pan + 1) * np.pi / 4  # equal power
    return np.stack([mono * np.float32(np.cos(angle)), mono * np.float32(np.sin(angle))])


def _reverb(dry: Stereo) -> Stereo:
    """A hall: each side convolved with its own decaying noise, in blocks."""
    length = int(_REVERB_S * SAMPLE_RATE_HZ)
    decay = np.exp(-6.9 * np.arange(length) / length) * (1 - np.exp(-np.arange(length) / 400))
    hop = _FFT_SAMPLES - length
    wet = np.zeros((2, dry.shape[1] + _FFT_SAMPLES), np.float32)
    for side in range(2):
        noise = np.random.default_rng(side).standard_normal(length) * decay
        noise = np.convolve(noise, np.full(6, 1 / 6), "same")  # walls swallow the highest tones
        response = np.fft.rfft((noise / np.sqrt(np.sum(noise**2))).astype(np.float32), _FFT_SAMPLES)
        for at in range(0, dry.shape[1], hop):
            block = np.fft.irfft(np.fft.rfft(dry[side, at : at + hop], _FFT_SAMPLES) * response)
            wet[side, at : at + _FFT_SAMPLES] += block
    return wet[:, : dry.shape[1]]


def _segment(kind: "type[AudioSegment]", sound: Stereo) -> "AudioSegment":
    """As pydub's 32-bit samples, 12 dB down: room for the sum of all parts."""
    clipped = np.clip(sound * 0.25, -1, 1).astype(np.float64)
    data = np.ascontiguousarray((clipped * _FULL_SCALE).astype("<i4").T).tobytes()
    return kind(data, sample_width=4, frame_rate=SAMPLE_RATE_HZ, channels=2)


def _add_cover(target: Path, cover: bytes) -> None:
    picture: Any = Picture()  # type: ignore[no-untyped-call]
    picture.type, picture.mime, picture.data = 3, "image/png", cover
    file: Any = FLAC(target)  # type: ignore[no-untyped-call]
    file.add_picture(picture)
    file.save()
