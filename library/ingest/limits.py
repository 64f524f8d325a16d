"""What one file may cost. Each limit has its reason; tests hold them."""

from dataclasses import dataclass

from playback.segments import CHANNELS, SAMPLE_RATE_HZ

MAX_TRACK_S = 12 * 3600
"""A DJ set or an audio book; beyond it somebody has uploaded a day of noise. Its FLAC is some 4 GB."""

MIN_BITRATE = 2000  # bit/s
"""Below every codec for music and speech (AMR's least is 4750). Only silence is packed tighter: 85 kB of it were hours
that held the worker for 53 minutes, and 74 kB became 12.3 MB of renditions."""

FREE_S = 600
"""Of any file, however small: a quiet piece, a recording with long pauses."""

MIN_TRACK_SAMPLES = SAMPLE_RATE_HZ // 2
"""Shorter than any music; and one frame of every rendition fits into it whole, which preroll relies on."""

MAX_CHANNELS = 8
"""7.1 is the widest layout music comes in. Wider ones are measurements, and their downmix is a guess."""

MAX_PIECES = 250
"""That one file is joined from: twelve hours of songs of three minutes are 240. Each costs a third of a second of
starting programs, however short it is."""

MAX_HEADERS_BYTES = 16 * 1024
"""Of a piece that holds no sound, as a recorder leaves it that was stopped as it began: Vorbis's are up to 8 kB. What
is larger and cannot be read is sound that is missing: 1 s of it at 128 kbit/s."""

MAX_COVER_PIXELS = 25_000_000
"""5000 x 5000, a sleeve scanned at 400 dpi; decoded it takes 100 MB. A picture bomb claims a thousand times as much."""

MAX_COVER_BYTES = 32 * 1024 * 1024
"""The largest covers that people embed are lossless scans of some 20 MB."""

MAX_REPORT_BYTES = 256 * 1024
"""Of what ffmpeg says, the last part is kept: a file with an error in every frame writes gigabytes."""

BYTES_PER_S = SAMPLE_RATE_HZ * CHANNELS * 2
"""Of 16-bit PCM, which FLAC never exceeds by more than its headers."""


def longest_s(file_bytes: int) -> float:
    """How long the sound of a file of that size may be."""
    return min(MAX_TRACK_S, FREE_S + file_bytes * 8 / MIN_BITRATE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one fenced process. A process that exceeds one is killed."""

    wall_s: float
    cpu_s: int
    memory_bytes: int  # of address space, which is more than what is used: stacks of threads, mapped libraries
    file_bytes: int


PROBE = Limits(wall_s=60, cpu_s=30, memory_bytes=2 << 30, file_bytes=0)
"""Reading headers takes some 50 ms; the minute is for a disk that has to wake up."""

TAGS = Limits(wall_s=60, cpu_s=30, memory_bytes=1 << 30, file_bytes=MAX_COVER_BYTES)
"""Tags, and one picture decoded and written again twice."""

DEMO_PIECE = Limits(wall_s=1200, cpu_s=600, memory_bytes=8 << 30, file_bytes=256 << 20)
"""Five seconds of CPU time and 600 MB here; a small board is ten times slower. The limits are for a mistake of ours:
the address space has numpy's reserves for each core in it, and the largest file is the mix as PCM, 22 MB."""


def transcode(duration_s: float | None, file_bytes: int) -> Limits:
    """Measured: 0.07 s of CPU time per second of sound on a laptop's core; a small board may be 10 times slower.
    `duration_s` is what the file claims; None, or a lie, is bounded by what a file of its size may hold."""
    length_s = min(duration_s or MAX_TRACK_S, longest_s(file_bytes))
    return Limits(
        wall_s=300 + 4 * length_s,
        cpu_s=int(120 + 2 * length_s),
        memory_bytes=2 << 30,
        file_bytes=int((length_s + 600) * BYTES_PER_S * 1.05),
    )
