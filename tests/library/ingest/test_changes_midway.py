"""Files whose rate, channels, layout or sample format change midway, and files that are several: all of their sound is
there, on its sides, and at the same sample in every rendition."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from library.ingest import ffmpeg, joins, limits
from library.ingest.errors import ErrorCode, IngestError
from library.ingest.renditions import RENDITIONS
from tests.library.sounds import Pcm, decoded, encoded, ingested, music, whole, write_wav

pytestmark = pytest.mark.usefixtures("every_ffmpeg")

PART_SAMPLES = 72_000
"""Of each half: 1.5 s."""

CODEC_PADDING_SAMPLES = 7200
"""What codecs add to two pieces in front and behind; MP3 at 16 kHz adds most."""

MP3 = ("mp3", "-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0")
ADTS = ("aac", "-c:a", "aac", "-b:a", "192k")
VORBIS = ("ogg", "-c:a", "libvorbis", "-q:a", "6")
OPUS = ("opus", "-c:a", "libopus", "-b:a", "160k")
OGG_FLAC = ("oga", "-c:a", "flac")
FLAC = ("flac", "-c:a", "flac")
WAVPACK = ("wv", "-c:a", "wavpack", "-metadata", "title=behind the sound")
OPUS_WEBM = ("webm", "-c:a", "libopus", "-b:a", "160k")
VORBIS_MATROSKA = ("mka", "-c:a", "libvorbis", "-q:a", "6")
AC3 = ("mka", "-c:a", "ac3", "-b:a", "448k")
FLAC_MATROSKA = ("mka", "-c:a", "flac")
MP3_MATROSKA = ("mka", "-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0")
AAC_M4A = ("m4a", "-c:a", "aac", "-b:a", "192k")

R44 = ("-ar", "44100")
BITS_24 = ("-sample_fmt", "s32")


def joined_bytes(parts: list[Path], target: Path) -> Path:
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target


def joined_packets(parts: list[Path], target: Path) -> Path:
    """In one stream of one container, as an editor does that copies packets."""
    listing = target.with_suffix(".txt")
    listing.write_text("".join(f"file {part.name}\n" for part in parts))
    call = [ffmpeg.executable(), "-v", "error", "-nostdin", "-y", "-f", "concat", "-i", str(listing), "-c", "copy"]
    subprocess.run([*call, str(target)], check=True, stderr=subprocess.DEVNULL)
    return target


@dataclass(frozen=True)
class Half:
    """`channels` of music; further ones are silent. `layout` is their name, where the usual one is not meant."""

    channels: int
    options: tuple[str, ...] = ()
    layout: str = ""


@dataclass(frozen=True)
class Change:
    codec: tuple[str, ...]
    first: Half
    second: Half
    join: object = joined_bytes


CHANGES = {
    "mp3 rate": Change(MP3, Half(2, R44), Half(2)),
    "mp3 mono to stereo": Change(MP3, Half(1, R44), Half(2, R44)),
    "mp3 stereo to mono": Change(MP3, Half(2, R44), Half(1, R44)),
    "mp3 rate up from speech": Change(MP3, Half(1, ("-ar", "16000", "-b:a", "64k")), Half(2, R44)),
    "adts rate": Change(ADTS, Half(2, R44), Half(2)),
    "adts mono to stereo": Change(ADTS, Half(1, R44), Half(2, R44)),
    "adts 5.1 to stereo": Change(ADTS, Half(6), Half(2)),
    "vorbis rate": Change(VORBIS, Half(2, R44), Half(2)),
    "vorbis mono to stereo": Change(VORBIS, Half(1), Half(2)),
    "vorbis stereo to 5.1": Change(VORBIS, Half(2), Half(6)),
    "opus mono to stereo": Change(OPUS, Half(1), Half(2)),
    "opus stereo to mono": Change(OPUS, Half(2), Half(1)),
    "opus 5.1 to stereo": Change(OPUS, Half(6), Half(2)),
    "ogg flac sample format": Change(OGG_FLAC, Half(2), Half(2, BITS_24)),
    "flac mono to 24 bits and another rate": Change(FLAC, Half(1), Half(2, (*R44, *BITS_24))),
    "flac with nothing changed": Change(FLAC, Half(2), Half(2)),
    "wavpack stereo to mono": Change(WAVPACK, Half(2), Half(1)),
    "webm mono to stereo": Change(OPUS_WEBM, Half(1), Half(2)),
    "matroska stereo to mono": Change(VORBIS_MATROSKA, Half(2), Half(1)),
    "ac3 5.1 to stereo": Change(AC3, Half(6), Half(2), joined_packets),
    "ac3 layout": Change(AC3, Half(4, layout="4.0"), Half(4, layout="quad"), joined_packets),
    "flac in matroska mono to stereo": Change(FLAC_MATROSKA, Half(1), Half(2), joined_packets),
    "mp3 in matroska rate": Change(MP3_MATROSKA, Half(2, R44), Half(2), joined_packets),
    "aac in mp4 mono to stereo": Change(AAC_M4A, Half(1), Half(2), joined_packets),
}


def sweeps(*, channels: int, seed: int) -> Pcm:
    """Rising on the left and falling on the right, and another one for each seed: only one place fits."""
    t = np.arange(PART_SAMPLES) / PART_SAMPLES
    low_hz, high_hz = 250 * seed, 2500 + 500 * seed
    cycles = 1.5 * (low_hz * t + (high_hz - low_hz) * t**2 / 2)
    rising = np.rint(8000 * np.sin(2 * np.pi * cycles)).astype(np.int16)
    return np.stack([rising, rising[::-1]], axis=1)[:, :channels]


def renamed(layout: str, channels: int) -> str:
    """The filter that calls the channels otherwise."""
    return f"pan={layout}|" + "|".join(f"c{n}=c{n}" for n in range(channels))


def half(what: Half, codec: tuple[str, ...], target: Path, *, seed: int) -> tuple[Path, Pcm]:
    """The file, and what is to be heard: left and right."""
    sound = sweeps(channels=min(what.channels, 2), seed=seed)
    channels = np.zeros((PART_SAMPLES, what.channels), np.int16)
    channels[:, : sound.shape[1]] = sound
    wav = write_wav(target.with_suffix(".source.wav"), channels)
    layout = ("-af", renamed(what.layout, what.channels)) if what.layout else ()
    return encoded(wav, target, *codec[1:], *what.options, *layout), np.repeat(sound, 2, axis=1)[:, [0, -1]]


def place(sound: NDArray[np.float32], within: NDArray[np.float32]) -> tuple[int, float]:
    """The sample of `within` where `sound` fits best, and how much alike they are there, at most 1."""
    size = 1 << (len(sound) + len(within)).bit_length()
    products = np.fft.irfft(np.fft.rfft(within, size) * np.conj(np.fft.rfft(sound, size)), size)[: len(within)]
    at = int(np.argmax(products))
    there = within[at : at + len(sound)]
    return at, float(products[at] / (np.linalg.norm(there) * np.linalg.norm(sound[: len(there)])))


MIDDLE = slice(20_000, 52_000)
"""Of each half; codecs fade in and out at a join."""


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest) -> Iterator[Change]:
    return CHANGES[request.param]  # type: ignore[return-value]


def test_all_of_it_is_there_and_at_the_same_sample_in_every_rendition(change: Change, tmp_path: Path) -> None:
    suffix = change.codec[0]
    first, first_sound = half(change.first, change.codec, tmp_path / f"1.{suffix}", seed=1)
    second, second_sound = half(change.second, change.codec, tmp_path / f"2.{suffix}", seed=2)
    source = change.join([first, second], tmp_path / f"joined.{suffix}")  # type: ignore[operator]

    made, folder = ingested(source, tmp_path)

    assert abs(made.total_samples - 2 * PART_SAMPLES) < CODEC_PADDING_SAMPLES
    heard = {spec.name: decoded(whole(folder, spec.name))[spec.preroll_samples :] for spec in RENDITIONS}
    lossless = heard["flac"]
    assert len(lossless) == made.total_samples
    begins = []
    for sound in (first_sound, second_sound):
        found = [place(sound[MIDDLE, side].astype(np.float32), lossless[:, side]) for side in (0, 1)]
        assert all(likeness > 0.99 for _, likeness in found)
        assert found[0][0] == found[1][0]
        begins.append(found[0][0] - MIDDLE.start)
    assert abs(begins[1] - begins[0] - PART_SAMPLES) < CODEC_PADDING_SAMPLES

    for spec in (spec for spec in RENDITIONS if spec.name != "flac"):
        samples = heard[spec.name]
        assert len(samples) == -(-made.total_samples // spec.frame_samples) * spec.frame_samples
        for start in (begins[0] + 20_000, begins[1] - 15_000, begins[1] + 20_000):  # before, at and after the join
            window = slice(start, start + 30_000)
            for side in (0, 1):
                at, _ = place(lossless[window, side], samples[:, side])
                assert abs(at - start) <= 1  # what 64 kbit/s leave out moves the best fit by a sample


def test_a_chain_of_lossless_pieces_is_their_sound_bit_for_bit(tmp_path: Path) -> None:
    for suffix, *codec in (FLAC, OGG_FLAC, WAVPACK):
        folder = tmp_path / suffix
        folder.mkdir()
        sounds = [music(samples, seed=samples) for samples in (30_000, 100_001, 184_320)]
        parts = [
            encoded(write_wav(folder / f"{n}.wav", sound), folder / f"{n}.{suffix}", *codec)
            for n, sound in enumerate(sounds)
        ]
        _, package = ingested(joined_bytes(parts, folder / f"joined.{suffix}"), folder)
        heard = np.rint(decoded(whole(package, "flac"))[4096:] * 32768).astype(np.int16)
        assert np.array_equal(heard, np.concatenate(sounds))


def test_a_change_of_channels_loses_no_sample_to_the_resampler(tmp_path: Path) -> None:
    """What a filter graph holds is gone when it is built anew: of soxr 796 samples."""
    parts = [half(Half(n, R44), MP3, tmp_path / f"{n}.mp3", seed=n)[0] for n in (1, 2)]
    alone = [ingested(part, tmp_path / part.stem)[0].total_samples for part in parts]
    together, _ = ingested(joined_bytes(parts, tmp_path / "joined.mp3"), tmp_path)
    assert abs(together.total_samples - sum(alone)) <= 1


def test_an_opus_chain_does_not_click_where_mono_becomes_stereo(tmp_path: Path) -> None:
    """The second link through the first one's decoder does: it begins with a state that is not its own."""
    tone = np.rint(4000 * np.sin(2 * np.pi * np.outer(np.arange(PART_SAMPLES), [600, 1500]) / 48_000))
    parts = [
        encoded(write_wav(tmp_path / f"{n}.wav", tone[:, :n].astype(np.int16)), tmp_path / f"{n}.opus", *OPUS[1:])
        for n in (1, 2)
    ]
    _, folder = ingested(joined_bytes(parts, tmp_path / "joined.opus"), tmp_path)
    samples = decoded(whole(folder, "flac"))[4096:]
    assert len(samples) == 2 * PART_SAMPLES
    assert np.abs(samples).max() < 1.1 * 4000 / 32768


