"""Every segment of every rendition, decoded alone in Chromium by the page's own code and laid on the grid, is what a
continuous decode would be: no gap, no shift and no click at any join."""

import base64
import io
import re
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from library.ingest.renditions import RENDITIONS, RenditionSpec
from playback.segments import SEGMENT_SAMPLES, Grid
from tests.serving import Site

SPECS = {spec.name: spec for spec in RENDITIONS}
MAX_AAC_ERROR = 10 ** (-90 / 20)

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Track:
    """A ready track of the served site, and where its segments are."""

    site: str
    package_url: str
    grid: Grid

    def fetch(self, path: str) -> bytes:
        answer = httpx.get(f"{self.site}{self.package_url}/{path}")
        assert answer.status_code == 200
        return answer.content

    def stream(self, rendition: str) -> bytes:
        """All its segments as one stream, behind the first one's preroll."""
        segments = [self.fetch(f"{rendition}/{index}.m4s") for index in range(self.grid.segment_count)]
        return self.fetch(f"{rendition}/init.mp4") + segments[0][8:] + b"".join(segments[1:])


@pytest.fixture(scope="module")
def track(server: Site) -> Track:
    ready = [one for one in httpx.get(f"{server.url}/api/v1/tracks").json()["items"] if one["status"] == "ready"]
    shortest = min(ready, key=lambda one: one["duration_s"])
    return Track(server.url, shortest["peaks_url"].removesuffix("/peaks.json"), Grid(shortest["total_samples"]))


PREPARE = """
async (scripts) => {
  const [segments, grid, calibration] = await Promise.all(
    ['segments.js', 'segment_grid.js', 'calibration.js'].map((name) => import(scripts + 'music/' + name)));
  const learned = new calibration.Calibration({ manifestUrl: "/library/calibration.json" });
  await learned.learn();
  const bytes = async (url) => (await fetch(url)).arrayBuffer();
  const text = (channels) => {  // base64 of the channels, one after the other
    const data = new Uint8Array(channels.length * channels[0].byteLength);
    channels.forEach((channel, at) => data.set(new Uint8Array(channel.buffer, channel.byteOffset, channel.byteLength),
      at * channel.byteLength));
    let binary = '';
    for (let at = 0; at < data.length; at += 32768) {
      binary += String.fromCharCode(...data.subarray(at, at + 32768));
    }
    return btoa(binary);
  };
  window.decodeOne = async ({ packageUrl, totalSamples, rendition, n }) => {
    const [init, segment] = await Promise.all(
      [bytes(`${packageUrl}/${rendition.id}/init.mp4`), bytes(`${packageUrl}/${rendition.id}/${n}.m4s`)]);
    const { pcm } = await segments.decodeSegment({
      init, segment, rendition, samples: grid.samplesIn(totalSamples, n),
      trimmed: await learned.trimmedBy(rendition.codec),
    });
    return text(pcm);
  };
  window.decodeWav = async (encoded) => {
    const buffer = await segments.decode(Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0)).buffer);
    return text([buffer.getChannelData(0), buffer.getChannelData(1)]);
  };
  return [...learned.unusable];
}
"""


@pytest.fixture(scope="module")
def decoder(server: Site, chromium: Browser) -> Iterator[Page]:
    """A page of the site, with its own modules at hand."""
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{server.url}/library/")
    scripts = re.search(r"/static/[^/\"]+/js/", page.content())
    assert scripts is not None
    assert page.evaluate(PREPARE, scripts[0]) == []
    yield page
    page.close()


def samples_of(text: str) -> Sound:
    """(samples, 2)"""
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(2, -1).T


def laid_on_the_grid(page: Page, track: Track, spec: RenditionSpec) -> Sound:
    """The whole track, from segments that were each decoded alone."""
    rendition = {"id": spec.name, "codec": spec.codec, "preroll_samples": spec.preroll_samples}
    laid = np.full((track.grid.total_samples, 2), np.nan, np.float32)
    for n in range(track.grid.segment_count):
        what = {
            "packageUrl": track.package_url,
            "totalSamples": track.grid.total_samples,
            "rendition": rendition,
            "n": n,
        }
        segment = samples_of(page.evaluate("(what) => decodeOne(what)", what))
        laid[n * SEGMENT_SAMPLES :][: len(segment)] = segment
    return laid


def continuously_decoded(track: Track, spec: RenditionSpec) -> Sound:
    """By ffmpeg, in one go."""
    call = ["ffmpeg", "-v", "error", "-i", "pipe:0", "-f", "f32le", "-c:a", "pcm_f32le", "pipe:1"]
    done = subprocess.run(call, input=track.stream(spec.name), capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<f4").reshape(-1, 2)[spec.preroll_samples :][: track.grid.total_samples]


def worst_at_joins(difference: Sound, track: Track) -> float:
    joins = range(SEGMENT_SAMPLES, track.grid.total_samples, SEGMENT_SAMPLES)
    return max(float(difference[join - 1024 : join + 1024].max()) for join in joins)


@pytest.mark.parametrize("name", ["aac-64", "aac-128", "aac-256"])
def test_aac_is_ffmpegs_continuous_decode_within_90_db(decoder: Page, track: Track, name: str) -> None:
    difference = np.abs(laid_on_the_grid(decoder, track, SPECS[name]) - continuously_decoded(track, SPECS[name]))
    assert difference.shape == (track.grid.total_samples, 2)
    assert worst_at_joins(difference, track) < MAX_AAC_ERROR
    assert difference.max() < MAX_AAC_ERROR  # nan, a sample that nothing was laid on, fails too


def test_flac_is_what_the_same_engine_decodes_from_a_wav_bit_for_bit(decoder: Page, track: Track) -> None:
    pcm = np.rint(continuously_decoded(track, SPECS["flac"]) * 32768).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(48_000)
        wav.writeframes(pcm.tobytes())
    expected = samples_of(
        decoder.evaluate("(encoded) => decodeWav(encoded)", base64.b64encode(file.getvalue()).decode())
    )
    assert np.array_equal(laid_on_the_grid(decoder, track, SPECS["flac"]), expected)
