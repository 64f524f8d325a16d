"""Bench part "library": what an ingest costs over one bare ffmpeg call that makes the same renditions, and its memory.

Both run alternately, with every ffmpeg at hand, at the same niceness; a median says more than a mean on a machine that
does other things too. An ingest is timed from the claim of its job to the ready track, in a worker that runs already.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg

from tests.bench.report import table
from tests.serving import ROOT, Site

ROUNDS = 3
TRACK_S = 240
LONG_TRACK_S = 3 * 3600

MAX_RATIO = 1.25
MAX_PROCESS_MB = 200

_SAMPLE_EVERY_S = 0.25

_INGEST_ONCE = """
import json, os, sys, time
from library.storage import names, store
from library.jobs import queue, worker
from library.models import Track
track = Track.objects.get()
with worker.working() as one:
    for line in sys.stdin:
        store.remove(names.package(track.package)) if track.package else None
        queue.enqueue(track)
        began, cpu = time.perf_counter(), sum(os.times()[:4])
        one.drain()
        print(json.dumps([time.perf_counter() - began, sum(os.times()[:4]) - cpu]), flush=True)
        track.refresh_from_db()
        assert track.status == Track.Status.READY, track.error
"""


class Cost(NamedTuple):
    wall_s: float
    cpu_s: float


@dataclass
class Peaks:
    """The largest resident size of each program among a process and its descendants, in MB."""

    mb: dict[str, float] = field(default_factory=dict)

    def watch(self, pid: int, ended: threading.Event) -> None:
        while not ended.wait(_SAMPLE_EVERY_S):
            for process in _with_descendants(pid):
                try:
                    facts = dict(
                        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines()
                    )
                    program = "ffmpeg" if "ffmpeg" in facts["Name"] else "Python"
                    self.mb[program] = max(self.mb.get(program, 0), int(facts["VmHWM"].split()[0]) / 1024)
                except (FileNotFoundError, ProcessLookupError, KeyError):  # it has just ended
                    continue


def _with_descendants(pid: int) -> list[int]:
    found = [pid]
    for process in found:
        try:
            children = Path(f"/proc/{process}/task/{process}/children").read_text()
        except FileNotFoundError:
            continue
        found += map(int, children.split())
    return found


def bare_call(ffmpeg: str, source: Path, folder: Path) -> list[str]:
    """The same four renditions of the same sound, into plain files, by somebody who knows ffmpeg well: decoded and
    resampled once."""
    graph = (
        "[0:a]aresample=48000:resampler=soxr:dither_method=triangular,"
        "aformat=sample_fmts=s16:channel_layouts=stereo,asplit=4[a][b][c][d]"
    )
    call = [ffmpeg, "-v", "error", "-nostdin", "-y", "-i", str(source), "-filter_complex", graph]
    for pad, rate in (("a", "64k"), ("b", "128k"), ("c", "256k")):
        call += ["-map", f"[{pad}]", "-c:a", "aac", "-aac_pns", "0", "-b:a", rate, str(folder / f"{rate}.m4a")]
    return [*call, "-map", "[d]", "-c:a", "flac", "-frame_size", "4096", str(folder / "music.flac")]


def make_source(folder: Path, seconds: int) -> Path:
    """Music at 44.1 kHz: a demo piece, over and over, as FLAC."""
    target = folder / f"{seconds}.flac"
    code = (
        "from pathlib import Path; from library.demo import artwork, mixdown; from library.demo.score import PIECES;"
        f"mixdown.render(PIECES[1], artwork.draw(PIECES[1]), Path({str(folder / 'piece.flac')!r}))"
    )
    subprocess.run([sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code], cwd=ROOT, check=True)
    loop = ["ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(folder / "piece.flac"), "-t", str(seconds)]
    subprocess.run([*loop, "-map", "0:a", "-ar", "44100", str(target)], check=True)
    return target


class ResidentWorker:
    """A worker that waits in a process of its own, with one track in its library."""

    def __init__(self, site: Site, ffmpeg: str, source: Path) -> None:
        site.folder.mkdir()
        site.prepare(demo=False)
        site.manage("import_music", "--queue-only", str(source))
        environment = {**site.environment, "SYNCHRO_FFMPEG": ffmpeg, "SYNCHRO_LOG_LEVEL": "ERROR"}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", _INGEST_ONCE],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ingest(self) -> Cost:
        """From the claim to the ready track."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return Cost(*json.loads(self.process.stdout.readline()))

    def end(self) -> None:
        self.process.communicate()