def test_mono_is_as_loud_before_a_change_as_it_was(tmp_path: Path) -> None:
    parts = [half(Half(n), FLAC, tmp_path / f"{n}.flac", seed=n) for n in (1, 2)]
    _, folder = ingested(joined_bytes([path for path, _ in parts], tmp_path / "joined.flac"), tmp_path)
    heard = np.rint(decoded(whole(folder, "flac"))[4096:] * 32768).astype(np.int16)
    assert np.array_equal(heard, np.concatenate([sound for _, sound in parts]))


@pytest.mark.parametrize("layout", ["FL", "LFE", "downmix"])
def test_one_or_two_channels_are_left_and_right_whatever_they_are_called(layout: str, tmp_path: Path) -> None:
    sound = music(PART_SAMPLES, channels=2 if layout == "downmix" else 1)
    wav = write_wav(tmp_path / "source.wav", sound)
    source = encoded(wav, tmp_path / "named.wav", "-af", renamed(layout, sound.shape[1]))
    _, folder = ingested(source, tmp_path)
    heard = np.rint(decoded(whole(folder, "flac"))[4096:] * 32768).astype(np.int16)
    assert np.array_equal(heard, np.repeat(sound, 2, axis=1)[:, [0, -1]])


def test_six_channels_of_floats_are_mixed_down_without_clipping(tmp_path: Path) -> None:
    """Alike and loud, they come to no more than each of them."""
    loud = write_wav(tmp_path / "loud.wav", np.full((PART_SAMPLES, 6), 30_000, np.int16))
    _, folder = ingested(encoded(loud, tmp_path / "floats.wav", "-c:a", "pcm_f32le"), tmp_path)
    samples = decoded(whole(folder, "flac"))[4096:]
    assert np.abs(samples).max() == pytest.approx(30_000 / 32_768, abs=0.001)


