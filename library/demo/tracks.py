"""Puts the demo music into the library, one piece at a time, each once.

DATA_DIR/demo-music.json exists once somebody has asked for it, and lists the pieces that need not be made any more:
they are in the library, or were and somebody deleted them, or could not be made. A process that is killed leaves at
most a folder that is swept; whoever comes next goes on with the piece that is missing.
"""

import fcntl
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from library.demo.score import PIECES, Piece
from library.ingest import ffmpeg
from library.ingest.errors import IngestError
from library.ingest.fence import FencedProcess
from library.ingest.limits import DEMO_PIECE
from library.jobs.intake import add_path
from library.models import Track
from library.storage import workspace
from library.storage.leftovers import held_folder

log = logging.getLogger(__name__)


class NotMade(Exception):
    """A piece could not be made; why is for the log."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The piece that is being made or prepared."""

    title: str
    number: int
    count: int


def want() -> None:
    """Ask for the demo music. A piece that somebody deleted stays deleted, unless the whole library is empty."""
    if _done() is None or not Track.objects.exists():
        _write([])


def in_the_making() -> Progress | None:
    """What is being made of what was asked for; None if nothing is left to do."""
    done = _done()
    if done is None:
        return None
    states = dict(_tracks().values_list("original_name", "status"))
    for piece in PIECES:
        name = _file_name(piece)
        unready = states.get(name) in (Track.Status.QUEUED, Track.Status.PROCESSING)
        if unready or (name not in states and name not in done):
            return Progress(piece.title, piece.number, len(PIECES))
    return None


def make_next() -> bool:
    """Make the next piece and queue its ingest. False if there is none to be made, or another process is making it."""
    if _next() is None:
        return False
    with _turn() as mine:
        if not mine or (piece := _next()) is None:
            return False
        log.info("Making the demo music: %s, %d of %d", piece.title, piece.number, len(PIECES))
        try:
            _make(piece)
        except (NotMade, IngestError, OSError) as error:
            log.error("%s could not be made, and the demo goes without it: %s", piece.title, error)
        _write([*(_done() or []), _file_name(piece)])
        return True


def ready_tracks() -> list[Track]:
    """Those of the pieces that can be played, in the demo's order."""
    return list(_tracks().filter(status=Track.Status.READY).order_by("original_name"))


def render(piece: Piece, target: Path) -> None:
    """Write the piece to `target`. Raises NotMade, IngestError."""
    arguments = [sys.executable, "-m", "library.demo", str(piece.number), str(target), ffmpeg.executable()]
    with FencedProcess(arguments, DEMO_PIECE, folder=settings.BASE_DIR) as process:
        status = process.wait()
    if status != 0:
        last_words = process.report.strip().rpartition("\n")[2]
        raise NotMade(last_words or f"its process ended with {status}")


def _make(piece: Piece) -> None:
    with held_folder(workspace.incoming_dir()) as folder:
        file = folder / _file_name(piece)
        render(piece, file)
        add_path(file)


def _next() -> Piece | None:
    """The first piece that was asked for and is neither made nor given up."""
    done = _done()
    if done is None or all(_file_name(piece) in done for piece in PIECES):
        return None
    known = {*done, *_tracks().values_list("original_name", flat=True)}
    return next((piece for piece in PIECES if _file_name(piece) not in known), None)


def _tracks() -> QuerySet[Track]:
    return Track.objects.filter(original_name__in=[_file_name(piece) for piece in PIECES])


def _file_name(piece: Piece) -> str:
    """Also the piece's identity: its content depends on the release of ffmpeg that wrote it."""
    return f"{piece.number:02} - Synchro Demo Ensemble - {piece.title}.flac"


def _done() -> list[str] | None:
    """Names of pieces that are not to be made; None if nobody has asked for any."""
    try:
        return [str(name) for name in json.loads(_memory().read_text())]
    except FileNotFoundError:
        return None
    except ValueError:
        return []


def _write(done: list[str]) -> None:
    draft = _memory().with_suffix(".draft")
    draft.write_text(json.dumps(done))
    draft.replace(_memory())


def _memory() -> Path:
    return workspace.memory_file("demo-music.json")


@contextmanager
def _turn() -> Iterator[bool]:
    """Whether this process alone may make a piece now. The kernel ends its turn with the process, however that ends."""
    with workspace.memory_file("demo-music.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
