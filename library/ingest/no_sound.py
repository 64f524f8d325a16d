"""Whether a file is plainly something else than sound, by how it begins: pictures, documents, archives, text.

Asked while the file is taken in, so that nobody waits for the worker to hear it. What cannot be told so is the worker's
to find out (`library.ingest.probe`). No magic number here begins a file of any container in `ffmpeg.DEMUXERS`: an MPEG
frame begins with eleven bits that are set, JPEG's second byte is D8.
"""

from codecs import getincrementaldecoder

SNIFFED_BYTES = 4096
"""One block of a disk. Every magic number is in the first 16 bytes; the rest is for telling text."""

MIN_TEXT_BYTES = 64
"""Of fewer bytes it is not said that they are text: a few bytes of anything may happen to be letters."""

_MAGIC = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"8BPS",  # pictures
    b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"SQLite format 3\0",  # documents, old ones of Office
    b"PK\x03\x04", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\xfd7zXZ\0", b"BZh91AY&SY",  # archives
    b"\x7fELF", b"wOFF", b"wOF2",
)  # fmt: skip

_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"})
"""Of the container that MP4 is: photographs of telephones."""


def is_plainly_no_sound(head: bytes) -> bool:
    """`head`: the file's first SNIFFED_BYTES, or all of it."""
    return head.startswith(_MAGIC) or _is_picture_in_a_container(head) or _is_text(head)


def _is_picture_in_a_container(head: bytes) -> bool:
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    return head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters. Compressed sound holds some within a few bytes, and so does every header."""
    if len(head) < MIN_TEXT_BYTES:
        return False
    try:
        text = getincrementaldecoder("utf-8-sig")().decode(head)  # the last character may be cut in two
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\t\n\r\f" for letter in text)