@pytest.fixture
def links(tmp_path: Path) -> list[bytes]:
    """Three links of a second and a half, as bytes."""
    return [
        half(Half(n), VORBIS, tmp_path / f"{n}{seed}.ogg", seed=seed)[0].read_bytes()
        for n, seed in ((2, 1), (1, 2), (2, 3))
    ]


def test_a_link_that_is_only_headers_is_left_out(links: list[bytes], tmp_path: Path) -> None:
    """As a recorder leaves it that was stopped as it began."""
    sound, headers = links[0], links[1][: links[1].index(b"OggS", 100)]
    for name, content in (("first", headers + sound), ("last", sound + headers)):
        source = tmp_path / f"{name}.ogg"
        source.write_bytes(content)
        made, _ = ingested(source, tmp_path / name)
        assert made.total_samples == PART_SAMPLES


def test_a_large_link_that_cannot_be_read_is_missing_sound(links: list[bytes], tmp_path: Path) -> None:
    spoilt = bytearray(links[1])
    spoilt[28:] = bytes(limits.MAX_HEADERS_BYTES)
    source = tmp_path / "spoilt.ogg"
    source.write_bytes(links[0] + spoilt + links[2])
    with pytest.raises(IngestError) as refusal:
        ingested(source, tmp_path)
    assert refusal.value.code == ErrorCode.DAMAGED


