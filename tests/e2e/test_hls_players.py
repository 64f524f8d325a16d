"""A ready track's playlists in the players people have: ffmpeg, mpv, GStreamer, and hls.js in Chromium."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from playback.segments import SEGMENT_SAMPLES
from tests.library.sounds import music, write_wav
from tests.serving import ROOT, Site

HLS_JS = ROOT / "node_modules" / "hls.js" / "dist" / "hls.min.js"
RENDITIONS = ("aac-64", "aac-128", "aac-256", "flac")
PLAYER_DEADLINE_S = 120
AAC_FRAME = 1024


@pytest.fixture(scope="module")
def track(server: Site) -> dict[str, int]:
    """The shortest of the demo tracks: its id and exact length."""
    found = httpx.get(f"{server.url}/api/v1/tracks").json()["items"]
    shortest: dict[str, int] = min(
        (one for one in found if one["status"] == "ready"), key=lambda one: one["duration_s"]
    )
    return shortest


@pytest.fixture(scope="module")
def master(server: Site, track: dict[str, int]) -> str:
    return f"{server.url}/library/tracks/{track['id']}/master.m3u8"


def run(*call: str) -> bytes:
    done = subprocess.run(call, capture_output=True, timeout=PLAYER_DEADLINE_S)
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return done.stdout


def stated_s(url: str) -> float:
    told = run("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "json", url)
    return float(json.loads(told)["format"]["duration"])


def test_ffprobe_reads_the_exact_duration_from_every_playlist(master: str, track: dict[str, int]) -> None:
    for url in (master, *(master.replace("master", rendition) for rendition in RENDITIONS)):
        assert abs(stated_s(url) - track["total_samples"] / 48_000) < 1e-5


@pytest.mark.parametrize("rendition", RENDITIONS)
def test_ffmpeg_decodes_every_rendition_to_its_end(master: str, track: dict[str, int], rendition: str) -> None:
    url = master.replace("master", rendition)
    pcm = run("ffmpeg", "-v", "error", "-xerror", "-i", url, "-f", "s16le", "-ac", "2", "pipe:1")
    over = len(pcm) // 4 - track["total_samples"]  # ffmpeg plays the padding of the last AAC frame too
    assert over == 0 if rendition == "flac" else 0 <= over < AAC_FRAME


def test_ffmpeg_plays_the_master_playlist(master: str) -> None:
    assert run("ffmpeg", "-v", "error", "-xerror", "-i", master, "-t", "10", "-f", "s16le", "-ac", "2", "pipe:1")


def test_mpv_plays_the_master_playlist_to_its_end(master: str, track: dict[str, int], tmp_path: Path) -> None:
    target = tmp_path / "mpv.raw"
    output = ["--ao=pcm", f"--ao-pcm-file={target}", "--ao-pcm-waveheader=no", "--audio-format=s16"]
    run("mpv", "--no-config", "--no-terminal", *output, master)
    assert abs(target.stat().st_size // 4 - track["total_samples"]) < AAC_FRAME


def test_gstreamer_plays_the_master_playlist_to_its_end(master: str, track: dict[str, int], tmp_path: Path) -> None:
    target = tmp_path / "gstreamer.raw"
    sink = f"audioconvert ! audio/x-raw,format=S16LE,rate=48000,channels=2 ! filesink location={target}"
    run("gst-launch-1.0", "-q", "playbin", f"uri={master}", f"audio-sink={sink}")
    assert abs(target.stat().st_size // 4 - track["total_samples"]) < AAC_FRAME


@pytest.fixture(scope="module")
def short_tails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, str]]:
    """The addresses of tracks whose last segment has so many samples: of their playlists, without a name."""
    folder = tmp_path_factory.mktemp("tails")
    with Site(folder / "site") as site:
        site.folder.mkdir()
        site.prepare(demo=False)
        sources = [
            write_wav(folder / f"{tail}.wav", music(SEGMENT_SAMPLES + tail, seed=tail)) for tail in (1, 5, 100, 191)
        ]
        site.manage("import_music", *map(str, sources))
        site.start()
        tracks = httpx.get(f"{site.url}/api/v1/tracks").json()["items"]
        yield {int(one["title"]): f"{site.url}/library/tracks/{one['id']}" for one in tracks}


@pytest.mark.parametrize("rendition", RENDITIONS)
def test_ffmpeg_decodes_a_track_with_a_very_short_last_segment(short_tails: dict[int, str], rendition: str) -> None:
    for tail, url in short_tails.items():
        pcm = run("ffmpeg", "-v", "error", "-xerror", "-i", f"{url}/{rendition}.m3u8", "-f", "s16le", "-ac", "2", "-")
        over = len(pcm) // 4 - SEGMENT_SAMPLES - tail
        assert over == 0 if rendition == "flac" else 0 <= over < AAC_FRAME


START_HLS_JS = """
(url) => {
  const audio = document.createElement('audio');
  audio.muted = true;  // nobody pressed anything
  document.body.append(audio);
  const hls = new Hls({ maxBufferLength: 8, startLevel: 0 });
  const seen = { errors: [], levels: [] };
  hls.on(Hls.Events.ERROR, (_, error) => {  // a download given up for a seek is none
    if (error.fatal || error.type !== 'networkError') seen.errors.push(`${error.type} ${error.details}`);
  });
  hls.on(Hls.Events.LEVEL_SWITCHED, (_, { level }) => seen.levels.push(level));
  hls.loadSource(url);
  hls.attachMedia(audio);
  window.playing = { audio, hls, seen };
  return new Promise((done, fail) => {
    audio.addEventListener('playing', () => done(), { once: true });
    audio.addEventListener('error', () => fail(new Error(audio.error.message)), { once: true });
    audio.play();
  });
}
"""


@pytest.fixture
def hls_page(chromium: Browser, master: str) -> Iterator[Page]:
    """Any site's page, elsewhere than Synchro, that plays the master playlist with hls.js."""
    page = page_with_hls_js(chromium)
    page.evaluate(START_HLS_JS, master)
    yield page
    page.close()


