"""What players fetch: playlists, segments, covers, the preview."""

import re
import struct
from hashlib import sha256
from pathlib import Path
from typing import cast
from urllib.parse import urljoin

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncClient, Client
from pytest_django import Settings

from library.models import Track
from library.storage import names
from library.web import playlists
from library.web.byte_ranges import ByteRange, Unsatisfiable, parse
from library.web.preview import PIECE_BYTES
from library.web.preview_sound import preview_of
from playback.segments import SAMPLE_RATE_HZ, SEGMENT_SAMPLES
from tests.builders import put_package, ready_track

IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def track(db: None, data_dir: Path) -> Track:
    """Ten seconds, three segments."""
    track = ready_track("Waves", seconds=10)
    put_package(track)
    return track


def address(track: Track, name: str) -> str:
    return f"/library/audio/{track.package}/{name}"


def test_master_playlist_names_the_renditions_in_ascending_order(client: Client, track: Track) -> None:
    response = client.get(f"/library/tracks/{track.pk}/master.m3u8")
    assert response.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    names = re.findall(r"^[a-z0-9-]+\.m3u8$", response.text, re.MULTILINE)
    assert names == ["aac-64.m3u8", "aac-128.m3u8", "aac-256.m3u8", "flac.m3u8"]


def test_every_address_in_a_media_playlist_is_there(client: Client, track: Track) -> None:
    playlist = f"/library/tracks/{track.pk}/flac.m3u8"
    addresses = [urljoin(playlist, one) for one in re.findall(r"[^\s\"]+\.m(?:4s|p4)", client.get(playlist).text)]
    assert len(addresses) == 1 + 3
    assert [client.get(one).status_code for one in addresses] == [200] * 4


def test_playlist_is_asked_for_again_and_not_sent_again(client: Client, track: Track) -> None:
    url = f"/library/tracks/{track.pk}/master.m3u8"
    first = client.get(url)
    assert first.headers["Cache-Control"] == "no-cache"
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["master.m3u8", "aac-128.m3u8", "preview"])
def test_track_that_is_not_ready_has_no_stream(client: Client, track: Track, name: str) -> None:
    Track.objects.update(status=Track.Status.PROCESSING)
    response = client.get(f"/library/tracks/{track.pk}/{name}")
    assert (response.status_code, response.json()["code"]) == (404, "not_ready")


@pytest.mark.parametrize("name", ["master.m3u8", "aac-128.m3u8", "preview"])
def test_unknown_track_has_no_stream(client: Client, db: None, name: str) -> None:
    response = client.get(f"/library/tracks/77/{name}")
    assert (response.status_code, response.json()["code"]) == (404, "no_such_track")


def test_unknown_rendition_has_no_playlist(client: Client, track: Track) -> None:
    response = client.get(f"/library/tracks/{track.pk}/opus-96.m3u8")
    assert (response.status_code, response.json()["code"]) == (404, "no_such_file")


def test_segment_is_sent_whole_for_ever_and_for_any_player(client: Client, track: Track) -> None:
    response = client.get(address(track, "aac-64/1.m4s"))
    assert response.content == bytes((1 + at) % 256 for at in range(1000))
    assert response.headers["Content-Type"] == "audio/mp4"
    assert response.headers["Content-Length"] == "1000"
    assert response.headers["Cache-Control"] == IMMUTABLE
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_segment_that_a_browser_has_is_not_sent_again(client: Client, track: Track) -> None:
    url = address(track, "aac-64/1.m4s")
    response = client.get(url, headers={"If-None-Match": client.get(url).headers["ETag"]})
    assert (response.status_code, response.content) == (304, b"")


def test_entity_tags_differ_between_segments(client: Client, track: Track) -> None:
    names = ["aac-64/0.m4s", "aac-64/1.m4s", "aac-128/0.m4s", "aac-64/init.mp4"]
    assert len({client.get(address(track, name)).headers["ETag"] for name in names}) == len(names)


def test_head_of_a_segment_tells_its_length(client: Client, track: Track) -> None:
    response = client.head(address(track, "aac-64/0.m4s"))
    assert (response.status_code, response.headers["Content-Length"], response.content) == (200, "1000", b"")


