"""HLS playlists (RFC 8216, version 7) as text. Pure: from facts about a track, no database, no files."""

from collections.abc import Sequence
from dataclasses import dataclass

from playback.segments import SAMPLE_RATE_HZ, SEGMENT_SAMPLES, Grid

MEDIA_TYPE = "application/vnd.apple.mpegurl"

_HEAD = ("#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS")

SHORTEST_SEGMENT_SAMPLES = 4800
"""A shorter last segment is stated together with the one before it. hls.js 1.7 takes a segment for a gap, and then
never ends the track, if less of it comes to be in the buffer than 4 ms or, where it is shorter, than all of it; and
Chromium counts the buffer in whole microseconds. 0.1 s leaves room for other players, and keeps the two below 4.5 s,
which rounded are the target duration."""


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
    """The playlist of one rendition. `segment_uri` holds `{n}`: a segment's index, or `3-4` for two in one."""
    grid = Grid(total_samples)
    segments = [(str(index), grid.samples_in(index)) for index in range(grid.segment_count)]
    if len(segments) > 1 and segments[-1][1] < SHORTEST_SEGMENT_SAMPLES:
        (before, samples), (last, last_samples) = segments[-2:]
        segments[-2:] = [(f"{before}-{last}", samples + last_samples)]
    lines = [
        *_HEAD,
        f"#EXT-X-TARGETDURATION:{-(-SEGMENT_SAMPLES // SAMPLE_RATE_HZ)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f'#EXT-X-MAP:URI="{init_uri}"',
    ]
    for name, samples in segments:
        lines += [f"#EXTINF:{samples / SAMPLE_RATE_HZ:.6f},", segment_uri.replace("{n}", name)]
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"
