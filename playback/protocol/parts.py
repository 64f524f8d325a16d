"""What a room is made of, as its socket tells it: parts, each with the revision that changed it last."""

from typing import Literal

import msgspec

from playback.fields import RepeatMode

UPCOMING_ENTRIES = 3
"""Entries behind the current one that every client knows in advance, so that joins need no message in time."""


class RenditionInfo(msgspec.Struct, frozen=True):
    """One encoding of a track. `preroll_samples` lead each segment."""

    id: str
    codec: str
    bitrate: int
    frame_samples: int
    preroll_samples: int


class TrackInfo(msgspec.Struct, frozen=True):
    """What a player needs of a track. Renditions ascend by bitrate. `audio_url` is a folder, told once for all of them:
    it holds `peaks.json`, and for each rendition `<id>/init.mp4` and the segments `<id>/<n>.m4s`.
    """

    id: int
    title: str
    artist: str
    album: str
    duration_s: float
    total_samples: int
    segment_count: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    cover_url: str
    audio_url: str
    renditions: list[RenditionInfo]


class EntryInfo(msgspec.Struct, frozen=True):
    """A queue entry that plays now or next, and its track."""

    entry: int
    track: TrackInfo


class TransportPart(msgspec.Struct, frozen=True):
    """The timeline: `entry` is at sample `position` at `at_us`. `current` and `upcoming` in play order; a player
    joins them by itself, sample for sample, with no further message."""

    revision: int
    status: Literal["stopped", "paused", "playing"]
    entry: int | None
    position: int
    at_us: int
    repeat: RepeatMode
    shuffle: bool
    lead_ms: int
    current: EntryInfo | None
    upcoming: list[EntryInfo]


class ListRow(msgspec.Struct, frozen=True):
    """A row that is new, moved or looks different: rendered, the same for everybody who reads the same language. It
    stands in front of the row `before`; null: at the end."""

    id: int
    before: int | None
    html: str


class ListPart(msgspec.Struct, frozen=True):
    """A list (queue, history, people) went from revision `base` to `revision`: `gone` are taken out, then each of
    `rows` is put where it belongs, in this order. A page whose list is not at `base`, and every page where `base` is
    null, fetches it: `/rooms/<slug>/parts/<name>/`. A page may hold a stretch of the list: a row whose `before` it does
    not hold is outside of it."""

    revision: int
    base: int | None
    gone: list[int] = []
    rows: list[ListRow] = []


class SettingsPart(msgspec.Struct, frozen=True):
    """The room itself. `slug` is its present address; `control` says who may press the transport's buttons."""

    revision: int
    slug: str
    name: str
    control: Literal["everyone", "hosts"]
    volume: float


class RoomParts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parts that changed. Transport and settings are whole, so a lost update is healed by the next one of its kind;
    lists, by name, say how they changed."""

    transport: TransportPart | None = None
    settings: SettingsPart | None = None
    lists: dict[str, ListPart] = {}
