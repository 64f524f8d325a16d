"""Reads tags and cover of one file and prints them as JSON. Run by `tags.py`, fenced.

Arguments: `tags` or `cover`, the file, the folder for the cover's pictures.
"""

import base64
import io
import json
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import mutagen
from mutagen.flac import FLAC, Picture
from mutagen.mp4 import MP4
from PIL import Image, ImageOps

from library.ingest.limits import MAX_COVER_BYTES, MAX_COVER_PIXELS
from library.storage.names import COVER_SIZES_PX

MAX_TEXT = 300
"""Of one tag. As long as the columns that hold them; genre and the like are cut there again."""

_NAMES = {
    "title": ("TIT2", "title", "\xa9nam", "Title"),
    "artist": ("TPE1", "artist", "\xa9ART", "Author"),
    "album": ("TALB", "album", "\xa9alb", "WM/AlbumTitle"),
    "album_artist": ("TPE2", "albumartist", "album artist", "aART", "WM/AlbumArtist"),
    "genre": ("TCON", "genre", "\xa9gen", "WM/Genre"),
    "year": ("TDRC", "TYER", "date", "year", "\xa9day", "WM/Year"),
    "track_number": ("TRCK", "tracknumber", "track", "trkn", "WM/TrackNumber"),
    "disc_number": ("TPOS", "discnumber", "disc", "disk", "WM/PartOfSet"),
}
"""What a field is called in ID3, in Vorbis comments and APE, in MP4, and in ASF."""

_FRONT_COVER = 3  # picture type in ID3 and FLAC
_RESAMPLING = Image.Resampling.LANCZOS


def _text(value: Any) -> str:
    """One tag's value as a line of text, whatever its container makes of it."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], tuple):
        value = value[0]  # MP4: [(number, of how many)]
    if isinstance(value, tuple):
        return str(value[0])
    if hasattr(value, "text"):  # an ID3 frame
        value = getattr(value, "genres", None) or value.text
    parts = value if isinstance(value, list) else [value]
    line = "; ".join(str(part) for part in parts)
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in line)).strip()[:MAX_TEXT]


def _number(text: str, highest: int) -> int | None:
    found = re.match(r"\s*(\d{1,5})", text)
    return int(found[1]) if found and 0 < int(found[1]) <= highest else None


def _has(tags: Any, name: str) -> bool:
    try:
        return name in tags
    except ValueError:  # Vorbis comments will not even be asked for a name outside ASCII
        return False


def fields(file: Any) -> dict[str, str | int | None]:
    tags = file.tags if file.tags is not None else {}
    found: dict[str, str | int | None] = {}
    for field, names in _NAMES.items():
        text = next((text for name in names if _has(tags, name) and (text := _text(tags[name]))), "")
        if field == "year":
            found[field] = _number(text, 9999)
        elif field in ("track_number", "disc_number"):
            found[field] = _number(text, 32767)
        else:
            found[field] = text
    return found


def picture(file: Any) -> bytes:
    """The front cover, or the first picture there is, or nothing."""
    tags = file.tags
    if isinstance(file, FLAC):
        return _front([(one.type, one.data) for one in file.pictures])
    if isinstance(file, MP4):
        covers = tags.get("covr") if tags else None
        return bytes(covers[0]) if covers else b""
    if hasattr(tags, "getall"):  # ID3, also inside WAV and AIFF
        return _front([(frame.type, frame.data) for frame in tags.getall("APIC")])
    if tags is not None and "metadata_block_picture" in tags:
        read_block: Any = Picture
        blocks = [read_block(base64.b64decode(text)) for text in tags["metadata_block_picture"]]
        return _front([(one.type, one.data) for one in blocks])
    return b""


def _front(pictures: list[tuple[int, bytes]]) -> bytes:
    return min(pictures, key=lambda one: one[0] != _FRONT_COVER)[1] if pictures else b""


def make_cover(data: bytes, folder: Path) -> str:
    """Writes `<name>-<px>.jpg` in every size and returns the name; nothing if it cannot, or must not, be read."""
    if not 0 < len(data) <= MAX_COVER_BYTES:
        return ""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF", "BMP")) as opened:
            if opened.width * opened.height > MAX_COVER_PIXELS:  # known from the header, before anything is decoded
                return ""
            opened.draft("RGB", (2 * COVER_SIZES_PX[-1],) * 2)  # a JPEG is decoded at a fraction of its size
            # made small first: a large one is in memory once, not once for every step
            cover = opened if opened.mode in ("RGB", "RGBA", "L") else opened.convert("RGBA")
            cover.thumbnail((COVER_SIZES_PX[-1],) * 2, _RESAMPLING)
            cover = ImageOps.exif_transpose(cover).convert("RGBA")
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return ""
    name = sha256(data).hexdigest()
    flat = Image.alpha_composite(Image.new("RGBA", cover.size, "white"), cover).convert("RGB")
    for size_px in COVER_SIZES_PX:
        small = flat.copy()
        small.thumbnail((size_px, size_px), _RESAMPLING)
        small.save(folder / f"{name}-{size_px}.jpg", "JPEG", quality=85, optimize=True, progressive=True)
    return name


def read(task: str, source: Path, folder: Path) -> dict[str, str | int | None]:
    if task == "cover":
        return {"cover": make_cover(source.read_bytes(), folder)} if source.stat().st_size <= MAX_COVER_BYTES else {}
    try:
        file = mutagen.File(source)
        if file is None:
            return {}
        return fields(file) | {"cover": make_cover(picture(file), folder)}
    except (mutagen.MutagenError, ValueError, KeyError, IndexError, EOFError):
        return {}


if __name__ == "__main__":
    print(json.dumps(read(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))))
