"""The transport's commands."""

from secrets import SystemRandom

from playback import protocol
from playback.commands import (
    Jump,
    Next,
    Pause,
    Play,
    Previous,
    RefusalCode,
    Seek,
    SetRepeat,
    Stop,
)
from playback.timeline import SAMPLE_RATE_HZ, Repeat, position_at
from rooms.change import RoomChange
from rooms.errors import RoomError
from rooms.permissions import Sender
from rooms.queue import order
from rooms.transport.act import act

Undo = protocol.CommandMessage | None


def play(change: RoomChange, sender: Sender, message: protocol.TransportPlay) -> Undo:
    act(change, Play())
    return protocol.TransportPause("")


def pause(change: RoomChange, sender: Sender, message: protocol.TransportPause) -> Undo:
    act(change, Pause())
    return protocol.TransportPlay("")


def stop(change: RoomChange, sender: Sender, message: protocol.TransportStop) -> Undo:
    back = _to_here(change)
    act(change, Stop())
    return back


def next_(change: RoomChange, sender: Sender, message: protocol.TransportNext) -> Undo:
    act(change, Next(message.entry))
    return protocol.TransportJump("", message.entry)


def previous(change: RoomChange, sender: Sender, message: protocol.TransportPrevious) -> Undo:
    if message.revision < change.room.revision_of("transport"):
        raise RoomError(RefusalCode.STALE_REVISION)
    act(change, Previous(message.entry))
    return protocol.TransportJump("", message.entry)


def jump(change: RoomChange, sender: Sender, message: protocol.TransportJump) -> Undo:
    left = change.transport.entry
    act(change, Jump(message.entry))
    return protocol.TransportJump("", left) if left and left != message.entry else None


def seek(change: RoomChange, sender: Sender, message: protocol.TransportSeek) -> Undo:
    back = _to_here(change)
    act(change, Seek(round(message.position_s * SAMPLE_RATE_HZ), message.entry))
    return back


def repeat(change: RoomChange, sender: Sender, message: protocol.TransportRepeat) -> Undo:
    before = change.transport.repeat.value
    act(change, SetRepeat(Repeat(message.mode)))
    return protocol.TransportRepeat("", before)  # type: ignore[arg-type]  # a value of Repeat


def shuffle(change: RoomChange, sender: Sender, message: protocol.TransportShuffle) -> Undo:
    order.shuffle(change, message.on, SystemRandom())
    return protocol.TransportShuffle("", not message.on)


def volume(change: RoomChange, sender: Sender, message: protocol.TransportVolume) -> Undo:
    before, change.room.volume = change.room.volume, message.volume
    change.touch("settings")
    return protocol.TransportVolume("", before)


def _to_here(change: RoomChange) -> Undo:
    """A seek to where the music is now."""
    transport = change.transport
    if transport.entry is None:
        return None
    position = max(0, position_at(transport, change.now_us))
    return protocol.TransportSeek("", transport.entry, position / SAMPLE_RATE_HZ)
