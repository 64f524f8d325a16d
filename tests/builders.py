"""What tests are built of. The cast: Alice administers or hosts, Bob has an account, Mallory is outside."""

import hashlib
from itertools import count
from typing import Any

from django.contrib.auth.models import User

from library.models import Rendition, Track
from playback.timeline import SAMPLE_RATE_HZ
from rooms.identity import Identity, of_user
from rooms.models import Room
from rooms.services import create_room

_numbers = count(1)

NOW_US = 1_790_000_000_000_000
SECOND_US = 1_000_000


def make_user(name: str, **fields: Any) -> User:
    return User.objects.create_user(name, password="correct horse", **fields)


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
