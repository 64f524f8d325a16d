"""The command table: what each command needs, and what carries it out. Nothing else changes a room for a person.

A command is one struct of `playback.protocol`, whoever built it: the socket, the API or a form of a page. It is
authorised here, once, inside the transaction that carries it out, and answered once: a repeated id of the same person
gets the first answer. A test walks the table for every kind of person over real sockets (docs/permissions.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import IntegrityError

from playback import protocol
from rooms import lifecycle
from rooms.change import RoomChange, RoomKey, changing
from rooms.errors import RoomError
from rooms.identity import Identity
from rooms.models import RoomEvent
from rooms.people import commands as people
from rooms.permissions import SITE, Grant, Sender, authorised
from rooms.queue import commands as queue
from rooms.refusals import Refusals
from rooms.transport import commands as music

Handler = Callable[[RoomChange, Sender, Any], protocol.CommandMessage | None]
"""Changes the room, and says which command undoes that."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The room's revision after the command, and the entries that it put into the queue."""

    revision: int
    added: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    grant: Grant
    handler: Handler


TABLE: dict[type[protocol.CommandMessage], Rule] = {
    protocol.RoomJoin: Rule(Grant.ENTER, people.join),
    protocol.RoomLeave: Rule(Grant.ENTER, people.leave),
    protocol.RoomSettings: Rule(Grant.OWN, lifecycle.update_settings),
    protocol.RoomDestroy: Rule(Grant.OWN, lifecycle.destroy),
    protocol.TransportPlay: Rule(Grant.CONTROL, music.play),
    protocol.TransportPause: Rule(Grant.CONTROL, music.pause),
    protocol.TransportStop: Rule(Grant.CONTROL, music.stop),
    protocol.TransportNext: Rule(Grant.CONTROL, music.next_),
    protocol.TransportPrevious: Rule(Grant.CONTROL, music.previous),
    protocol.TransportJump: Rule(Grant.CONTROL, music.jump),
    protocol.TransportSeek: Rule(Grant.CONTROL, music.seek),
    protocol.TransportRepeat: Rule(Grant.CONTROL, music.repeat),
    protocol.TransportShuffle: Rule(Grant.CONTROL, music.shuffle),
    protocol.TransportVolume: Rule(Grant.OWN, music.volume),
    protocol.QueueAdd: Rule(Grant.CONTROL, queue.add),
    protocol.QueueRemove: Rule(Grant.CONTROL, queue.remove),
    protocol.QueueMove: Rule(Grant.CONTROL, queue.move),
    protocol.QueueClear: Rule(Grant.CONTROL, queue.clear),
    protocol.QueueRestore: Rule(Grant.CONTROL, queue.restore),
}


def carry_out(room: RoomKey, message: protocol.CommandMessage, *, identity: Identity | None, now_us: int) -> Outcome:
    """Do what `message` asks, as `identity`; None is nobody. Raises RoomError.

    The same id of the same person gets the same answer again, for as long as its event is kept (`rooms.change`) or, of
    a refusal, REFUSAL_LIFE_US; but that they may not do it is asked anew each time.
    """
    rule = TABLE[type(message)]
    if identity and message.id and (code := _refusals.of(_key(room, identity, message), now_us)):
        raise RoomError(code)
    decided = False

    def attempt() -> Outcome:
        nonlocal decided
        with changing(room, now_us, identity) as change:
            sender = authorised(rule.grant, change.room, identity, change.member)
            decided = True
            return _act(rule, change, sender, message)

    try:
        try:
            return attempt()
        except IntegrityError:  # written down before under this id; all else that was done is taken back
            if identity and message.id and (event := _event(room, identity, message.id)):
                return Outcome(event.revision, tuple(event.payload.get("added", ())))
            return attempt()  # or a track was deleted after it was looked at (PostgreSQL): now it is not there
    except RoomError as refused:
        if identity and message.id and decided:
            if event := _event(room, identity, message.id):  # it went well the first time
                return Outcome(event.revision, tuple(event.payload.get("added", ())))
            _refusals.keep(_key(room, identity, message), refused.code, now_us)
        raise


def carry_out_for_site(room: RoomKey, message: protocol.CommandMessage, *, now_us: int) -> Outcome:
    """The same on the site's own account, which may do anything. Raises RoomError."""
    with changing(room, now_us) as change:
        return _act(TABLE[type(message)], change, SITE, message)


def _act(rule: Rule, change: RoomChange, sender: Sender, message: protocol.CommandMessage) -> Outcome:
    undo = rule.handler(change, sender, message)
    if not change.destroyed:
        change.note(_told(change, sender, message, undo))
    return Outcome(change.save(), tuple(change.added))


def _told(
    change: RoomChange, sender: Sender, message: protocol.CommandMessage, undo: protocol.CommandMessage | None
) -> RoomEvent:
    fields = {name: value for name, value in msgspec.to_builtins(message).items() if name not in {"id", "type"}}
    return RoomEvent(
        room=change.room, at_us=change.now_us, kind=str(message.__struct_config__.tag),
        actor=sender.identity.key if sender.identity else "", actor_name=sender.name, command_id=message.id,
        payload=fields | ({"added": change.added} if change.added else {}),
        inverse=msgspec.to_builtins(undo) if undo else None,
    )  # fmt: skip


def _event(room: RoomKey, identity: Identity, command_id: str) -> RoomEvent | None:
    named = {"room_id": room} if isinstance(room, int) else {"room__slug": room}
    return RoomEvent.objects.filter(**named, actor=identity.key, command_id=command_id).first()


def _key(room: RoomKey, identity: Identity, message: protocol.CommandMessage) -> tuple[RoomKey, str, str]:
    return room, identity.key, message.id


_refusals = Refusals()
