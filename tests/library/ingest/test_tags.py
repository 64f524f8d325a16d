"""Tags and covers of real files in every format, and of file names."""

import io
import subprocess
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, TALB, TCON, TDRC, TIT2, TPE1, TPE2, TPOS, TRCK
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE
from PIL import Image

from library.ingest import limits, tags
from library.storage import names
from tests.library.sounds import encoded, music, write_wav

WANTED = tags.Tags(
    title="Title – 标题", artist="Artist", album="Album", album_artist="Various", genre="Folk", year=1998,
    track_number=3, disc_number=2,
)  # fmt: skip


def picture(width: int = 900, height: int = 600, kind: str = "PNG") -> bytes:
    output = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(output, kind)
    return output.getvalue()


COVER = picture()


def flac_picture(data: bytes, kind: int = 3) -> Picture:
    block = Picture()
    block.type, block.mime, block.data = kind, "image/png", data
    return block


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "music.wav", music(48_000))


def tag_id3(kind: type, path: Path) -> None:
    file = kind(path)
    if file.tags is None:
        file.add_tags()
    for frame in (TIT2, TPE1, TALB, TPE2, TCON, TDRC, TRCK, TPOS):
        text = {
            TIT2: WANTED.title, TPE1: "Artist", TALB: "Album", TPE2: "Various", TCON: "(80)", TDRC: "1998-04-01",
            TRCK: "3/12", TPOS: "2/2",
        }[frame]  # fmt: skip
        file.tags.add(frame(encoding=3, text=text))
    file.tags.add(APIC(encoding=3, mime="image/png", type=4, desc="back", data=picture(10, 10)))
    file.tags.add(APIC(encoding=3, mime="image/png", type=3, desc="front", data=COVER))
    file.save()


def tag_vorbis(kind: type, path: Path) -> None:
    file = kind(path)
    file.update({
        "title": WANTED.title, "artist": "Artist", "album": "Album", "albumartist": "Various", "genre": "Folk",
        "date": "1998", "tracknumber": "3/12", "discnumber": "2",
    })  # fmt: skip
    if kind is FLAC:
        file.add_picture(flac_picture(picture(10, 10), 4))
        file.add_picture(flac_picture(COVER))
    else:
        import base64

        file["metadata_block_picture"] = [base64.b64encode(flac_picture(COVER).write()).decode()]
    file.save()


def tag_mp4(kind: type, path: Path) -> None:
    file = kind(path)
    file["\xa9nam"], file["\xa9ART"], file["\xa9alb"], file["aART"] = WANTED.title, "Artist", "Album", "Various"
    file["\xa9gen"], file["\xa9day"], file["trkn"], file["disk"] = "Folk", "1998", [(3, 12)], [(2, 2)]
    file["covr"] = [MP4Cover(COVER, MP4Cover.FORMAT_PNG)]
    file.save()


@pytest.mark.parametrize(
    ("extension", "kind", "tag"),
    [("mp3", MP3, tag_id3), ("wav", WAVE, tag_id3), ("aiff", AIFF, tag_id3), ("flac", FLAC, tag_vorbis),
     ("ogg", OggVorbis, tag_vorbis), ("opus", OggOpus, tag_vorbis), ("m4a", MP4, tag_mp4)],
)  # fmt: skip
def test_tags_and_front_cover_of_every_format(extension: str, kind: type, tag, wav: Path, tmp_path: Path) -> None:
    path = tmp_path / f"tagged.{extension}"
    if extension == "wav":
        path.write_bytes(wav.read_bytes())
    else:
        encoded(wav, path)
    tag(kind, path)
    assert tags.read(path, tmp_path) == replace(WANTED, cover=sha256(COVER).hexdigest())


def test_a_file_without_tags_has_none(wav: Path, tmp_path: Path) -> None:
    assert tags.read(wav, tmp_path) == tags.Tags()


@pytest.mark.parametrize(
    "content", [b"", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" * 9, b"fLaC\x84\xff\xff\xff", b"OggS" * 99]
)
def test_a_file_that_cannot_be_read_has_none(content: bytes, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(content)
    assert tags.read(broken, tmp_path) == tags.Tags()


def test_control_characters_and_length_are_bounded(wav: Path, tmp_path: Path) -> None:
    path = encoded(wav, tmp_path / "loud.flac")
    file = FLAC(path)
    file["title"], file["artist"], file["date"] = "a\x1b[31m\nb\u202e" + "c" * 5000, "\x00", "0000"
    file.save()
    found = tags.read(path, tmp_path)
    assert found.title == ("a [31m b" + " " + "c" * 5000)[:300]
    assert (found.artist, found.year) == ("", None)


@pytest.mark.parametrize(("width", "height"), [(900, 600), (600, 900), (100, 80)])
def test_covers_are_made_small_in_both_sizes_and_keep_their_form(width: int, height: int, tmp_path: Path) -> None:
    source = tmp_path / "cover.png"
    source.write_bytes(picture(width, height))
    name = tags.read_cover(source, tmp_path)
    for size_px in names.COVER_SIZES_PX:
        with Image.open(tmp_path / f"{name}-{size_px}.jpg") as made:
            assert made.format == "JPEG"
            assert max(made.size) == min(size_px, max(width, height))
            assert made.width / made.height == pytest.approx(width / height, rel=0.02)


def test_transparent_pictures_lie_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    name = tags.read_cover(tmp_path / "clear.png", tmp_path)
    with Image.open(tmp_path / f"{name}-256.jpg") as made:
        assert made.getpixel((10, 10)) == (255, 255, 255)


def test_a_picture_bomb_is_not_unpacked(tmp_path: Path) -> None:
    side = int(limits.MAX_COVER_PIXELS**0.5) + 200
    bomb = tmp_path / "bomb.png"
    Image.new("1", (side, side)).save(bomb)  # a few kB
    assert bomb.stat().st_size < 50_000
    assert tags.read_cover(bomb, tmp_path) == ""


def test_a_picture_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.png"
    huge.write_bytes(COVER + bytes(limits.MAX_COVER_BYTES))
    assert tags.read_cover(huge, tmp_path) == ""


@pytest.mark.parametrize("content", [b"", b"no picture", COVER[:200]])
def test_what_is_no_picture_is_no_cover(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cover.png").write_bytes(content)
    assert tags.read_cover(tmp_path / "cover.png", tmp_path) == ""
    assert list(tmp_path.glob("*.jpg")) == []


def test_reading_tags_needs_no_database() -> None:
    import sys

    code = "import library.ingest.read_tags, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("name", "title", "artist", "number"),
    [
        ("Artist - Title.mp3", "Title", "Artist", None),
        ("03 - Artist - Title.flac", "Title", "Artist", 3),
        ("07. Some_Song.mp3", "Some Song", "", 7),
        ("12 Just a Title.ogg", "Just a Title", "", 12),
        ("99 Luftballons.mp3", "Luftballons", "", 99),  # wrong, and mended by its tags or its owner
        ("1999.mp3", "1999", "", None),
        ("A - B - C.mp3", "B - C", "A", None),
        (".mp3", ".mp3", "", None),
        ("...", "...", "", None),
    ],
)
def test_what_a_file_name_says(name: str, title: str, artist: str, number: int | None) -> None:
    found = tags.from_file_name(name)
    assert (found.title, found.artist, found.track_number) == (title, artist, number)
