"""PCM into its four encodings, in one call of ffmpeg, which measures the loudness too.

What goes in is counted by who writes it, and never changes in kind: the encodings share one sample count and one grid,
and `package` holds them to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from library.ingest import analyse, ffmpeg
from library.ingest.errors import ErrorCode
from library.ingest.fence import FencedProcess
from library.ingest.limits import Limits
from library.ingest.renditions import RENDITIONS, RenditionSpec
from playback.segments import CHANNELS, SAMPLE_RATE_HZ

_FRAGMENT_US = 4_000_000
"""ffmpeg holds one fragment in memory; the packager reads one fragment's table."""

Outputs = list[tuple[RenditionSpec, Path]]


def outputs(folder: Path) -> Outputs:
    return [(spec, folder / f"{spec.name}.mp4") for spec in RENDITIONS]


def arguments(made: Outputs) -> list[str]:
    """The call, pure. Its standard input is the PCM."""
    names = [spec.name for spec, _ in made]
    graph = (
        f"[0:a:0]asplit={len(names) + 1}[measured]"
        + "".join(f"[{name}]" for name in names)
        # its running log would be ten lines a second
        + ";[measured]ebur128=peak=true:framelog=verbose,anullsink"
    )
    call = ffmpeg.call("-f", "s16le", "-ar", str(SAMPLE_RATE_HZ), "-ac", str(CHANNELS), "-i", "pipe:0")
    call += ["-filter_complex_threads", "1", "-filter_complex", graph]
    for spec, path in made:
        # ffmpeg before 6 calls FLAC in MP4 experimental
        call += ["-map", f"[{spec.name}]", *spec.encoder, "-map_metadata", "-1", "-strict", "experimental", "-f", "mp4"]
        call += ["-movflags", "+empty_moov+default_base_moof", "-frag_duration", str(_FRAGMENT_US), f"file:{path}"]
    return call


class Encoder:
    """Takes PCM, and leaves the encodings as fragmented MP4."""

    def __init__(self, process: FencedProcess) -> None:
        self._process = process

    def write(self, pcm: bytes) -> None:
        try:
            self._process.input.write(pcm)
        except BrokenPipeError:
            ffmpeg.check(self._process, ErrorCode.INTERNAL)  # says why it is gone
            raise

    def finish(self) -> analyse.Loudness:
        """Of everything that was written."""
        self._process.end_input()
        ffmpeg.check(self._process, ErrorCode.INTERNAL)
        return analyse.loudness(self._process.report)


@contextmanager
def encoder(made: Outputs, limit: Limits) -> Iterator[Encoder]:
    with FencedProcess(arguments(made), limit, takes_input=True) as process:
        yield Encoder(process)
