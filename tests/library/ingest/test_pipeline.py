"""Real files through the whole pipeline, with every ffmpeg at hand: what comes out is exact."""

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from library.ingest import ffmpeg, package, pipeline
from library.ingest.renditions import RENDITIONS
from library.web import playlists
from tests.library.conftest import ChooseFfmpeg
from tests.library.sounds import decoded, encoded, ingested, music, segment_files, whole, write_wav

TOTAL_SAMPLES = 2 * 184_320 + 4321
SPECS = {spec.name: spec for spec in RENDITIONS}


pytestmark = pytest.mark.usefixtures("every_ffmpeg")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wav(tmp_path_factory.mktemp("source") / "music.wav", music(TOTAL_SAMPLES))


Track = tuple[pipeline.Ingested, Path]


@pytest.fixture(scope="module")
def track(source: Path, which_ffmpeg: ChooseFfmpeg, tmp_path_factory: pytest.TempPathFactory) -> Track:
    with pytest.MonkeyPatch.context() as patch:
        from django.conf import settings

        patch.setattr(settings, "FFMPEG", settings.FFMPEG)  # given back at the end
        which_ffmpeg(settings)  # type: ignore[arg-type]
        return ingested(source, tmp_path_factory.mktemp("library"))


def test_total_samples_are_those_of_the_source(track: Track) -> None:
    assert track[0].total_samples == TOTAL_SAMPLES


def test_flac_rendition_is_a_16_bit_48_khz_source_bit_for_bit(track: Track) -> None:
    samples = decoded(whole(track[1], "flac"))[SPECS["flac"].preroll_samples :]
    assert np.array_equal(np.rint(samples * 32768).astype(np.int16), music(TOTAL_SAMPLES))


@pytest.mark.parametrize("rendition", SPECS)
def test_every_segment_decoded_alone_is_its_place_in_the_whole(track: Track, rendition: str) -> None:
    spec, folder = SPECS[rendition], track[1]
    continuous = decoded(whole(folder, rendition))[spec.preroll_samples :]
    init = (folder / rendition / "init.mp4").read_bytes()
    for index, segment in enumerate(segment_files(folder, rendition)):
        samples = min(184_320, TOTAL_SAMPLES - index * 184_320)
        alone = decoded(init + segment[8:])[spec.preroll_samples :][:samples]
        expected = continuous[index * 184_320 :][:samples]
        assert len(alone) == samples
        assert np.abs(alone - expected).max() < 10 ** (-120 / 20)


@pytest.mark.parametrize("rendition", ["aac-64", "aac-128", "aac-256"])
def test_aac_stands_where_its_source_stands(track: Track, rendition: str) -> None:
    samples = decoded(whole(track[1], rendition))[SPECS[rendition].preroll_samples :][:TOTAL_SAMPLES, 0]
    original = music(TOTAL_SAMPLES)[:, 0] / 32768
    middle = slice(100_000, 300_000)
    likeness = [float(np.dot(np.roll(samples, -lag)[middle], original[middle])) for lag in range(-3, 4)]
    assert int(np.argmax(likeness)) == 3  # no lag


@pytest.mark.parametrize("rendition", SPECS)
def test_ffprobe_reads_the_exact_duration_from_the_playlist(track: Track, rendition: str, tmp_path: Path) -> None:
    folder = track[1] / rendition
    text = playlists.media(TOTAL_SAMPLES, init_uri=f"{folder}/init.mp4", segment_uri=f"{folder}/{{n}}.m4s")
    for index in range(3):  # as the site serves them: without leading zeros
        text = text.replace(f"/{index}.m4s", f"/{index:05}.m4s")
    playlist = tmp_path / "media.m3u8"
    playlist.write_text(text)
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-show_entries", "format=duration", "-of", "json",
         str(playlist)],
        capture_output=True, check=True,
    )  # fmt: skip
    stated_s = float(json.loads(probe.stdout)["format"]["duration"])
    assert abs(stated_s - TOTAL_SAMPLES / 48_000) < 2e-6


def test_package_name_is_the_hash_of_the_hashes_of_its_files(track: Track) -> None:
    made, folder = track
    listing = (folder / package.SUMS_NAME).read_bytes()
    assert sha256(listing).hexdigest() == made.package.name
    listed = {name: digest for digest, name in (line.split("  ") for line in listing.decode().splitlines())}
    files = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {package.SUMS_NAME}
    assert set(listed) == files
    assert all(sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in listed.items())


def test_same_sound_in_another_container_is_the_same_package(source: Path, track: Track, tmp_path: Path) -> None:
    again, _ = ingested(encoded(source, tmp_path / "music.flac"), tmp_path)
    assert again.package.name == track[0].package.name


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_same_file_is_the_same_package_twice_although_its_samples_are_dithered(rate_hz: int, tmp_path: Path) -> None:
    source = write_wav(tmp_path / "music.wav", music(100_000), rate_hz=rate_hz)
    names = {ingested(source, tmp_path / str(n))[0].package.name for n in range(3)}
    assert len(names) == 1