def page_with_hls_js(chromium: Browser) -> Page:
    page = chromium.new_page()
    page.set_content("<!doctype html><title>a page of somebody else's</title>")
    page.add_script_tag(path=HLS_JS)
    return page


def test_hls_js_plays_seeks_and_changes_renditions(hls_page: Page, track: dict[str, int]) -> None:
    hls_page.wait_for_function("playing.audio.currentTime > 1")
    assert hls_page.evaluate("playing.hls.levels.length") == 4
    assert abs(hls_page.evaluate("playing.audio.duration") - track["total_samples"] / 48_000) < 0.001

    hls_page.evaluate("playing.audio.currentTime = 17.3")
    hls_page.wait_for_function("playing.audio.currentTime > 18 && !playing.audio.seeking")

    hls_page.evaluate("playing.hls.nextLevel = 3")  # AAC to FLAC
    hls_page.wait_for_function("playing.seen.levels.includes(3)")
    at = hls_page.evaluate("playing.audio.currentTime")
    hls_page.wait_for_function("(at) => playing.audio.currentTime > at + 1", arg=at)

    assert hls_page.evaluate("playing.seen.errors") == []


def test_hls_js_plays_on_to_the_end(hls_page: Page, track: dict[str, int]) -> None:
    hls_page.evaluate("playing.audio.currentTime = playing.audio.duration - 1.5")
    hls_page.wait_for_function("playing.audio.ended")
    assert hls_page.evaluate("playing.audio.currentTime") == pytest.approx(track["total_samples"] / 48_000, abs=0.05)
    assert hls_page.evaluate("playing.seen.errors") == []


@pytest.mark.parametrize("tail", [1, 5, 100, 191])
@pytest.mark.parametrize("playlist", ["master", "flac", "aac-128"])
def test_hls_js_ends_a_track_with_a_very_short_last_segment(
    chromium: Browser, short_tails: dict[int, str], playlist: str, tail: int
) -> None:
    page = page_with_hls_js(chromium)
    page.evaluate(START_HLS_JS, f"{short_tails[tail]}/{playlist}.m3u8")
    page.evaluate("playing.audio.currentTime = playing.audio.duration - 1")
    page.wait_for_function("playing.audio.ended")
    assert page.evaluate("playing.audio.duration") == pytest.approx((SEGMENT_SAMPLES + tail) / 48_000, abs=3e-4)
    assert page.evaluate("playing.seen.errors") == []
    page.close()
