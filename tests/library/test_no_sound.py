"""What is told to be no sound by how it begins, and what is left to the worker."""

import io

import pytest
from PIL import Image

from library.ingest.no_sound import MIN_TEXT_BYTES, SNIFFED_BYTES, is_plainly_no_sound

LETTER = "Liebe Grüße, 你好。\n"


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF"])
def test_a_picture_is_no_sound(kind: str) -> None:
    assert is_plainly_no_sound(picture(kind)[:SNIFFED_BYTES])


@pytest.mark.parametrize(
    "head",
    [b"%PDF-1.7\n\xe2\xe3", b"PK\3\4\x14\0", b"\x1f\x8b\x08\0", b"#!/bin/sh\n" * 9, b"<!doctype html>\r\n" * 9],
)
def test_documents_archives_and_programs_are_no_sound(head: bytes) -> None:
    assert is_plainly_no_sound(head)


@pytest.mark.parametrize("cut", range(SNIFFED_BYTES - 4, SNIFFED_BYTES))
def test_text_is_no_sound_wherever_it_is_cut(cut: int) -> None:
    text = LETTER.encode() * 500
    assert is_plainly_no_sound(text[:cut])
    assert is_plainly_no_sound(b"\xef\xbb\xbf" + text[:cut])


def test_of_a_few_letters_nothing_is_said() -> None:
    assert not is_plainly_no_sound(b"a" * (MIN_TEXT_BYTES - 1))
    assert is_plainly_no_sound(b"a" * MIN_TEXT_BYTES)


@pytest.mark.parametrize("byte", [0, 1, 0x1B, 0x7F, 0xC0, 0xFF])
def test_one_byte_that_no_text_holds_leaves_it_to_the_worker(byte: int) -> None:
    letters = b"a" * 1000
    assert not is_plainly_no_sound(letters + bytes([byte]) + letters)


SOUND = [
    b"ID3\4\0\0\0\0\1\x76", b"\xff\xfb\x90\0", b"\xff\xf1\x50\x80", b"fLaC\0\0\0\x22", b"OggS\0\2",
    b"RIFF\0\1\0\0WAVEfmt ", b"\0\0\0\x20ftypM4A \0\0", b"\0\0\0\x20ftypisom", b"\x1a\x45\xdf\xa3",
    b"FORM\0\0\0\0AIFF", b"caff\0\1", b".snd\0\0", b"MAC \x96\x0f", b"wvpk\0\0", b"TTA1\1\0", b"\x30\x26\xb2\x75",
    b"riff\x2e\x91", b"",
]  # fmt: skip


@pytest.mark.parametrize("head", SOUND)
def test_what_begins_as_sound_does_is_taken(head: bytes) -> None:
    assert not is_plainly_no_sound(head + bytes(SNIFFED_BYTES))
    assert not is_plainly_no_sound(head)
