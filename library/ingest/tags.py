"""A file's tags and cover. They are read by `read_tags.py` in a fenced process of its own: parsers of strangers' files
have no business in a process that holds the database."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from library.ingest import limits
from library.ingest.fence import FencedProcess

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Tags:
    """Empty or None: the file does not say. `cover`, if not empty, names the pictures that were made."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    year: int | None = None
    track_number: int | None = None
    disc_number: int | None = None
    cover: str = ""


def read(source: Path, folder: Path) -> Tags:
    """The tags of a sound file; a file that cannot be read has none. Covers are written into `folder`, as
    `<cover>-<px>.jpg`."""
    return _run("tags", source, folder)


def read_cover(picture: Path, folder: Path) -> str:
    """The same for a picture beside the sound. The cover's name, or nothing if it is no picture."""
    return _run("cover", picture, folder).cover


def _run(task: str, source: Path, folder: Path) -> Tags:
    call = [sys.executable, "-m", "library.ingest.read_tags", task, str(source), str(folder)]
    with FencedProcess(call, limits.TAGS, folder=_ROOT) as process:
        answer = process.output.read(64 * 1024)
        if process.wait() != 0:
            return Tags()
    return msgspec.json.decode(answer, type=Tags)


def from_file_name(name: str) -> Tags:
    """What a name like `03 - Artist - Title.mp3` says, for want of tags."""
    stem = re.sub(r"\s+", " ", Path(name).stem.replace("_", " ")).strip()
    number = re.match(r"(\d{1,3})(?:\s*[-.)]\s*|\s+)(?=\D)", stem)
    if number:
        stem = stem[number.end() :]
    artist, dash, title = stem.partition(" - ")
    if not dash or not title.strip():
        artist, title = "", stem
    return Tags(
        title=title.strip() or name or "?",
        artist=artist.strip(),
        track_number=int(number[1]) if number else None,
    )
