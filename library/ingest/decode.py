"""A piece of a file as the PCM that everything is made from: 48 kHz, 16 bit, stereo.

Where a stream's rate, channels or format change midway, ffmpeg builds its filter graph anew, and whatever the old one
still held is gone: of a resampler 17 ms. So the decoder's graph holds nothing. It passes the frames on at the rate that
the piece begins with, as stereo; and the resampler is a process of its own, which knows of no change.

Mono goes to both sides as loud as it is. 16-bit 48 kHz stereo passes bit for bit; where bits are lost, triangular
dither hides it.
"""

import re
from collections.abc import Generator

from library.ingest import ffmpeg, limits
from library.ingest.errors import ErrorCode, IngestError
from library.ingest.fence import FencedProcess
from library.ingest.joins import Piece
from library.ingest.probe import Probe
from playback.segments import CHANNELS, SAMPLE_RATE_HZ

BYTES_PER_SAMPLE = 2 * CHANNELS
_READ_BYTES = 1 << 20

_MAX_BAD_SHARE, _MAX_BAD_FRAMES = 0.02, 3
"""Of frames that cannot be decoded. A file with a bad frame or two plays everywhere and is welcome, however short;
one more is the packet that some decoders keep back."""

_FRAMES = re.compile(r"Input stream #0:\d+ \(audio\): (\d+) packets read \(\d+ bytes\); (\d+) frames decoded")

_MIN_CARRIED_RATE_HZ = 44_100
"""A piece that begins slower is brought to 48 kHz at once: what comes after a change may hold more than it could carry,
and that matters more than the resampler's 17 ms."""

_CARRIED = {"u8": "s16", "s16": "s16", "s32": "s32", "s64": "s32"}
"""What goes from decoder to resampler at 48 kHz, by the kind of samples that the piece begins with: 16 bits stay as
they are. All else goes as floats, and what is to be resampled, too: soxr dithers 16 bits with noise that is another one
each time, and the same file would not be the same package twice."""

_RESAMPLE = "resampler=soxr:dither_method=triangular"


def carried(facts: Probe) -> tuple[int, str]:
    """Rate and sample format between the two."""
    rate_hz = facts.rate_hz if facts.rate_hz >= _MIN_CARRIED_RATE_HZ else SAMPLE_RATE_HZ
    kept = _CARRIED if facts.rate_hz == SAMPLE_RATE_HZ else {}
    return rate_hz, kept.get(facts.sample_format.rstrip("p"), "flt")


def decoder(piece: Piece, facts: Probe) -> list[str]:
    """The call, pure. Its standard output is PCM as `carried` says.

    The last filter gives mono to both sides; ffmpeg's own upmix is 3 dB lower. Of more channels ffmpeg makes two
    before, scaled so that they cannot clip, in floats too (`rematrix_maxval`).
    """
    rate_hz, sample_format = carried(facts)
    graph = (
        f"[0:a:0]{_named(facts)}aresample={rate_hz}:{_RESAMPLE}:rematrix_maxval=1,"
        f"aformat=sample_fmts={sample_format}:channel_layouts=mono|stereo,pan=stereo|FL=FL+FC|FR=FR+FC[pcm]"
    )
    # ffmpeg's own limit is a share, which one bad frame of a short file exceeds: `check_frames` judges
    call = ffmpeg.reading(piece.url, "-v", "verbose", "-max_error_rate", "1")
    call += ["-filter_complex_threads", "1", "-filter_complex", graph]
    return [*call, "-map", "[pcm]", *_raw(sample_format), "pipe:1"]


def resampler(facts: Probe) -> list[str]:
    """The call, pure. From what `decoder` writes to the PCM of this module."""
    rate_hz, sample_format = carried(facts)
    graph = f"aresample={SAMPLE_RATE_HZ}:{_RESAMPLE},aformat=sample_fmts=s16:channel_layouts=stereo"
    call = ffmpeg.call(*_raw(sample_format), "-ar", str(rate_hz), "-ac", str(CHANNELS), "-i", "pipe:0")
    return [*call, "-af", graph, *_raw("s16"), "pipe:1"]


def decode(piece: Piece, facts: Probe) -> Generator[bytes, None, None]:
    """The PCM, in blocks. IngestError where the piece cannot be read; what came before it is sound."""
    limit = limits.transcode(facts.duration_s, piece.size)
    any_sound = False
    with (
        FencedProcess(decoder(piece, facts), limit) as decoding,
        FencedProcess(resampler(facts), limit, source=decoding) as resampling,
    ):
        while block := resampling.output.read(_READ_BYTES):
            any_sound = True
            yield block
        ffmpeg.check(resampling, ErrorCode.INTERNAL)  # before the decoder, which fails when its reader does
        ffmpeg.check(decoding, ErrorCode.DAMAGED if any_sound else ErrorCode.NOT_AUDIO)
        check_frames(decoding.report)


def check_frames(report: str) -> None:
    """Pure: whether enough could be decoded, by what ffmpeg writes at its end. Where packets hold many frames that says
    nothing; such containers state a duration."""
    if found := _FRAMES.search(report):
        packets, bad = int(found[1]), int(found[1]) - int(found[2])
        if bad > max(_MAX_BAD_FRAMES, _MAX_BAD_SHARE * packets):
            raise IngestError(ErrorCode.DAMAGED, f"{bad} of {packets} frames cannot be decoded")


def _named(facts: Probe) -> str:
    """A filter that calls one channel mono and two stereo, whatever they were called: `FL` alone is a mono file to the
    program that wrote it. One of two that is for low frequencies only is left to ffmpeg."""
    if facts.channels == 1 and facts.layout != "mono":
        return "pan=mono|c0=c0,"
    if facts.channels == 2 and facts.layout != "stereo" and "LFE" not in facts.layout:
        return "pan=stereo|c0=c0|c1=c1,"
    return ""


def _raw(sample_format: str) -> list[str]:
    """Options of headerless PCM."""
    name = {"s16": "s16le", "s32": "s32le", "flt": "f32le"}[sample_format]
    return ["-f", name, "-c:a", f"pcm_{name}"]
