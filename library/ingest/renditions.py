"""The renditions every track is made into. Why these: docs/architecture.md."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RenditionSpec:
    """One encoding. A packet holds one frame of `frame_samples` samples.

    `priming_frames` packets come out of the encoder before the sound starts. `preroll_frames` packets are carried in
    front of each segment, so that a decoder which starts there is in the state of one that came from before.
    `pads_last_frame`: the track's last frame is a whole one, filled up with silence. `codec` is the RFC 6381 string.
    """

    name: str
    codec: str
    frame_samples: int
    preroll_frames: int
    priming_frames: int
    pads_last_frame: bool
    encoder: tuple[str, ...]

    @property
    def preroll_samples(self) -> int:
        return self.preroll_frames * self.frame_samples


def _aac(kbit_s: int) -> RenditionSpec:
    return RenditionSpec(
        name=f"aac-{kbit_s}",
        codec="mp4a.40.2",
        frame_samples=1024,
        # 1 frame would do for the engines measured; 3 leave room for one that discards up to 2112 samples by itself
        preroll_frames=3,
        priming_frames=1,
        pads_last_frame=True,
        # perceptual noise substitution makes decoders insert random noise: no two decodes of a segment would be equal
        encoder=("-c:a", "aac", "-aac_pns", "0", "-b:a", f"{kbit_s}k"),
    )


RENDITIONS = (
    _aac(64),
    _aac(128),
    _aac(256),
    RenditionSpec(
        name="flac",
        codec="fLaC",
        frame_samples=4096,
        preroll_frames=1,  # frames are independent: only for the crossfade when a player changes renditions
        priming_frames=0,
        pads_last_frame=False,
        encoder=("-c:a", "flac", "-frame_size", "4096"),
    ),
)
"""Ascending by bitrate."""
