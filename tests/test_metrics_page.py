"""`/metrics`: who may read it, and what stands there."""

import pytest
from django.test import Client

from library.models import IngestJob, Track
from playback import clock
from rooms.people.presence import Presence, board
from tests.builders import make_room, make_user, ready_track, signed_in

pytestmark = pytest.mark.django_db

TOKEN = "a long and secret word"
AFAR = "203.0.113.7"


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        (AFAR, {}, 403),
        ("", {}, 403),
        ("unix", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"X-Real-IP": AFAR}, 403),
        ("127.0.0.1", {"Forwarded": f"for={AFAR}"}, 403),
        (AFAR, {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("127.0.0.1", {"X-Forwarded-For": AFAR, "Authorization": f"bearer {TOKEN}"}, 200),
        (AFAR, {"Authorization": f"Bearer {TOKEN}x"}, 403),
        (AFAR, {"Authorization": f"Basic {TOKEN}"}, 403),
        (AFAR, {"Authorization": "Bearer "}, 403),
        (AFAR, {"Authorization": "Bearer é"}, 403),
    ],
)
def test_who_may_read(client: Client, settings, peer: str, headers: dict[str, str], status: int) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", REMOTE_ADDR=peer, headers=headers).status_code == status


def test_without_a_token_no_token_fits(client: Client) -> None:
    for given in ("Bearer", "Bearer ", "Bearer none"):
        assert client.get("/metrics", REMOTE_ADDR=AFAR, headers={"Authorization": given}).status_code == 403


def test_an_administrators_session_is_no_token() -> None:
    alice = signed_in(make_user("alice", is_staff=True, is_superuser=True))
    assert alice.get("/metrics", REMOTE_ADDR=AFAR).status_code == 403


def test_what_stands_there(client: Client) -> None:
    room = make_room(make_user("alice"))
    ready_track()
    for number, lease_until_us in enumerate((0, clock.now_us() + 60_000_000)):
        track = Track.objects.create(title="raw", content_hash=str(number), status=Track.Status.QUEUED)
        IngestJob.objects.create(track=track, lease_until_us=lease_until_us)
    board.put(room.pk, 1, Presence("guest-b", "Bob", "listener", True))
    try:
        answer = client.get("/metrics")
    finally:
        board.take(room.pk, 1)
    assert answer["Content-Type"].startswith("text/plain")
    assert "no-store" in answer["Cache-Control"]
    lines = set(answer.content.decode().splitlines())
    assert {
        "synchro_rooms 1.0",
        'synchro_listeners{state="locked"} 1.0',
        'synchro_listeners{state="playing"} 0.0',
        'synchro_tracks{status="ready"} 1.0',
        'synchro_tracks{status="queued"} 2.0',
        'synchro_tracks{status="failed"} 0.0',
        'synchro_ingest_jobs{state="waiting"} 1.0',
        'synchro_ingest_jobs{state="running"} 1.0',
    } <= lines
    names = {line.split("{")[0].split(" ")[0] for line in lines}
    assert {
        "synchro_live_rooms", "synchro_sockets", "synchro_pings_total", "synchro_broadcasts_total",
        "synchro_commands_total", "synchro_error_ms_bucket", "synchro_offset_error_ms_bucket",
        "synchro_rtt_ms_bucket", "synchro_buffered_s_bucket", "synchro_fan_out_ms_bucket",
        "synchro_underruns_total", "synchro_resyncs_total", "process_resident_memory_bytes",
    } <= names  # fmt: skip
