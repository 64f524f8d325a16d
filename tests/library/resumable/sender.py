"""Whoever sends a file in pieces, and what is known of it afterwards."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client

from library.models import ResumableUpload
from library.web.resumable import PIECE_TYPE

UPLOADS = "/library/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
SOUND = b"some sound"


def filename(name: str) -> str:
    return f"filename {b64encode(name.encode()).decode()}"


@dataclass
class Sender:
    """Somebody's browser, or a script of theirs."""

    client: Client

    def begin(self, size: int = len(SOUND), name: str = "Tide.mp3", headers: dict[str, str] | None = None) -> Any:
        about = {"Upload-Length": str(size), "Upload-Metadata": filename(name)}
        return self.client.post(UPLOADS, headers={**TUS, **about, **(headers or {})})

    def begun(self, size: int = len(SOUND), name: str = "Tide.mp3") -> str:
        """The address of an upload."""
        response = self.begin(size, name)
        assert response.status_code == 201, response.content
        return str(response["Location"])

    def piece(self, url: str, offset: int, content: bytes, **headers: str) -> Any:
        return self.client.generic(
            "PATCH", url, content, PIECE_TYPE,
            headers={**TUS, "Content-Type": PIECE_TYPE, "Upload-Offset": str(offset), **headers},
        )  # fmt: skip

    def offset(self, url: str) -> int:
        response = self.client.head(url, headers=TUS)
        assert response.status_code == 200
        return int(response["Upload-Offset"])

    def take(self, url: str) -> Any:
        return self.client.post(url, headers=TUS)

    def end(self, url: str) -> Any:
        return self.client.delete(url, headers=TUS)


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def make_older(by_us: int) -> None:
    for upload in ResumableUpload.objects.all():
        ResumableUpload.objects.filter(pk=upload.pk).update(last_at_us=upload.last_at_us - by_us)
