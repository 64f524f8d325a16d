"""The demo music: the pieces as data, one of them as sound, and that it is added once."""

import fcntl
import io
from pathlib import Path

import numpy as np
import pytest
from mutagen.flac import FLAC
from PIL import Image

from library.demo import artwork, mixdown, tracks
from library.demo.score import ARTIST, PIECES, Piece, notes
from library.demo.tracks import Progress
from library.ingest import ffmpeg
from library.models import IngestJob, Track
from tests.library.sounds import decoded

SHORTEST = min(PIECES, key=lambda piece: piece.duration_s)


def test_there_are_at_least_four_pieces_of_60_to_240_seconds_and_no_two_alike() -> None:
    assert len(PIECES) >= 4
    assert all(60 <= piece.duration_s <= 240 for piece in PIECES)
    for trait in ("title", "tempo_bpm", "genre", "colours"):
        assert len({getattr(piece, trait) for piece in PIECES}) == len(PIECES)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_every_part_plays_in_time_and_in_the_range_of_its_instrument(piece: Piece) -> None:
    for part in piece.parts:
        played = list(notes(piece, part))
        assert played
        assert all(0 <= note.start_s < piece.duration_s for note in played)
        assert all(21 <= note.pitch <= 103 for note in played)
        assert played == list(notes(piece, part))


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.title)
def test_a_cover_is_a_square_picture_and_always_the_same(piece: Piece) -> None:
    cover = artwork.draw(piece)
    assert cover == artwork.draw(piece)
    with Image.open(io.BytesIO(cover)) as image:
        assert image.width == image.height >= 640
        assert len(image.convert("RGB").resize((64, 64)).getcolors(4096) or []) > 50


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piece as a worker has it made, in a process of its own."""
    target = tmp_path_factory.mktemp("demo") / "piece.flac"
    tracks.render(SHORTEST, target)
    assert list(target.parent.iterdir()) == [target]
    return target


def test_a_piece_has_tags_and_a_cover(rendered: Path) -> None:
    file = FLAC(rendered)
    assert (file["title"], file["artist"]) == ([SHORTEST.title], [ARTIST])
    assert file["tracknumber"] == [f"{SHORTEST.number}/{len(PIECES)}"]
    assert file.pictures[0].data == artwork.draw(SHORTEST)


def test_a_piece_is_stereo_without_clipping_and_ends_in_silence(rendered: Path) -> None:
    sound = decoded(rendered)
    assert len(sound) / 48_000 == pytest.approx(SHORTEST.duration_s, abs=0.01)
    assert 0.8 < np.abs(sound).max() < 0.95
    assert np.abs(sound[:, 0] - sound[:, 1]).max() > 0.1
    assert np.abs(sound[-100:]).max() < 0.001
    assert abs(sound.mean()) < 0.01


def test_a_piece_has_attacks_by_which_an_ear_compares_speakers(rendered: Path) -> None:
    """Instants where the level of the treble rises by 6 dB within 10 ms, at least one a second on average."""
    mono = np.diff(decoded(rendered).mean(axis=1))
    level = np.sqrt(np.mean(mono[: len(mono) // 480 * 480].reshape(-1, 480) ** 2, axis=1)) + 1e-5
    attacks = np.count_nonzero(level[1:] > 2 * level[:-1])
    assert attacks > SHORTEST.duration_s


def test_a_piece_is_the_same_music_every_time(rendered: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.flac"
    mixdown.render(SHORTEST, artwork.draw(SHORTEST), again, ffmpeg.executable())
    assert again.read_bytes() == rendered.read_bytes()


@pytest.fixture
def quick(db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pieces that take no time to make; the titles of those that were made."""
    made: list[str] = []

    def render(piece: Piece, target: Path) -> None:
        made.append(piece.title)
        target.write_bytes(piece.title.encode())

    monkeypatch.setattr(tracks, "render", render)
    return made


def make_all() -> None:
    while tracks.make_next():
        pass


def ready(*titles: str) -> None:
    Track.objects.filter(title__in=titles).update(status=Track.Status.READY)


def test_nothing_is_made_unless_somebody_asks(quick: list[str]) -> None:
    assert not tracks.make_next()
    assert tracks.in_the_making() is None
    assert not quick


def test_pieces_are_made_one_at_a_time_in_order_and_queued_once(quick: list[str]) -> None:
    tracks.want()
    for count, piece in enumerate(PIECES, 1):
        assert tracks.make_next()
        assert quick == [piece.title for piece in PIECES[:count]]
    tracks.want()
    assert not tracks.make_next()
    assert IngestJob.objects.count() == len(PIECES)


def test_what_is_in_the_making_is_told_until_it_is_ready(quick: list[str]) -> None:
    tracks.want()
    assert tracks.in_the_making() == Progress("Morning Tide", 1, 4)
    tracks.make_next()
    assert tracks.in_the_making() == Progress("Morning Tide", 1, 4)
    ready("Morning Tide")
    assert tracks.in_the_making() == Progress("Neon Rain", 2, 4)
    make_all()
    ready("Neon Rain", "Night Train Home")
    assert tracks.in_the_making() == Progress("Paper Lanterns", 3, 4)
    ready("Paper Lanterns")
    assert tracks.in_the_making() is None


def test_a_piece_whose_maker_was_killed_is_made_by_the_next_one(
    quick: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it makes the piece, and killed between the piece's arrival and the note of it."""
    tracks.want()
    for place in ("render", "_write"):
        with monkeypatch.context() as patch:
            patch.setattr(tracks, place, _killed)
            with pytest.raises(KeyboardInterrupt):
                tracks.make_next()
    assert Track.objects.count() == 1
    make_all()
    assert sorted(Track.objects.values_list("title", flat=True)) == sorted(piece.title for piece in PIECES)
    assert quick == [piece.title for piece in PIECES]


def _killed(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_two_workers_do_not_make_the_same_piece(quick: list[str], data_dir: Path) -> None:
    tracks.want()
    with (data_dir / "demo-music.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not tracks.make_next()
    assert tracks.make_next()


def test_a_piece_that_cannot_be_made_is_left_out_and_the_log_says_why(
    quick: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    render = tracks.render

    def without_lanterns(piece: Piece, target: Path) -> None:
        if piece.title == "Paper Lanterns":
            raise tracks.NotMade("MemoryError")
        render(piece, target)

    monkeypatch.setattr(tracks, "render", without_lanterns)
    tracks.want()
    make_all()
    assert Track.objects.count() == len(PIECES) - 1
    assert "Paper Lanterns could not be made, and the demo goes without it: MemoryError" in caplog.text
    ready("Morning Tide", "Neon Rain", "Night Train Home")
    assert tracks.in_the_making() is None


def test_a_demo_track_that_was_deleted_stays_deleted(quick: list[str]) -> None:
    tracks.want()
    tracks.make_next()
    tracks.make_next()
    Track.objects.get(title="Morning Tide").delete()
    make_all()
    tracks.want()
    assert not tracks.make_next()
    assert Track.objects.count() == len(PIECES) - 1
    assert len(quick) == len(PIECES)


def test_an_empty_library_gets_them_again(quick: list[str]) -> None:
    tracks.want()
    make_all()
    Track.objects.all().delete()
    tracks.want()
    make_all()
    assert Track.objects.count() == len(PIECES)


def test_the_process_that_makes_a_piece_says_why_it_failed(tmp_path: Path) -> None:
    with pytest.raises(tracks.NotMade, match="No such file or directory"):
        tracks.render(SHORTEST, tmp_path / "no-such-folder" / "piece.flac")