def test_part_of_a_segment(client: Client, track: Track) -> None:
    response = client.get(address(track, "aac-64/0.m4s"), headers={"Range": "bytes=10-19"})
    assert (response.status_code, response.content) == (206, bytes(range(10, 20)))
    assert response.headers["Content-Range"] == "bytes 10-19/1000"


def test_range_behind_the_end_is_refused_and_not_kept(client: Client, track: Track) -> None:
    response = client.get(address(track, "aac-64/0.m4s"), headers={"Range": "bytes=1000-"})
    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */1000")
    assert "Cache-Control" not in response.headers


def test_range_of_another_version_gets_the_whole(client: Client, track: Track) -> None:
    headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert len(client.get(address(track, "aac-64/0.m4s"), headers=headers).content) == 1000


@pytest.mark.parametrize(
    "name",
    [
        "aac-64/00.m4s", "aac-64/-1.m4s", "aac-64/123456.m4s", "aac-64/init.m4s", "AAC-64/0.m4s", "../peaks.json",
        "aac-64/../flac/0.m4s", "aac-64/..%2f..%2fflac/0.m4s", "..%2f..%2fsecret_key/0.m4s", "SHA256SUMS",
        "aac-64/3.m4s",
    ],
)  # fmt: skip
def test_only_names_of_segments_reach_the_disk(client: Client, track: Track, name: str) -> None:
    assert client.get(address(track, name)).status_code == 404


def test_two_segments_come_in_one_answer(client: Client, track: Track) -> None:
    url = address(track, "flac/1-2.m4s")
    response = client.get(url)
    assert response.content == b"".join(client.get(address(track, f"flac/{n}.m4s")).content for n in (1, 2))
    assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == ("audio/mp4", IMMUTABLE)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    part = client.get(url, headers={"Range": "bytes=990-1009"})
    assert (part.status_code, part.content) == (206, response.content[990:1010])
    assert client.get(url, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["0-2.m4s", "1-1.m4s", "2-1.m4s", "2-3.m4s", "0-1-2.m4s", "00-1.m4s", "0-.m4s"])
def test_only_a_segment_and_the_next_come_in_one_answer(client: Client, track: Track, name: str) -> None:
    assert client.get(address(track, f"flac/{name}")).status_code == 404


@pytest.mark.parametrize("by_nginx", [False, True])
def test_a_very_short_last_segment_is_there_for_players(
    client: Client, db: None, data_dir: Path, settings: Settings, by_nginx: bool
) -> None:
    """A package from before knows nothing of it: it is the playlist that joins."""
    settings.ACCEL_REDIRECT = "/protected/audio/" if by_nginx else ""
    track = ready_track("Waves", seconds=10)
    Track.objects.update(total_samples=2 * SEGMENT_SAMPLES + 5)
    track.refresh_from_db()
    put_package(track)
    playlist = f"/library/tracks/{track.pk}/flac.m3u8"
    last = urljoin(playlist, re.findall(r"\S+m4s", client.get(playlist).text)[-1])
    assert last.endswith("/flac/1-2.m4s")
    assert len(client.get(last).content) == 2000