def test_each_link_is_held_to_the_length_that_it_states(tmp_path: Path) -> None:
    """The middle of the second one is spoilt: 1.5 s, of the whole file too little to be noticed."""
    wavs = [write_wav(tmp_path / f"{n}.wav", music(n * 48_000, seed=n)) for n in (20, 6)]
    long, short = (encoded(wav, wav.with_suffix(".ogg"), *VORBIS[1:]).read_bytes() for wav in wavs)
    begin, end = len(short) * 2 // 5, len(short) * 3 // 5
    source = tmp_path / "spoilt.ogg"
    source.write_bytes(long + short[:begin] + bytes(end - begin) + short[end:] + long)
    with pytest.raises(IngestError) as refusal:
        ingested(source, tmp_path)
    assert refusal.value.code == ErrorCode.DAMAGED


def test_a_file_may_be_joined_from_as_many_pieces_as_the_limit_says(
    links: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "chain.ogg"
    source.write_bytes(b"".join(links))
    monkeypatch.setattr(limits, "MAX_PIECES", 3)
    assert [piece.size for piece in joins.pieces(source)] == [len(link) for link in links]
    monkeypatch.setattr(limits, "MAX_PIECES", 2)
    with pytest.raises(IngestError) as refusal:
        ingested(source, tmp_path)
    assert refusal.value.code == ErrorCode.TOO_MANY_PIECES


def test_a_join_is_found_where_two_readings_of_the_file_meet(links: list[bytes], tmp_path: Path) -> None:
    source = tmp_path / "chain.ogg"
    source.write_bytes(b"".join(links))
    joins_at = [len(links[0]), len(links[0]) + len(links[1])]
    for read_bytes in (joins_at[0] + shift for shift in range(20)):  # a mark has 14 bytes
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(joins, "_READ_BYTES", read_bytes)
            assert [piece.start for piece in joins.pieces(source)] == [0, *joins_at]


def test_streams_of_one_link_are_one_piece(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "sound.wav", music(PART_SAMPLES))
    film = ("-f", "lavfi", "-i", "testsrc=size=64x64:duration=1.5", "-c:v", "libtheora", "-c:a", "libvorbis")
    source = encoded(wav, tmp_path / "film.ogv", *film)
    assert source.read_bytes().count(b"OggS\x00\x02") == 2
    assert joins.pieces(source) == [joins.Piece(source)]
