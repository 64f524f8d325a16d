"""The renditions every track is made into. Why these: docs/architecture.md."""

from collections.abc import Callable
from dataclasses import dataclass

AAC_FRAME_SAMPLES = 1024


def aac_samples(_frame: bytes) -> int:
    return AAC_FRAME_SAMPLES


def flac_samples(frame: bytes) -> int:
    """How many samples a FLAC frame's own header says that it holds (RFC 9639, section 9.1); 0 if it is none."""
    if len(frame) < 8 or frame[0] != 0xFF or frame[1] & 0xFC != 0xF8:
        return 0
    code = frame[2] >> 4
    if code >= 8:
        return 256 << (code - 8)
    if code in (6, 7):  # 8 or 16 bits, one less, behind the frame's number, which is as long as UTF-8's first byte says
        ones = 8 - (~frame[4] & 0xFF).bit_length()
        at = 4 + max(ones, 1)
        return int.from_bytes(frame[at : at + code - 5], "big") + 1
    return (0, 192, 576, 1152, 2304, 4608)[code]


@dataclass(frozen=True, slots=True)
class RenditionSpec:
    """One encoding. A packet holds one frame of `frame_samples` samples.

    `priming_frames` packets come out of the encoder before the sound starts. `preroll_frames` packets are carried in
    front of each segment, so that a decoder which starts there is in the state of one that came from before.
    `pads_last_frame`: the track's last frame is a whole one, filled up with silence. `samples_in` tells how many
    samples a decoder makes of a packet. `codec` is the RFC 6381 string.
    """

    name: str
    codec: str
    frame_samples: int
    preroll_frames: int
    priming_frames: int
    pads_last_frame: bool
    samples_in: Callable[[bytes], int]
    encoder: tuple[str, ...]

    @property
    def preroll_samples(self) -> int:
        return self.preroll_frames * self.frame_samples


def _aac(kbit_s: int) -> RenditionSpec:
    return RenditionSpec(
        name=f"aac-{kbit_s}",
        codec="mp4a.40.2",
        frame_samples=AAC_FRAME_SAMPLES,
        # 1 frame would do for the engines measured; 3 leave room for one that discards up to 2112 samples by itself
        preroll_frames=3,
        priming_frames=1,
        pads_last_frame=True,
        samples_in=aac_samples,
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
        samples_in=flac_samples,
        encoder=("-c:a", "flac", "-frame_size", "4096"),
    ),
)
"""Ascending by bitrate."""
