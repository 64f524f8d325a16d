"""Files that are no sound, or only a part of one: refused with the right reason, and nothing stays behind."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from library.ingest import decode, ffmpeg, limits, pipeline, transcode
from library.ingest.errors import ErrorCode, IngestError, english
from library.ingest.probe import check_length, parse, probe
from tests.library.sounds import encoded, ingested, music, write_wav

SECONDS = 12


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same music in the formats people have."""
    folder = tmp_path_factory.mktemp("formats")
    wav = write_wav(folder / "music.wav", music(SECONDS * 48_000))
    names = ("music.flac", "music.mp3", "music.m4a", "music.ogg", "music.opus", "music.aiff", "music.webm")
    made = {Path(name).suffix[1:]: encoded(wav, folder / name) for name in names}
    fast = encoded(wav, folder / "fast.m4a", "-movflags", "+faststart")
    plain = encoded(wav, folder / "plain.mp3", "-write_xing", "0")
    return {**made, "wav": wav, "fast.m4a": fast, "plain.mp3": plain}


def reason(source: Path, folder: Path) -> ErrorCode:
    """Why it is refused; and that nothing was left where tracks are."""
    with pytest.raises(IngestError) as refusal:
        ingested(source, folder)
    assert [p for p in (folder / "audio").rglob("*") if p.is_file()] == []
    assert list((folder / "audio" / ".scratch").iterdir()) == []
    return refusal.value.code


@pytest.mark.parametrize("name", ["flac", "mp3", "m4a", "ogg", "opus", "aiff", "webm", "wav", "fast.m4a", "plain.mp3"])
def test_whole_files_are_taken(formats: dict[str, Path], name: str, tmp_path: Path) -> None:
    made, _ = ingested(formats[name], tmp_path)
    assert abs(made.total_samples / 48_000 - SECONDS) < 0.1


@pytest.mark.parametrize("name", ["flac", "mp3", "m4a", "ogg", "opus", "aiff", "webm", "wav", "fast.m4a"])
def test_files_cut_in_half_are_damaged(formats: dict[str, Path], name: str, tmp_path: Path) -> None:
    content = formats[name].read_bytes()
    cut = tmp_path / f"cut.{name}"
    cut.write_bytes(content[: len(content) // 2])
    assert reason(cut, tmp_path) == ErrorCode.DAMAGED


@pytest.mark.parametrize("name", ["flac", "mp3", "m4a", "ogg", "opus", "webm", "plain.mp3"])
def test_files_with_a_third_overwritten_are_damaged(formats: dict[str, Path], name: str, tmp_path: Path) -> None:
    content = bytearray(formats[name].read_bytes())
    third = len(content) // 3
    content[third : 2 * third] = random.Random(1).randbytes(third)
    spoilt = tmp_path / f"spoilt.{name}"
    spoilt.write_bytes(content)
    assert reason(spoilt, tmp_path) == ErrorCode.DAMAGED


@pytest.mark.parametrize("name", ["flac", "mp3", "m4a", "plain.mp3"])
def test_a_bad_frame_that_every_player_skips_is_no_reason(formats: dict[str, Path], name: str, tmp_path: Path) -> None:
    content = bytearray(formats[name].read_bytes())
    middle = len(content) // 2
    content[middle : middle + 100] = random.Random(1).randbytes(100)
    scratched = tmp_path / f"scratched.{name}"
    scratched.write_bytes(content)
    made, _ = ingested(scratched, tmp_path)
    assert abs(made.total_samples / 48_000 - SECONDS) < 0.2


def test_a_bad_frame_in_a_short_file_is_no_reason_either(tmp_path: Path) -> None:
    """One of 33 is more than 2 %."""
    wav = write_wav(tmp_path / "music.wav", music(3 * 48_000))
    content = bytearray(encoded(wav, tmp_path / "music.flac").read_bytes())
    content[len(content) // 2 : len(content) // 2 + 100] = random.Random(1).randbytes(100)
    (tmp_path / "music.flac").write_bytes(content)
    made, _ = ingested(tmp_path / "music.flac", tmp_path)
    assert abs(made.total_samples / 48_000 - 3) < 0.1


def test_junk_in_front_of_the_sound_is_left_out(tmp_path: Path) -> None:
    """To ffmpeg it is one bad frame, and nothing is missing."""
    wav = write_wav(tmp_path / "music.wav", music(57_600))
    sound = encoded(wav, tmp_path / "sound.mp3", "-write_xing", "0", "-id3v2_version", "0").read_bytes()
    source = tmp_path / "junk.mp3"
    source.write_bytes(b"\xff\xfb\x00\x00" * 75_000 + sound)
    made, _ = ingested(source, tmp_path)
    assert abs(made.total_samples / 48_000 - 1.2) < 0.1


@pytest.mark.parametrize(
    ("packets", "frames", "is_damaged"),
    [(48, 47, False), (48, 45, False), (48, 44, True), (1000, 980, False), (1000, 979, True), (24, 100, False)],
)
def test_how_many_frames_may_be_bad(packets: int, frames: int, is_damaged: bool) -> None:
    report = (
        f"  Input stream #0:0 (audio): {packets} packets read (9 bytes); {frames} frames decoded (9 samples); \n"
        "  Input stream #0:1 (video): 1 packets read (9 bytes); 0 frames decoded; \n"
    )
    if is_damaged:
        with pytest.raises(IngestError, match="frames cannot be decoded"):
            decode.check_frames(report)
    else:
        decode.check_frames(report)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.txt", b"Dear reader,\nthis is no music.\n" * 200),
        ("empty.mp3", b""),
        ("noise.mp3", random.Random(2).randbytes(50_000)),
        ("page.flac", b"<!doctype html><title>404</title>" * 50),
        ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
        ("concat.wav", b"ffconcat version 1.0\nfile /etc/passwd\n"),
    ],
)
def test_what_is_no_sound_is_refused_as_such(name: str, content: bytes, tmp_path: Path) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    assert reason(source, tmp_path) == ErrorCode.NOT_AUDIO


@pytest.mark.parametrize(("name", "options"), [("radio.ts", ["-c:a", "aac"]), ("film.ac3", [])])
def test_sound_in_a_format_that_is_not_read_says_so(name: str, options: list[str], tmp_path: Path) -> None:
    """There is sound in it; it would be untrue that there is none."""
    wav = write_wav(tmp_path / "music.wav", music(48_000))
    assert reason(encoded(wav, tmp_path / name, *options), tmp_path) == ErrorCode.UNKNOWN_FORMAT


def test_a_picture_is_no_sound(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), "red").save(tmp_path / "cover.png")
    assert reason(tmp_path / "cover.png", tmp_path) == ErrorCode.NOT_AUDIO


