"""A short known sound in every rendition, by which a player learns what its browser's decoder does to a segment.

Some decoders remove samples in front (priming), some at the end, some nothing; only a mark at a known place tells.
Each file is what a player hands to its decoder for a segment: `init.mp4`, the preroll out of its box, the segment.
`calibration.json` says for each where the mark, its loudest sample by far, is in what a decoder returns that removes
nothing.
"""

import json
import wave
from pathlib import Path

import numpy as np

from library.ingest import boxes, package
from library.ingest.probe import probe
from library.ingest.renditions import RENDITIONS
from library.ingest.transcode import transcode
from library.storage import names, store, workspace
from library.storage.leftovers import held_folder
from playback.segments import CHANNELS, SAMPLE_RATE_HZ, Grid

LENGTH_SAMPLES = 6 * 4096
"""Half a second: a whole number of frames of every codec, so that a length that differs is the decoder's doing."""

MARKER_SAMPLE = 10_000

_MARKER_HZ = 1000.0
_MARKER_WIDTH_S = 0.0005
"""A wave packet of about one period: its middle stands out by 4 dB even after 64 kbit/s, and survives as a shape."""

_HISS = 1 / 2048  # the encoder's silence is a special case that no music is

DESCRIPTION = "calibration.json"


def ensure() -> None:
    """Makes the files unless they are there. Costs half a second, once."""
    wanted = json.dumps(_description(), indent=1)
    try:
        if store.read(names.calibration(DESCRIPTION)).decode() == wanted:
            return
    except FileNotFoundError:
        pass
    with held_folder(workspace.scratch_dir()) as scratch:
        _make(scratch)
        for spec in RENDITIONS:
            store.put(scratch / f"{spec.name}.done", names.calibration(f"{spec.name}.mp4"))
        (scratch / DESCRIPTION).write_text(wanted)
        store.put(scratch / DESCRIPTION, names.calibration(DESCRIPTION))  # last: it vouches for the rest


def signal() -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """(LENGTH_SAMPLES, 2): faint hiss, and the marker."""
    at_s = (np.arange(LENGTH_SAMPLES) - MARKER_SAMPLE) / SAMPLE_RATE_HZ
    packet = np.cos(2 * np.pi * _MARKER_HZ * at_s) * np.exp(-0.5 * (at_s / _MARKER_WIDTH_S) ** 2)
    hiss = _HISS * np.random.default_rng(1).uniform(-1, 1, LENGTH_SAMPLES)
    mono = np.rint(32767 * (0.8 * packet + hiss)).astype(np.int16)
    return np.stack([mono] * CHANNELS, axis=1)


def _make(scratch: Path) -> None:
    source = scratch / "signal.wav"
    with wave.open(str(source), "wb") as file:
        file.setnchannels(CHANNELS)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(signal().astype("<i2").tobytes())
    made = transcode(probe(source), scratch, lambda _done: None)
    assert made.total_samples == LENGTH_SAMPLES, made.total_samples
    for spec, path in made.encoded:
        with path.open("rb") as encoded:
            stsd = boxes.sample_description(encoded)
            init = boxes.init_segment(stsd, rate_hz=SAMPLE_RATE_HZ, frame_samples=spec.frame_samples)
            (segment,) = package.segments(boxes.frames(encoded), spec, Grid(LENGTH_SAMPLES))
        (scratch / f"{spec.name}.done").write_bytes(init + boxes.payload(segment.preroll) + segment.media)


def _description() -> dict[str, object]:
    return {
        "sample_rate": SAMPLE_RATE_HZ,
        "renditions": [
            {
                "id": spec.name,
                "codec": spec.codec,
                "preroll_samples": spec.preroll_samples,
                "marker_sample": spec.preroll_samples + MARKER_SAMPLE,
                "length_samples": spec.preroll_samples + LENGTH_SAMPLES,
                "url": f"calibration/{spec.name}.mp4",
            }
            for spec in RENDITIONS
        ],
    }
