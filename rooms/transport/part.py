"""The timeline as players read it."""

from collections.abc import Sequence
from functools import lru_cache

from library.models import Track
from library.selectors import rendition_infos, track_info
from playback.protocol import UPCOMING_ENTRIES, EntryInfo, RenditionInfo, TransportPart
from playback.timeline import Entry, Transport, find, upcoming
from rooms.models import QueueEntry
from rooms.transport.lead import lead_ms
from rooms.view import RoomView

KEPT_PACKAGES = 4096
"""Renditions of packages that are remembered, some 1 kB each. A package never changes: its name is its content's."""


def transport_part(view: RoomView) -> TransportPart:
    room, transport = view.room, view.transport
    entries = {entry.pk: entry for entry in view.queue}
    current = view.current
    return TransportPart(
        revision=room.revision_of("transport"), status=transport.status.value, entry=transport.entry,
        position=transport.position, at_us=transport.at_us, repeat=transport.repeat.value, shuffle=room.shuffle,
        lead_ms=lead_ms(room.pk),
        current=None if current is None else _entry_info(current),
        upcoming=[_entry_info(entries[entry.id]) for entry in coming(view.entries, view.transport)],
    )  # fmt: skip


def coming(entries: Sequence[Entry], transport: Transport) -> list[Entry]:
    """What plays next. In a room where nothing was chosen yet, "play" begins with the first."""
    if find(entries, transport.entry) is None:
        return list(entries[:UPCOMING_ENTRIES])
    return upcoming(entries, transport, UPCOMING_ENTRIES)


def _entry_info(entry: QueueEntry) -> EntryInfo:
    return EntryInfo(entry.pk, track_info(entry.track, _renditions(entry.track.package, entry.track_id)))


@lru_cache(KEPT_PACKAGES)
def _renditions(package: str, track_id: int) -> tuple[RenditionInfo, ...]:
    return rendition_infos(Track(pk=track_id))