def test_an_upload_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(IngestError) as refusal:
        ingested(tmp_path / "gone.mp3", tmp_path)
    assert refusal.value.code == ErrorCode.NO_ORIGINAL


def test_less_than_half_a_second_is_too_short(tmp_path: Path) -> None:
    short = write_wav(tmp_path / "short.wav", music(limits.MIN_TRACK_SAMPLES - 1))
    assert reason(short, tmp_path) == ErrorCode.TOO_SHORT
    made, _ = ingested(write_wav(tmp_path / "enough.wav", music(limits.MIN_TRACK_SAMPLES)), tmp_path)
    assert made.total_samples == limits.MIN_TRACK_SAMPLES


@pytest.mark.parametrize(
    ("file_bytes", "seconds"),
    [(0, 600), (85_000, 940), (10_000_000, 40_600), (10_650_000, 12 * 3600), (1 << 31, 12 * 3600)],
)
def test_how_much_sound_a_file_of_a_size_may_hold(file_bytes: int, seconds: float) -> None:
    assert limits.longest_s(file_bytes) == seconds
    check_length(seconds, file_bytes)
    with pytest.raises(IngestError) as refusal:
        check_length(seconds + 0.001, file_bytes)
    assert refusal.value.code == (ErrorCode.TOO_LONG if seconds == limits.MAX_TRACK_S else ErrorCode.IMPLAUSIBLE)


