"""HLS playlists (RFC 8216, version 7) as text. Pure: from facts about a track, no database, no files."""

from collections.abc import Sequence
from dataclasses import dataclass

from playback.segments import SAMPLE_RATE_HZ, SEGMENT_SAMPLES, Grid

MEDIA_TYPE = "application/vnd.apple.mpegurl"

_HEAD = ("#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS")


@dataclass(frozen=True, slots=True)
class Variant:
    """A rendition as a master playlist states it. Bitrates in bit/s; `uri` of its media playlist."""

    uri: str
    codec: str
    peak_bitrate: int
    average_bitrate: int


def average_bitrate(total_bytes: int, total_samples: int) -> int:
    """Of everything that a player fetches, preroll too, in bit/s."""
    return -(-total_bytes * 8 * SAMPLE_RATE_HZ // total_samples)


def master(variants: Sequence[Variant]) -> str:
    """The master playlist. A player starts with the first variant, so hand them over in ascending order."""
    lines = list(_HEAD)
    for variant in variants:
        lines += [
            f"#EXT-X-STREAM-INF:BANDWIDTH={variant.peak_bitrate},AVERAGE-BANDWIDTH={variant.average_bitrate},"
            f'CODECS="{variant.codec}"',
            variant.uri,
        ]
    return "\n".join(lines) + "\n"


def media(total_samples: int, *, init_uri: str, segment_uri: str) -> str:
    """The playlist of one rendition. `segment_uri` holds `{n}`, the segment's index."""
    grid = Grid(total_samples)
    lines = [
        *_HEAD,
        f"#EXT-X-TARGETDURATION:{-(-SEGMENT_SAMPLES // SAMPLE_RATE_HZ)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{init_uri}"',
    ]
    for index in range(grid.segment_count):
        lines += [f"#EXTINF:{grid.samples_in(index) / SAMPLE_RATE_HZ:.6f},", segment_uri.replace("{n}", str(index))]
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"