def test_nothing_is_left_over(track: Track) -> None:
    assert list((track[1].parents[1] / ".scratch").iterdir()) == []


def test_bytes_and_bitrates_are_those_of_the_files(track: Track) -> None:
    made, folder = track
    for one in made.package.renditions:
        sizes = [len(segment) for segment in segment_files(folder, one.spec.name)]
        assert one.total_bytes == sum(sizes)
        assert one.peak_bitrate >= max(sizes[:-1]) * 8 / 3.84
        assert one.bitrate < one.total_bytes * 8 * 48_000 / TOTAL_SAMPLES


def test_preroll_costs_little(track: Track) -> None:
    for rendition in SPECS:
        segments = segment_files(track[1], rendition)[:-1]
        boxes = sum(int.from_bytes(segment[:4], "big") for segment in segments)
        assert boxes < 0.03 * sum(map(len, segments))


def test_mono_sounds_on_both_sides_as_loud_as_it_was(tmp_path: Path) -> None:
    _, folder = ingested(write_wav(tmp_path / "mono.wav", music(100_000, channels=1)), tmp_path)
    samples = np.rint(decoded(whole(folder, "flac"))[4096:] * 32768).astype(np.int16)
    assert np.array_equal(samples, np.repeat(music(100_000, channels=1), 2, axis=1))


def test_six_channels_are_mixed_down_without_clipping(tmp_path: Path) -> None:
    loud = np.full((100_000, 6), 30_000, np.int16)
    made, folder = ingested(write_wav(tmp_path / "surround.wav", loud), tmp_path)
    samples = decoded(whole(folder, "flac"))[4096:]
    assert samples.shape == (100_000, 2)
    assert 0.5 < np.abs(samples).max() < 1.0
    assert made.total_samples == 100_000


def test_more_bits_are_reduced_with_dither(tmp_path: Path) -> None:
    """A tone of a quarter of the last bit is gone after rounding; dither keeps it, as a mean."""
    t = np.arange(480_000)
    tone = np.rint(0.25 * 256 * np.sin(2 * np.pi * t * 1000 / 48_000)).astype(np.int32)  # in units of 24 bits
    raw = tmp_path / "quiet.raw"
    raw.write_bytes(np.repeat(tone[:, None] << 8, 2, axis=1).astype("<i4").tobytes())
    source = tmp_path / "quiet.wav"
    call = [ffmpeg.executable(), "-v", "error", "-f", "s32le", "-ar", "48000", "-ac", "2", "-i", str(raw)]
    subprocess.run([*call, "-c:a", "pcm_s24le", str(source)], check=True)
    _, folder = ingested(source, tmp_path)
    samples = decoded(whole(folder, "flac"))[4096:, 0] * 32768
    amplitude = 2 * abs(np.mean(samples * np.exp(-2j * np.pi * t * 1000 / 48_000)))
    assert amplitude == pytest.approx(0.25, rel=0.1)


@pytest.mark.parametrize("rate_hz", [8000, 44_100, 96_000])
def test_other_rates_are_resampled_to_the_right_length(rate_hz: int, tmp_path: Path) -> None:
    source = write_wav(tmp_path / "rate.wav", music(2 * rate_hz), rate_hz=rate_hz)
    made, _ = ingested(source, tmp_path)
    assert abs(made.total_samples - 96_000) <= 1


def test_loudness_and_true_peak_are_of_the_whole_file(tmp_path: Path) -> None:
    """EBU Tech 3341: a stereo 1 kHz tone at -23 dBFS is -23 LUFS."""
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * np.arange(480_000) * 1000 / 48_000)
    pcm = np.rint(32767 * np.stack([tone, tone], axis=1)).astype(np.int16)
    made, _ = ingested(write_wav(tmp_path / "tone.wav", pcm), tmp_path)
    assert made.loudness.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert made.loudness.true_peak_dbtp == pytest.approx(-23.0, abs=0.2)


def test_silence_has_no_loudness(tmp_path: Path) -> None:
    made, _ = ingested(write_wav(tmp_path / "silence.wav", np.zeros((100_000, 2), np.int16)), tmp_path)
    assert (made.loudness.integrated_lufs, made.loudness.true_peak_dbtp) == (None, None)


def test_peaks_follow_the_sound(tmp_path: Path) -> None:
    pcm = np.zeros((960_000, 2), np.int16)
    pcm[480_000, 0], pcm[720_000, 1] = -32_768, 16_384
    _, folder = ingested(write_wav(tmp_path / "clicks.wav", pcm), tmp_path)
    peaks = json.loads((folder / "peaks.json").read_bytes())
    columns = {at: value for at, value in enumerate(peaks["max"]) if value}
    assert columns == {480_000 // peaks["samples_per_peak"]: 255, 720_000 // peaks["samples_per_peak"]: 128}
    assert 900 < len(peaks["max"]) <= 1500


def test_progress_only_grows_and_ends_at_one(source: Path, data_dir: Path) -> None:
    seen: list[float] = []
    (data_dir / "scratch").mkdir()
    pipeline.ingest(source, data_dir / "scratch", seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