@pytest.fixture(scope="module")
def silence(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An hour of it in a few kilobytes that state it, and a minute in a file that states no length."""
    folder = tmp_path_factory.mktemp("silence")
    call = [ffmpeg.executable(), "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono"]
    stated, unstated = folder / "hour.flac", folder / "minute.aac"
    subprocess.run([*call, "-t", "3600", "-frame_size", "65535", str(stated)], check=True)
    subprocess.run([*call, "-t", "60", "-b:a", "1k", str(unstated)], check=True)
    return {"stated": stated, "unstated": unstated}


def test_an_hour_in_a_few_kilobytes_is_refused_before_it_is_decoded(
    silence: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = silence["stated"]
    assert limits.longest_s(source.stat().st_size) < 900
    monkeypatch.setattr(pipeline, "transcode", None)
    assert reason(source, tmp_path) == ErrorCode.IMPLAUSIBLE
    assert "than music in a file of this size" in english(ErrorCode.IMPLAUSIBLE)


def test_a_file_that_states_no_length_is_given_up_when_it_has_held_too_much(
    silence: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = silence["unstated"]
    monkeypatch.setattr(limits, "FREE_S", 60 - source.stat().st_size * 8 / limits.MIN_BITRATE + 1)
    made, _ = ingested(source, tmp_path)
    assert abs(made.total_samples / 48_000 - 60) < 1
    shutil.rmtree(tmp_path / "audio")

    monkeypatch.setattr(limits, "FREE_S", limits.FREE_S - 10)
    assert probe(source).duration_s is None
    assert reason(source, tmp_path) == ErrorCode.IMPLAUSIBLE


def test_a_stated_duration_beyond_the_limit_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_TRACK_S", 2)
    assert reason(write_wav(tmp_path / "long.wav", music(3 * 48_000)), tmp_path) == ErrorCode.TOO_LONG


def test_a_duration_that_no_header_stated_is_too_long_as_well(
    formats: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_TRACK_S", 2)
    assert reason(formats["plain.mp3"], tmp_path) == ErrorCode.TOO_LONG


def test_too_many_channels_are_refused(tmp_path: Path) -> None:
    wide = write_wav(tmp_path / "wide.wav", music(48_000, channels=limits.MAX_CHANNELS + 2))
    assert reason(wide, tmp_path) == ErrorCode.TOO_MANY_CHANNELS


def test_a_full_disk_is_noticed_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from library.ingest import pipeline

    monkeypatch.setattr(pipeline, "_SPACE_FACTOR", 1e12)
    source = write_wav(tmp_path / "music.wav", music(48_000))
    assert reason(source, tmp_path) == ErrorCode.NO_SPACE


@pytest.mark.parametrize(
    ("stated_s", "decoded_s", "is_complete"),
    [(240.0, 239.9, True), (240.0, 238.1, True), (240.0, 237.9, False), (10.0, 9.6, True), (10.0, 9.4, False),
     (1.0, 0.95, True), (1.0, 0.85, False), (None, 1.0, True), (10.0, 11.0, True)],
)  # fmt: skip
def test_how_much_may_be_missing(stated_s: float | None, decoded_s: float, is_complete: bool) -> None:
    if is_complete:
        transcode.check_complete(stated_s, round(decoded_s * 48_000))
    else:
        with pytest.raises(IngestError, match="damaged"):
            transcode.check_complete(stated_s, round(decoded_s * 48_000))


@pytest.mark.parametrize(
    ("line", "channels"),
    [
        ("  Stream #0:0: Audio: flac, 44100 Hz, stereo, s16", 2),
        ("  Stream #0:0: Audio: mp3 (mp3float), 44100 Hz, mono, fltp, 64 kb/s", 1),
        ("  Stream #0:1[0x2](und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, 5.1(side), fltp, 384 kb/s", 6),
        ("  Stream #0:0: Audio: pcm_s16le ([1][0][0][0] / 0x0001), 48000 Hz, 10 channels, s16, 7680 kb/s", 10),
        ("  Stream #0:0: Audio: opus, 48000 Hz, 7.1, fltp", 8),
    ],
)
def test_channels_are_read_from_what_ffmpeg_says(line: str, channels: int) -> None:
    report = f"Input #0, ogg, from 'file:x':\n  Duration: 01:02:03.50, start: 0.000000, bitrate: 1 kb/s\n{line}\n"
    facts = parse(report)
    assert (facts.channels, facts.duration_s) == (channels, 3723.5)


def test_a_tag_cannot_pass_for_a_stream() -> None:
    report = (
        "Input #0, mp3, from 'file:x':\n  Metadata:\n    comment: x\n    :   Stream #0:0: Audio: flac, 1 Hz, mono\n"
    )
    with pytest.raises(IngestError, match="not_audio"):
        parse(report)


def test_an_estimate_is_good_enough_for_a_progress_bar_only() -> None:
    report = (
        "[mp3 @ 0x1] Estimating duration from bitrate, this may be inaccurate\nInput #0, mp3, from 'file:x':\n"
        "  Duration: 00:00:10.50, start: 0.0, bitrate: 1 kb/s\n  Stream #0:0: Audio: mp3, 44100 Hz, stereo, fltp\n"
    )
    assert (parse(report).duration_s, parse(report).expected_s) == (None, 10.5)


def test_a_film_states_no_duration_of_its_sound() -> None:
    report = (
        "Input #0, matroska,webm, from 'file:x':\n  Duration: 00:10:00.00, start: 0.0, bitrate: 1 kb/s\n"
        "  Stream #0:0: Video: vp9 (Profile 0), yuv420p, 64x64\n  Stream #0:1: Audio: opus, 48000 Hz, stereo, fltp\n"
    )
    assert parse(report).duration_s is None
    assert parse(report.replace("64x64", "64x64 (attached pic)")).duration_s == 600


def test_reasons_name_the_limits_that_hold() -> None:
    assert (limits.MAX_TRACK_S, limits.MIN_TRACK_SAMPLES, limits.MAX_CHANNELS) == (12 * 3600, 24_000, 8)
    assert str(limits.MAX_PIECES) in english(ErrorCode.TOO_MANY_PIECES)
    assert "twelve hours" in english(ErrorCode.TOO_LONG)
    assert "half a second" in english(ErrorCode.TOO_SHORT)
    assert "eight channels" in english(ErrorCode.TOO_MANY_CHANNELS)


@pytest.mark.parametrize("code", ErrorCode)
def test_every_reason_is_a_sentence(code: ErrorCode) -> None:
    assert english(code).endswith(".")
    assert len(english(code).split()) > 4
