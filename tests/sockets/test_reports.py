"""A player's report, from its socket to the sync monitor and the metrics."""

from typing import Any

import pytest

from playback import clock, metrics
from rooms.identity import Identity
from rooms.models import Room
from rooms.monitor import listeners as monitor
from tests.builders import guest
from tests.sockets.conftest import Connect, Listener

pytestmark = pytest.mark.django_db(transaction=True)

REPORT: dict[str, Any] = {
    "type": "listener.report", "audio": "playing", "error_ms": -0.2, "offset_error_ms": 0.3, "offset_bound_ms": 1.2,
    "clock_step_ms": 0.1,
    "rtt_ms": 2.5, "rtt_slow_ms": 8.1, "clock_skew_ppm": -3.5, "device_skew_ppm": 104, "output_latency_ms": 84.9,
    "output_latency_source": "reported", "trim_ms": -10, "buffered_s": 30, "decoded_s": 80.5, "rendition": "aac-256",
    "underruns": 1, "resyncs": 2, "corrections": 7,
}  # fmt: skip


async def say(listener: Listener, **report: Any) -> None:
    """Report, and return once the server has taken it: frames of one socket are taken in their order."""
    await listener.send(**report)
    await listener.send(type="clock.ping", t0=1)
    await listener.next("clock.pong")


def heard(room: Room) -> list[monitor.Listener]:
    return monitor.listeners(room.pk, clock.now_us())


async def test_a_report_shows_up(connect: Connect, room: Room, alice: Identity) -> None:
    listener = await connect(room.slug, alice)
    await listener.next("self.update")
    await say(listener, **REPORT)
    (found,) = heard(room)
    assert (found.name, found.is_host, found.verdict.code) == ("Alice", True, "in_sync")
    (reading,) = found.readings
    assert {"type": "listener.report"} | {name: getattr(reading.report, name) for name in monitor.FIELDS} == REPORT
    assert 0 <= clock.now_us() - reading.at_us < 60_000_000


async def test_readings_go_with_their_socket(connect: Connect, room: Room, alice: Identity) -> None:
    first, second = await connect(room.slug, alice), await connect(room.slug, alice)
    for listener in (first, second):
        await listener.next("self.update")
        await say(listener, **REPORT)
    assert [found.name for found in heard(room)] == ["Alice · 1", "Alice · 2"]
    await first.disconnect()
    (left,) = heard(room)
    assert len(left.readings) == 1


async def test_who_leaves_the_room_is_forgotten(connect: Connect, room: Room) -> None:
    listener = await connect(room.slug, guest("bob"))
    await listener.command("room.join", id="a", nickname="Bob")
    await say(listener, **REPORT)
    assert len(heard(room)) == 1
    await listener.command("room.leave", id="b")
    assert heard(room) == []
    await listener.command("room.join", id="c", nickname="Bob")
    (found,) = heard(room)
    assert found.readings == ()


async def test_who_has_not_joined_is_not_heard(connect: Connect, room: Room) -> None:
    count = metrics.registry.get_sample_value("synchro_error_ms_count")
    visitor = await connect(room.slug, guest("mallory"))
    await say(visitor, **REPORT)
    assert heard(room) == []
    assert metrics.registry.get_sample_value("synchro_error_ms_count") == count


@pytest.mark.parametrize(
    "fields",
    [
        {"error_ms": 1e9}, {"rtt_ms": "3"}, {"device_skew_ppm": 2e6}, {"buffered_s": -1}, {"underruns": -1},
        {"resyncs": 2**40}, {"rendition": "x" * 33}, {"output_latency_source": "x" * 33}, {"audio": "loud"},
        {"nickname": "Mallory"},
    ],
)  # fmt: skip
async def test_an_impossible_report_is_refused(
    connect: Connect, room: Room, alice: Identity, fields: dict[str, Any]
) -> None:
    listener = await connect(room.slug, alice)
    await listener.send(**REPORT | fields)
    assert (await listener.next("error"))["code"] == "bad_message"
    assert [found.readings for found in heard(room)] == [()]


async def test_traffic_is_counted(connect: Connect, room: Room, alice: Identity) -> None:
    names = {
        "pings": ("synchro_pings_total", {}),
        "broadcasts": ("synchro_broadcasts_total", {}),
        "fan-outs": ("synchro_fan_out_ms_count", {}),
        "accepted": ("synchro_commands_total", {"type": "transport.play", "outcome": "accepted"}),
        "refused": ("synchro_commands_total", {"type": "transport.jump", "outcome": "refused"}),
    }

    def counts() -> dict[str, float]:
        return {what: metrics.registry.get_sample_value(*sample) or 0 for what, sample in names.items()}

    listener, other = await connect(room.slug, alice), await connect(room.slug, guest("bob"))
    for socket in (listener, other):
        await socket.update("transport")
    before = counts()
    await listener.send(type="clock.ping", t0=1)
    await listener.next("clock.pong")
    await listener.command("transport.jump", id="a", entry=999)
    await listener.command("transport.play", id="b")
    await other.update("transport")
    assert {what: count - before[what] for what, count in counts().items()} == dict.fromkeys(names, 1)