def test_a_playlist_that_is_written_otherwise_is_another_one(
    client: Client, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same package, another release of Synchro: a player's copy is not good any more."""
    url = f"/library/tracks/{track.pk}/flac.m3u8"
    before = client.get(url).headers["ETag"]
    monkeypatch.setattr(playlists, "SHORTEST_SEGMENT_SAMPLES", SEGMENT_SAMPLES)
    assert client.get(url, headers={"If-None-Match": before}).status_code == 200


def test_nginx_is_told_which_file_to_send(client: Client, track: Track, settings: Settings) -> None:
    settings.ACCEL_REDIRECT = "/protected/audio/"
    response = client.get(address(track, "flac/2.m4s"))
    folder = f"/protected/audio/{track.package[:2]}/{track.package}"
    assert response.headers["X-Accel-Redirect"] == f"{folder}/flac/00002.m4s"
    assert (response.content, response.headers["Cache-Control"]) == (b"", IMMUTABLE)
    assert client.get(address(track, "flac/init.mp4")).headers["X-Accel-Redirect"] == f"{folder}/flac/init.mp4"


def test_peaks_are_kept_for_ever(client: Client, track: Track) -> None:
    response = client.get(address(track, "peaks.json"))
    assert response.json()["max"] == [0, 128, 255]
    assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == ("application/json", IMMUTABLE)


def test_covers_come_in_two_sizes(client: Client, data_dir: Path) -> None:
    name = sha256(b"picture").hexdigest()
    (data_dir / "covers").mkdir()
    for size_px in (256, 640):
        (data_dir / "covers" / f"{name}-{size_px}.jpg").write_bytes(b"%d" % size_px)
    url = f"/library/covers/{name}.jpg"
    assert client.get(url).content == b"640"
    assert client.get(f"{url}?size=256").content == b"256"
    assert client.get(f"{url}?size=256").headers["Cache-Control"] == IMMUTABLE
    for size in ("512", "../256", "0256"):
        assert client.get(url, {"size": size}).json()["code"] == "no_such_file"


def test_calibration_may_change_under_its_name(client: Client, data_dir: Path) -> None:
    (data_dir / "calibration").mkdir()
    (data_dir / "calibration" / "aac-128.mp4").write_bytes(b"click")
    (data_dir / "calibration" / "calibration.json").write_text('{"sample_rate": 48000}')
    response = client.get("/library/calibration/aac-128.mp4")
    assert (response.content, response.headers["Cache-Control"]) == (b"click", "no-cache")
    assert client.get("/library/calibration.json").json() == {"sample_rate": 48000}
    assert client.get("/library/calibration/flac.mp4").status_code == 404


def test_preview_is_the_segments_in_a_row_behind_an_index(track: Track, data_dir: Path) -> None:
    folder = data_dir / names.package(track.package)
    sound = preview_of(track.package, track.total_samples)
    content = sound.read(0, sound.size - 1)
    segments = b"".join((folder / "aac-128" / f"{n:05}.m4s").read_bytes() for n in range(3))
    init = (folder / "aac-128" / "init.mp4").read_bytes()
    assert content.startswith(init)
    assert content.endswith(segments)
    index = content[len(init) : -len(segments)]
    assert (struct.unpack(">I", index[:4])[0], index[4:8]) == (len(index), b"sidx")
    assert (
        sum(struct.unpack(">I", index[at + 4 : at + 8])[0] for at in range(32, len(index), 12)) == 10 * SAMPLE_RATE_HZ
    )


def test_preview_is_read_from_any_byte_to_any_byte(track: Track, data_dir: Path) -> None:
    sound = preview_of(track.package, track.total_samples)
    whole = sound.read(0, sound.size - 1)
    edges = sorted({0, 1, *(end + at for end in sound.ends for at in (-1, 0, 1)), sound.size - 1})
    for first in (edge for edge in edges if edge < sound.size):
        for last in (edge for edge in edges if first <= edge < sound.size):
            assert sound.read(first, last) == whole[first : last + 1]


def test_preview_answers_an_open_range_with_a_bounded_piece(client: Client, db: None, data_dir: Path) -> None:
    track = ready_track(seconds=10)
    put_package(track, segment_bytes=PIECE_BYTES // 2)
    response = client.get(f"/library/tracks/{track.pk}/preview", headers={"Range": "bytes=5-"})
    assert (response.status_code, len(response.content)) == (206, PIECE_BYTES)
    assert response.headers["Content-Range"].startswith(f"bytes 5-{PIECE_BYTES + 4}/")


@pytest.mark.django_db(transaction=True)
async def test_preview_streams_whole_to_who_asks_for_no_range(data_dir: Path, track: Track) -> None:
    response = await AsyncClient().get(f"/library/tracks/{track.pk}/preview")
    content = b"".join([piece async for piece in cast(StreamingHttpResponse, response)])
    assert len(content) == int(response.headers["Content-Length"]) > 3000


def test_head_of_a_preview_reads_nothing(client: Client, track: Track) -> None:
    response = client.head(f"/library/tracks/{track.pk}/preview")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 3000


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", ByteRange(0, 0, 100)),
        ("bytes=90-", ByteRange(90, 99, 100)),
        ("bytes=90-1000", ByteRange(90, 99, 100)),
        ("bytes=-10", ByteRange(90, 99, 100)),
        ("bytes=-1000", ByteRange(0, 99, 100)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("", None),
    ],
)
def test_range_header(header: str, expected: ByteRange | None) -> None:
    assert parse(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_range_that_holds_nothing(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        parse(header, 100)
