"""Puts the demo music into the library, once."""

import json
from collections.abc import Callable
from pathlib import Path

from library import paths
from library.demo import artwork, mixdown
from library.demo.score import PIECES, Piece
from library.ingest.leftovers import held_folder
from library.intake import add_path
from library.models import Track


def ensure_demo_tracks(announce: Callable[[str], None] = lambda _title: None) -> list[Track]:
    """Makes and queues the pieces that were never made here, and returns all that are in the library, in order.

    A piece that somebody deleted stays deleted, unless the whole library is empty. `announce` is told each title
    before its piece is made, which takes some seconds.
    """
    made = _made_before() if Track.objects.exists() else set()
    for piece in PIECES:
        name = _file_name(piece)
        if name in made or Track.objects.filter(original_name=name).exists():
            continue
        announce(piece.title)
        with held_folder(paths.incoming_dir()) as folder:
            mixdown.render(piece, artwork.draw(piece), folder / name)
            add_path(folder / name)
    _remember()
    return sorted(
        Track.objects.filter(original_name__in=[_file_name(piece) for piece in PIECES]),
        key=lambda track: track.original_name,
    )


def _file_name(piece: Piece) -> str:
    """Also the piece's identity: its content depends on the release of ffmpeg that wrote it."""
    return f"{piece.number:02} - Synchro Demo Ensemble - {piece.title}.flac"


def _made_before() -> set[str]:
    try:
        return set(json.loads(_memory().read_text()))
    except (OSError, ValueError):
        return set()


def _remember() -> None:
    _memory().write_text(json.dumps([_file_name(piece) for piece in PIECES]))


def _memory() -> Path:
    return paths.data_dir() / "demo-music.json"
