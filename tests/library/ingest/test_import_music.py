"""`manage.py import_music`, and what it stands on: taking a file in."""

import io
import os
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from library.jobs.intake import add_file, add_path
from library.models import IngestJob, Track
from library.storage import names, store, workspace
from library.storage.leftovers import sweep
from library.storage.names import StoredName
from tests.library.sounds import encoded, music, write_wav

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture
def albums(tmp_path: Path) -> Path:
    """Two albums: three sounds, one of them twice, one broken, and what else lies about in such folders."""
    first, second = tmp_path / "music" / "First", tmp_path / "music" / "Second" / "CD 1"
    first.mkdir(parents=True)
    second.mkdir(parents=True)
    encoded(write_wav(tmp_path / "a.wav", music(48_000)), first / "01 - Alpha.flac")
    encoded(write_wav(tmp_path / "b.wav", music(48_000, seed=2)), first / "02 - Beta.flac")
    (second / "Alpha again.flac").write_bytes((first / "01 - Alpha.flac").read_bytes())
    (second / "Broken.mp3").write_bytes(b"no sound" * 100)
    (second / "Cut.mp3").write_bytes(b"ID3" + bytes(100))
    (second / "notes.txt").write_text("what we played")
    Image.new("RGB", (300, 300), "navy").save(first / "Folder.JPG", "JPEG")
    return tmp_path / "music"


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("import_music", *arguments, stdout=output, stderr=output)
    return output.getvalue()


def test_a_folder_is_imported_once_however_often_it_is_asked_for(albums: Path) -> None:
    first = run(str(albums))
    assert first.endswith("2 added, 1 known, 2 failed\n")
    for name in ("Broken.mp3", "Cut.mp3"):
        assert f"{name}: This file holds no sound that can be read." in first
    assert run(str(albums)).endswith("0 added, 4 known, 1 failed\n")
    assert sorted(Track.objects.filter(status="ready").values_list("title", flat=True)) == ["Alpha", "Beta"]


def test_the_picture_beside_the_sound_is_its_cover(albums: Path) -> None:
    run(str(albums / "First"))
    (cover,) = set(Track.objects.values_list("cover", flat=True))
    assert cover == sha256((albums / "First" / "Folder.JPG").read_bytes()).hexdigest()
    assert {kept.name for kept in store.listed(names.COVERS)} == {names.cover(cover, px) for px in (256, 640)}


def test_only_queueing_leaves_the_work_to_others(albums: Path) -> None:
    assert run("--queue-only", str(albums / "First")).endswith("2 added, 0 known, 0 failed\n")
    assert IngestJob.objects.count() == 2


def test_a_path_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no"):
        run(str(tmp_path / "nowhere"))


def test_the_upload_is_kept_byte_for_byte_under_its_hash(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    (tmp_path / "A - B.MP3").write_bytes(content)
    track, created = add_path(tmp_path / "A - B.MP3")
    digest = sha256(content).hexdigest()
    assert created
    assert (track.content_hash, track.original_bytes) == (digest, 3_000_000)
    assert track.original == f"originals/{digest[:2]}/{digest}.mp3"
    assert store.read(StoredName(track.original)) == content
    assert (track.title, track.artist, track.original_name) == ("B", "A", "A - B.MP3")


def test_the_same_content_under_another_name_is_the_same_track() -> None:
    first, _ = add_file([b"one", b"two"], name="a.mp3")
    second, created = add_file([b"onetwo"], name="b.flac")
    assert (second, created) == (first, False)
    assert IngestJob.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd.mp3", "a.m p3", "x." + "y" * 300, ".flac", "a.mp3\n"]
)
def test_names_cannot_lead_anywhere(name: str) -> None:
    track, _ = add_file([b"\0" + name.encode()], name=name)
    assert [kept.name for kept in store.listed(names.ORIGINALS)] == [track.original]
    assert "/" not in track.original_name


def test_a_transfer_that_breaks_leaves_nothing(data_dir: Path) -> None:
    def breaking():
        yield b"a part"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        add_file(breaking(), name="a.mp3")
    assert not Track.objects.exists()
    assert [p for p in data_dir.rglob("*") if p.is_file()] == []


def test_what_a_killed_transfer_left_is_swept() -> None:
    (workspace.incoming_dir() / "dead").mkdir(parents=True)
    (workspace.incoming_dir() / "dead" / "file").write_bytes(b"half")
    sweep(workspace.incoming_dir())
    assert list(workspace.incoming_dir().iterdir()) == []