def measure_ratio(ffmpeg: str, source: Path, folder: Path) -> dict[str, float]:
    worker = ResidentWorker(Site(folder / "site"), ffmpeg, source)
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(worker.ingest())
        began, cpu = time.perf_counter(), sum(os.times()[2:4])
        subprocess.run(["nice", "-n", "10", *bare_call(ffmpeg, source, folder)], check=True)
        bare.append(Cost(time.perf_counter() - began, sum(os.times()[2:4]) - cpu))
    worker.end()
    ingest_s, ingest_cpu_s = (statistics.median(column) for column in zip(*ours, strict=True))
    bare_s, bare_cpu_s = (statistics.median(column) for column in zip(*bare, strict=True))
    return {
        "ingest_s": round(ingest_s, 2),
        "bare_s": round(bare_s, 2),
        "ratio": round(ingest_s / bare_s, 3),
        "cpu_ratio": round(ingest_cpu_s / bare_cpu_s, 3),
    }


def measure_memory(ffmpeg: str, source: Path, folder: Path) -> dict[str, float]:
    worker = ResidentWorker(Site(folder / "long-site"), ffmpeg, source)
    peaks, ended = Peaks(), threading.Event()
    watcher = threading.Thread(target=peaks.watch, args=(worker.process.pid, ended))
    watcher.start()
    ingest_s = worker.ingest().wall_s
    ended.set()
    watcher.join()
    worker.end()
    return {"ingest_s": round(ingest_s, 1), **{f"{name}_mb": round(mb) for name, mb in peaks.mb.items()}}


def measure(*, long_track: bool = True) -> dict[str, dict[str, dict[str, float]]]:
    """By ffmpeg: its version, the ratio, and the memory (with the last one, which holds more in its queues)."""
    figures: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = make_source(folder, TRACK_S)
        programs = ["ffmpeg", imageio_ffmpeg.get_ffmpeg_exe()]
        for program in programs:
            version = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stdout.split()[
                2
            ]
            place = folder / version
            place.mkdir()
            figures[version] = {"speed": measure_ratio(program, source, place)}
        if long_track:
            long_source = make_source(folder, LONG_TRACK_S)
            figures[version]["memory"] = measure_memory(programs[-1], long_source, place)
    return figures


def markdown(figures: dict[str, dict[str, dict[str, float]]]) -> str:
    head = [
        "ffmpeg",
        f"ingest of a {TRACK_S // 60}-minute track, s",
        "bare call, s",
        "ratio",
        "of CPU time",
        f"bar ≤ {MAX_RATIO}",
    ]
    rows = []
    for version, found in figures.items():
        speed = found["speed"]
        verdict = "met" if speed["ratio"] <= MAX_RATIO else "missed"
        seconds = [f"{speed[name]:.1f}" for name in ("ingest_s", "bare_s")]
        ratios = [f"{speed[name]:.2f}" for name in ("ratio", "cpu_ratio")]
        rows.append([version, *seconds, *ratios, verdict])
    text = table(head, rows)
    for version, found in figures.items():
        if memory := found.get("memory"):
            largest = max(memory["Python_mb"], memory["ffmpeg_mb"])
            text += (
                f"\n\nA track of {LONG_TRACK_S // 3600} hours with ffmpeg {version}: {memory['ingest_s']:.0f} s; "
                f"largest resident sizes {memory['Python_mb']:.0f} MB (Python) and {memory['ffmpeg_mb']:.0f} MB "
                f"(ffmpeg); bar {MAX_PROCESS_MB} MB each: {'met' if largest <= MAX_PROCESS_MB else 'missed'}."
            )
    return text


def run() -> str:
    """The figures as Markdown, and on the way as JSON."""
    figures = measure()
    print(json.dumps(figures, indent=1))
    return markdown(figures)


if __name__ == "__main__":
    found = measure(long_track="--short" not in sys.argv)
    print(json.dumps(found, indent=1))
    print(markdown(found))
