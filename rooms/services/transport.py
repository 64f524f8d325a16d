"""The transport: what a command does to a room, once, whoever sends it and however often it arrives."""

from collections.abc import Callable
from secrets import SystemRandom

from playback.commands import Command, Previous, RefusalCode, Refused, apply, sounds_elsewhere
from rooms.change import ConcurrentChange, RoomChange, changing
from rooms.errors import MESSAGES, ErrorCode, RoomError
from rooms.identity import Identity
from rooms.models import CommandReceipt
from rooms.services import order
from rooms.services.authority import require_control, require_host

MAX_RECEIPTS = 500
"""Answers kept for each room. A page repeats a command for 10 s at most, in which a full room makes fewer."""


def transport(
    slug: str, *, identity: Identity, command: Command, now_us: int, command_id: str = "",
    seen_revision: int | None = None,
) -> int:  # fmt: skip
    """Carry out `command`; the room's revision afterwards. Raises RoomError.

    A `command_id` that the room has already answered gets the same answer again. `seen_revision` is the newest
    transport revision that the sender knows of; `Previous` is refused if there has been a newer one since.
    """

    def act(change: RoomChange) -> None:
        require_control(change.room, identity)
        seen = change.room.transport_revision if seen_revision is None else seen_revision
        if isinstance(command, Previous) and seen < change.room.transport_revision:
            raise RoomError(RefusalCode.STALE_REVISION)
        try:
            lead_us = change.lead_us(fetching=sounds_elsewhere(command))
            change.start(apply(change.transport, change.entries, command, now_us, lead_us))
        except Refused as refused:
            raise RoomError(refused.code) from refused

    return _once(slug, command_id, now_us, act)


def set_shuffle(slug: str, *, identity: Identity, on: bool, now_us: int, command_id: str = "") -> int:
    """Play in a random order from the current entry on, or in the arranged order again. Returns the revision."""

    def act(change: RoomChange) -> None:
        require_control(change.room, identity)
        order.shuffle(change, on, SystemRandom())

    return _once(slug, command_id, now_us, act)


def set_volume(slug: str, *, identity: Identity, volume: float, now_us: int, command_id: str = "") -> int:
    """The room's volume, 0 to 1, for every listener; hosts only. Returns the revision."""

    def act(change: RoomChange) -> None:
        require_host(change.room, identity)
        change.room.volume = min(1.0, max(0.0, volume))
        change.touch("settings")

    return _once(slug, command_id, now_us, act)


def settle(slug: str, *, now_us: int) -> None:
    """Write down what the timeline has come to by itself: the tracks that ended and started. Raises RoomError."""
    try:
        with changing(slug, now_us):
            pass
    except ConcurrentChange:
        pass  # another process has just done it


def _once(slug: str, command_id: str, now_us: int, act: Callable[[RoomChange], None]) -> int:
    refusal: RoomError | None = None
    with changing(slug, now_us) as change:
        receipts = CommandReceipt.objects.filter(room=change.room)
        if command_id and (receipt := receipts.filter(command_id=command_id).first()):
            if receipt.revision is None:
                raise RoomError(_code(receipt.refusal))
            return receipt.revision
        try:
            act(change)
        except RoomError as error:  # the answer is kept as well; what the timeline did by itself stands
            refusal = error
        revision = change.save()
        if command_id:
            CommandReceipt.objects.create(
                room=change.room, command_id=command_id,
                revision=None if refusal else revision, refusal=refusal.code.value if refusal else "",
            )  # fmt: skip
            old = receipts.order_by("-id").values_list("pk", flat=True)[MAX_RECEIPTS : MAX_RECEIPTS + 50]
            CommandReceipt.objects.filter(pk__in=list(old)).delete()
    if refusal:
        raise refusal
    return revision


def _code(word: str) -> ErrorCode | RefusalCode:
    return next(code for code in MESSAGES if code == word)  # type: ignore[return-value]  # keys are codes
