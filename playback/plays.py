"""When a track counts as played: once enough of it has sounded. What was skipped at its beginning does not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playback.timeline import SAMPLE_RATE_HZ, Start, Status, Transport, position_at

COUNTED_SAMPLES = 30 * SAMPLE_RATE_HZ
"""Half a minute, from which on charts and royalties count a track. Of a short one, half is enough."""


@dataclass(frozen=True, slots=True)
class Play:
    """An entry that began to sound at `began_us`. By its transport's anchor, `heard_samples` of it had sounded. It ends
    when another entry takes over, and by "stop"; to go back in it, or to pause, does not end it."""

    entry: int
    began_us: int
    heard_samples: int = 0


def counts(play: Play, total_samples: int) -> bool:
    return play.heard_samples >= min(COUNTED_SAMPLES, -(-total_samples // 2))


def sounded(transport: Transport, until_us: int, total_samples: int) -> int:
    """Samples of the current entry that sound from the anchor to `until_us`."""
    if transport.status is not Status.PLAYING:
        return 0
    return max(0, min(position_at(transport, until_us), total_samples) - max(0, transport.position))


def heard_until(play: Play, transport: Transport, until_us: int, total_samples: int) -> Play:
    return replace(play, heard_samples=play.heard_samples + sounded(transport, until_us, total_samples))


def gone_by(
    play: Play | None, before: Transport, after: Transport, starts: Sequence[Start], total_samples: dict[int, int]
) -> tuple[list[Play], Play | None]:
    """The plays that ended while the timeline went from `before` to `after` by itself, and the one that goes on."""
    if not starts and after.status is before.status:
        return [], play
    ended = []
    if play:
        left = total_samples[play.entry] - max(0, before.position)
        ended.append(replace(play, heard_samples=play.heard_samples + left))
    whole = [Play(start.entry, start.at_us, total_samples[start.entry]) for start in starts]
    if after.status is Status.PLAYING:
        return [*ended, *whole[:-1]], replace(whole[-1], heard_samples=0)
    return [*ended, *whole], None
