"""What people do in rooms, in a few words, for tests that are about what comes of it and not about how it arrives."""

from collections.abc import Sequence

from playback import protocol
from playback.commands import Command, Jump, Next, Pause, Play, Previous, Seek, SetRepeat, Stop
from playback.fields import Place
from playback.timeline import SAMPLE_RATE_HZ
from rooms.commands import carry_out
from rooms.identity import Identity
from rooms.models import Member, Room
from rooms.permissions import membership
from rooms.selectors import standing
from rooms.transport.act import settle

__all__ = ["settle"]


def queue_add(
    slug: str, *, identity: Identity | None, track_ids: Sequence[int], now_us: int, place: Place = "end"
) -> int:
    message = protocol.QueueAdd("", list(track_ids), place)
    return carry_out(slug, message, identity=identity, now_us=now_us).revision


def queue_remove(slug: str, *, identity: Identity | None, entry: int, now_us: int) -> int:
    return carry_out(slug, protocol.QueueRemove("", entry), identity=identity, now_us=now_us).revision


def queue_clear(slug: str, *, identity: Identity | None, now_us: int) -> int:
    return carry_out(slug, protocol.QueueClear(""), identity=identity, now_us=now_us).revision


def queue_restore(slug: str, *, identity: Identity | None, revision: int, now_us: int) -> int:
    return carry_out(slug, protocol.QueueRestore("", revision), identity=identity, now_us=now_us).revision


def queue_move(slug: str, *, identity: Identity | None, entry: int, before: int | None, now_us: int) -> int:
    return carry_out(slug, protocol.QueueMove("", entry, before), identity=identity, now_us=now_us).revision


def join(slug: str, *, identity: Identity, nickname: str = "", now_us: int = 0) -> Member:
    carry_out(slug, protocol.RoomJoin("", nickname), identity=identity, now_us=now_us)
    member = membership(Room.objects.get(slug=slug), identity)
    assert member is not None
    return member


def leave(slug: str, *, identity: Identity, now_us: int = 0) -> None:
    carry_out(slug, protocol.RoomLeave(""), identity=identity, now_us=now_us)


def update_settings(slug: str, *, identity: Identity | None, now_us: int, **changes: str) -> int:
    message = protocol.command("room.settings", {"id": "test", **changes})
    return carry_out(slug, message, identity=identity, now_us=now_us).revision


def destroy_room(slug: str, *, identity: Identity | None, now_us: int = 0) -> None:
    carry_out(slug, protocol.RoomDestroy(""), identity=identity, now_us=now_us)


def set_shuffle(slug: str, *, identity: Identity | None, on: bool, now_us: int, command_id: str = "") -> int:
    return carry_out(slug, protocol.TransportShuffle(command_id, on), identity=identity, now_us=now_us).revision


def set_volume(slug: str, *, identity: Identity | None, volume: float, now_us: int, command_id: str = "") -> int:
    return carry_out(slug, protocol.TransportVolume(command_id, volume), identity=identity, now_us=now_us).revision


def transport(
    slug: str, *, identity: Identity | None, command: Command, now_us: int, command_id: str = "",
    seen_revision: int | None = None,
) -> int:  # fmt: skip
    message = message_of(slug, command, now_us, command_id, seen_revision)
    return carry_out(slug, message, identity=identity, now_us=now_us).revision


def message_of(
    slug: str, command: Command, now_us: int, command_id: str = "", seen_revision: int | None = None
) -> protocol.CommandMessage:
    """The message for a command; one that names no entry means the one that plays."""
    room = Room.objects.filter(slug=slug).first()
    playing = (standing(room, now_us)[0].entry if room else None) or 1
    seen = seen_revision if seen_revision is not None else room.revision_of("transport") if room else 0
    match command:
        case Play():
            return protocol.TransportPlay(command_id)
        case Pause():
            return protocol.TransportPause(command_id)
        case Stop():
            return protocol.TransportStop(command_id)
        case Next(entry):
            return protocol.TransportNext(command_id, entry or playing)
        case Previous(entry):
            return protocol.TransportPrevious(command_id, entry or playing, seen)
        case Jump(entry):
            return protocol.TransportJump(command_id, entry)
        case Seek(position, entry):
            return protocol.TransportSeek(command_id, entry or playing, position / SAMPLE_RATE_HZ)
        case SetRepeat(repeat):
            return protocol.TransportRepeat(command_id, repeat.value)
    raise AssertionError(command)
