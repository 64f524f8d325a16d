"""What tests are built of. The cast: Alice administers or hosts, Bob has an account, Mallory is outside."""

import hashlib
from itertools import count
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from library.models import Rendition, Track
from library.storage import names
from playback.segments import Grid
from playback.timeline import SAMPLE_RATE_HZ
from rooms.identity import Identity, of_user
from rooms.lifecycle import create_room
from rooms.models import Room

_numbers = count(1)

NOW_US = 1_790_000_000_000_000
SECOND_US = 1_000_000


def make_user(name: str, **fields: Any) -> User:
    return User.objects.create_user(name, password="correct horse", **fields)


def signed_in(user: User, **client: Any) -> Client:
    """A browser in which `user` has signed in."""
    browser = Client(**client)
    browser.force_login(user)
    return browser


def guest(name: str) -> Identity:
    return Identity(None, hashlib.md5(name.encode()).hexdigest(), "")


def ready_track(title: str = "", *, seconds: float = 60, **fields: Any) -> Track:
    """The row of a track that can be played, with its renditions; no files."""
    number = next(_numbers)
    content_hash = hashlib.sha256(str(number).encode()).hexdigest()
    track = Track.objects.create(
        title=title or f"Track {number}", artist="The Builders", status=Track.Status.READY, content_hash=content_hash,
        package=content_hash, total_samples=round(seconds * SAMPLE_RATE_HZ), **fields,
    )  # fmt: skip
    for name, bitrate in (("aac-64", 64_000), ("aac-128", 128_000), ("aac-256", 256_000), ("flac", 700_000)):
        flac = name == "flac"
        Rendition.objects.create(
            track=track, name=name, codec="fLaC" if flac else "mp4a.40.2", frame_samples=4096 if flac else 1024,
            preroll_frames=1 if flac else 3, bitrate=bitrate, peak_bitrate=bitrate, total_bytes=bitrate,
        )  # fmt: skip
    return track


def make_room(host: User | Identity, name: str = "Kitchen", **fields: Any) -> Room:
    identity = host if isinstance(host, Identity) else of_user(host)
    return create_room(name=name, **{"visibility": "public", "control": "everyone", "identity": identity, **fields})


def put_package(track: Track, segment_bytes: int = 1000) -> Path:
    """The files of a ready track, laid out as an ingest does, with bytes that are easily told apart."""
    folder = Path(settings.DATA_DIR) / names.package(track.package)
    for order, rendition in enumerate(track.renditions.all()):
        (folder / rendition.name).mkdir(parents=True)
        (folder / rendition.name / "init.mp4").write_bytes(b"init of " + rendition.name.encode())
        for index in range(Grid(track.total_samples).segment_count):
            content = bytes((order * 16 + index + at) % 256 for at in range(segment_bytes))
            (folder / rendition.name / f"{index:05}.m4s").write_bytes(content)
    (folder / "peaks.json").write_text('{"samples_per_peak": 1920, "max": [0, 128, 255]}')
    return folder
