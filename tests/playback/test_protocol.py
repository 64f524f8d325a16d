"""Frames from outside are taken exactly as documented, or not at all."""

import msgspec
import pytest

from playback import protocol


def test_a_command_is_decoded_to_its_type() -> None:
    message = protocol.decode('{"type":"transport.seek","id":"a","entry":3,"position_s":1.5}')
    assert message == protocol.TransportSeek(id="a", entry=3, position_s=1.5)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"transport.explode","id":"a"}',
        '{"type":"transport.play"}',
        '{"type":"transport.play","id":""}',
        '{"type":"transport.play","id":"' + "x" * 65 + '"}',
        '{"type":"transport.play","id":"a","extra":1}',
        '{"type":"transport.jump","id":"a","entry":"3"}',
        '{"type":"transport.jump","id":"a","entry":0}',
        '{"type":"transport.seek","id":"a","entry":3,"position_s":-1}',
        '{"type":"transport.seek","id":"a","entry":3,"position_s":NaN}',
        '{"type":"transport.volume","id":"a","volume":1.1}',
        '{"type":"transport.repeat","id":"a","mode":"some"}',
        '{"type":"room.join","id":"a","nickname":"' + "x" * 41 + '"}',
        '{"type":"room.join","id":"a","nickname":"B\\u0000b"}',
        '{"type":"room.settings","id":"a","name":"\\u0000"}',
        '{"type":"transport.play","id":"a\\u0000"}',
        '{"type":"room.update","revision":1,"base_revision":0,"parts":{}}',
    ],
)
def test_anything_else_is_refused(frame: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        protocol.decode(frame)


def test_absent_parts_are_left_out_of_an_update() -> None:
    update = protocol.RoomUpdate(revision=2, base_revision=1, parts=protocol.RoomParts())
    assert protocol.encode(update) == '{"type":"room.update","revision":2,"base_revision":1,"parts":{}}'


def test_a_pong_returns_t0_as_it_came() -> None:
    ping = protocol.decode('{"type":"clock.ping","t0":1234567.8915}')
    assert isinstance(ping, protocol.ClockPing)
    assert '"t0":1234567.8915,' in protocol.encode(protocol.ClockPong(ping.t0, 1, 2))
