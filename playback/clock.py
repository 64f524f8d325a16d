"""Server time: the one place that reads a clock. Everything else is handed `now_us`.

Microseconds since the epoch, made of CLOCK_MONOTONIC plus an offset that is fixed once per boot of the host and kept in
a file that every process of the site shares: a wall clock that is stepped, and a server that is restarted, never move
the music. Where the wall clock was set back while the site was off (a small computer without a battery), server time
goes on from the latest instant that the site has written (`never_before`).

Where several processes share a site, on one host or on many, they agree on one clock (`playback.agreement`), and what
was agreed counts in place of the file's offset (`follow`).
"""

import json
import os
import time
from pathlib import Path

from playback.agreement import Reading


def _boot_id() -> str:
    """Names the present boot of this host: an offset to its monotonic clock is worth nothing after the next one."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:  # not Linux: the instant of boot, coarse enough not to follow the wall clock's slewing
        return f"boot-{round((time.time() - time.monotonic()) / 60)}"


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1000


KEPT_WITHIN_US = 5_000
"""How far the file may be off what was agreed: it is written every two minutes at most, at the worst crystals."""


class ServerClock:
    """Reads server time. `epoch_file` holds the shared offset; the first process of a boot writes it."""

    def __init__(self, epoch_file: Path) -> None:
        self._file = epoch_file
        self._offset_us = self._shared_offset_us()
        self._agreed: Reading | None = None

    def now_us(self) -> int:
        if self._agreed is not None:
            return self._agreed.common_at(_monotonic_us())
        return _monotonic_us() + self._offset_us

    def follow(self, agreed: Reading) -> None:
        """Read the common clock from now on; `agreed` has the host's side by `host_us`. The file follows roughly, for a
        process that starts while nobody can be asked."""
        self._agreed = agreed
        offset_us = agreed.common_at(agreed.at_us) - agreed.at_us
        if abs(offset_us - self._offset_us) > KEPT_WITHIN_US:
            self._offset_us = offset_us
            self._draft(offset_us).replace(self._file)

    def put_forward(self, by_us: int) -> None:
        """For this process, and for those that start after it in this boot."""
        self._offset_us += by_us
        draft = self._draft(self._offset_us)
        draft.replace(self._file)

    def _shared_offset_us(self) -> int:
        epoch_file, boot_id = self._file, _boot_id()
        offset_us = time.time_ns() // 1000 - _monotonic_us()
        draft = self._draft(offset_us)
        try:
            for _ in range(2):
                try:
                    os.link(draft, epoch_file)  # fails if another process was first: then its offset counts
                    return offset_us
                except FileExistsError:
                    held = _read(epoch_file)
                    if held is not None and held["boot_id"] == boot_id:
                        return int(held["offset_us"])
                    epoch_file.unlink(missing_ok=True)  # of an earlier boot
            held = _read(epoch_file)
            return int(held["offset_us"]) if held else offset_us
        finally:
            draft.unlink(missing_ok=True)

    def _draft(self, offset_us: int) -> Path:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        draft.write_text(json.dumps({"boot_id": _boot_id(), "offset_us": offset_us}))
        return draft


def _read(epoch_file: Path) -> dict | None:
    try:
        held = json.loads(epoch_file.read_text())
        return held if {"boot_id", "offset_us"} <= held.keys() else None
    except (OSError, ValueError, AttributeError):
        return None


_clock: ServerClock | None = None


def configure(epoch_file: Path) -> None:
    """Called once by the site's start-up (`playback.apps`)."""
    global _clock
    _clock = ServerClock(epoch_file)


PLANNED_US = 10_000_000
"""How far ahead of its time an instant may be written: a change takes effect up to `lead.MAX_LEAD_MS` later."""


def never_before(latest_us: int) -> int:
    """Server time goes on from `latest_us`, the latest instant that is known to have been, if it is behind by more than
    PLANNED_US. Returns by how much it was put forward, in microseconds."""
    assert _clock is not None, "playback.clock.configure() has not run"
    behind_us = latest_us - _clock.now_us()
    if behind_us <= PLANNED_US:
        return 0
    _clock.put_forward(behind_us)
    return behind_us


def host_us() -> int:
    """This host's own clock, which nobody steps: for measuring the distance to another one. Not server time."""
    return _monotonic_us()


def asleep_us() -> int:
    """How long this host was suspended since its boot, during which `host_us` stood still; 0 where that is unknown."""
    if not hasattr(time, "CLOCK_BOOTTIME"):  # not Linux
        return 0
    return (time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)) // 1000


def follow(agreed: Reading) -> None:
    """Server time is what the processes agreed on."""
    assert _clock is not None, "playback.clock.configure() has not run"
    _clock.follow(agreed)


def now_us() -> int:
    """Server time in microseconds since the epoch."""
    assert _clock is not None, "playback.clock.configure() has not run"
    return _clock.now_us()
