"""Threads that move files leave the processor to the clock: how long they wait, and who does."""

import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile

from library import services
from library.storage import unfinished
from library.storage.pace import BYTES_PER_S, FLUSH_BYTES, flush, paced

SIZE = 5 * FLUSH_BYTES + 7


@pytest.fixture
def waited_s(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def test_blocks_come_unchanged_and_as_fast_as_is_allowed(waited_s: list[float]) -> None:
    assert list(paced([b"one", b"", b"three"])) == [b"one", b"", b"three"]
    assert sum(waited_s) == pytest.approx(8 / BYTES_PER_S)


def test_a_plain_upload_gives_way(waited_s: list[float], bob: User, data_dir: Path) -> None:
    track, _created = services.add_upload(ContentFile(bytes(SIZE)), name="a.wav", added_by=bob)
    assert track.original_bytes == SIZE
    assert sum(waited_s) == pytest.approx(SIZE / BYTES_PER_S)


def test_a_piece_gives_way_and_is_flushed_bit_by_bit(
    waited_s: list[float], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed_bytes: list[int] = []
    monkeypatch.setattr(unfinished, "flush", lambda file: (flush(file), flushed_bytes.append(file.tell())))
    unfinished.make("upload")
    with unfinished.held("upload") as file:
        unfinished.append(file, ContentFile(bytes(SIZE)))
    assert flushed_bytes == [*range(FLUSH_BYTES, SIZE, FLUSH_BYTES), SIZE]
    assert sum(waited_s) == pytest.approx(SIZE / BYTES_PER_S)
    assert unfinished.stored_bytes("upload") == SIZE
