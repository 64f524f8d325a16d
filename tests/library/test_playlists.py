"""HLS playlists as text."""

import pytest

from library.web import playlists
from playback.segments import SEGMENT_SAMPLES


def test_media_playlist_states_every_segment_to_the_microsecond() -> None:
    text = playlists.media(2 * SEGMENT_SAMPLES + 12_345, init_uri="/a/init.mp4", segment_uri="/a/{n}.m4s")
    assert text == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n"
        '#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MAP:URI="/a/init.mp4"\n'
        "#EXTINF:3.840000,\n/a/0.m4s\n#EXTINF:3.840000,\n/a/1.m4s\n#EXTINF:0.257188,\n/a/2.m4s\n#EXT-X-ENDLIST\n"
    )


@pytest.mark.parametrize("tail", [1, 5, playlists.SHORTEST_SEGMENT_SAMPLES - 1])
def test_a_very_short_last_segment_is_stated_with_the_one_before_it(tail: int) -> None:
    text = playlists.media(2 * SEGMENT_SAMPLES + tail, init_uri="/a/init.mp4", segment_uri="/a/{n}.m4s")
    entries = text[text.index("#EXTINF") :]
    joined_s = (SEGMENT_SAMPLES + tail) / 48_000
    assert entries == f"#EXTINF:3.840000,\n/a/0.m4s\n#EXTINF:{joined_s:.6f},\n/a/1-2.m4s\n#EXT-X-ENDLIST\n"
    assert round(joined_s) <= 4  # the target duration


@pytest.mark.parametrize("total_samples", [playlists.SHORTEST_SEGMENT_SAMPLES, 24_000, SEGMENT_SAMPLES,
                                           SEGMENT_SAMPLES + playlists.SHORTEST_SEGMENT_SAMPLES])  # fmt: skip
def test_other_segments_stand_alone(total_samples: int) -> None:
    text = playlists.media(total_samples, init_uri="i", segment_uri="/{n}")
    assert [line for line in text.splitlines() if line.startswith("/")] == [
        f"/{n}" for n in range(-(-total_samples // SEGMENT_SAMPLES))
    ]


def test_durations_lose_less_than_a_millisecond_in_twelve_hours() -> None:
    total_samples = 12 * 3600 * 48_000 + 1
    text = playlists.media(total_samples, init_uri="i", segment_uri="{n}")
    stated_s = sum(float(line[8:-1]) for line in text.splitlines() if line.startswith("#EXTINF:"))
    assert abs(stated_s - total_samples / 48_000) < 1e-3


def test_no_segment_lasts_longer_than_the_target_duration() -> None:
    text = playlists.media(10 * SEGMENT_SAMPLES, init_uri="i", segment_uri="{n}")
    assert all(float(line[8:-1]) <= 4 for line in text.splitlines() if line.startswith("#EXTINF:"))


def test_master_playlist_names_codecs_and_both_bitrates() -> None:
    text = playlists.master([playlists.Variant("aac-64.m3u8", "mp4a.40.2", 68_000, 66_000)])
    assert text == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-STREAM-INF:BANDWIDTH=68000,AVERAGE-BANDWIDTH=66000,CODECS="mp4a.40.2"\naac-64.m3u8\n'
    )


def test_average_bitrate_is_rounded_up() -> None:
    assert playlists.average_bitrate(total_bytes=1001, total_samples=96_000) == 4004
    assert playlists.average_bitrate(total_bytes=1, total_samples=7 * 48_000) == 2
