"""The demo music: the pieces as data, one of them as sound, and that it is added once."""

import io
from pathlib import Path

import numpy as np
import pytest
from mutagen.flac import FLAC
from PIL import Image

from library.demo import artwork, ensure_demo_tracks, mixdown, tracks
from library.demo.score import ARTIST, PIECES, Piece, notes
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
    target = tmp_path_factory.mktemp("demo") / "piece.flac"
    mixdown.render(SHORTEST, artwork.draw(SHORTEST), target)
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
    mixdown.render(SHORTEST, artwork.draw(SHORTEST), again)
    assert again.read_bytes() == rendered.read_bytes()


@pytest.fixture
def quick(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pieces that take no time to make; the titles of those that were made."""
    made: list[str] = []

    def render(piece: Piece, _cover: bytes, target: Path) -> None:
        made.append(piece.title)
        target.write_bytes(piece.title.encode())

    monkeypatch.setattr(tracks.mixdown, "render", render)
    monkeypatch.setattr(tracks.artwork, "draw", lambda _piece: b"")
    return made


@pytest.mark.django_db
@pytest.mark.usefixtures("data_dir")
def test_demo_tracks_are_added_and_queued_once(quick: list[str]) -> None:
    added = ensure_demo_tracks()
    assert [track.title for track in added] == [piece.title for piece in PIECES]
    assert IngestJob.objects.count() == len(PIECES)
    assert ensure_demo_tracks() == added
    assert len(quick) == len(PIECES)


@pytest.mark.django_db
@pytest.mark.usefixtures("data_dir")
def test_a_demo_track_that_was_deleted_stays_deleted(quick: list[str]) -> None:
    ensure_demo_tracks()[0].delete()
    assert len(ensure_demo_tracks()) == len(PIECES) - 1
    assert len(quick) == len(PIECES)


@pytest.mark.django_db
@pytest.mark.usefixtures("data_dir")
def test_an_empty_library_gets_them_again(quick: list[str]) -> None:
    ensure_demo_tracks()
    Track.objects.all().delete()
    assert len(ensure_demo_tracks()) == len(PIECES)
