"""How well a player plays along, judged from its readings: a stable code, and plain words in the reader's language.

`static/js/player/heard.js` judges the same on the player's own page, by the same threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rooms.monitor.readings import Reading

HEARD_APART_MS = 10
"""Beyond this a person hears two speakers as two. The same as in static/js/player/heard.js."""

BLUETOOTH_LATENCY_MS = 120
"""Wired outputs and a phone's own speaker stay below; SBC alone makes 100 to 150 ms, whole chains 200 and more. What
they report of it is seldom right to 10 ms, and drifts."""

LOW_BUFFER_S = 4.0
"""One segment: the next fetch that fails is heard."""

SILENT_AFTER_S = 15
"""Three reports did not come."""

LATELY_S = 60
"""How long a stumble is held against a player."""

COARSE_MS = 4
"""A clock that is read in longer steps says so. The same as in static/js/link/clock_step.js."""

LEAST_MS = 0.1
"""No player knows itself better than this."""

Tone = Literal["good", "busy", "bad", "idle"]


class Code(StrEnum):
    NOT_LISTENING = "not_listening"
    SILENT = "silent"
    WAITING = "waiting"
    BUFFERING = "buffering"
    SETTLING = "settling"
    CATCHING_UP = "catching_up"
    BLUETOOTH = "bluetooth"
    BUFFER_LOW = "buffer_low"
    UNSTEADY = "unsteady"
    COARSE_CLOCK = "coarse_clock"
    IN_SYNC = "in_sync"


TONES: dict[Code, Tone] = {
    Code.NOT_LISTENING: "idle",
    Code.SILENT: "bad",
    Code.WAITING: "idle",
    Code.BUFFERING: "busy",
    Code.SETTLING: "busy",
    Code.CATCHING_UP: "busy",
    Code.BLUETOOTH: "busy",
    Code.BUFFER_LOW: "busy",
    Code.UNSTEADY: "busy",
    Code.COARSE_CLOCK: "idle",
    Code.IN_SYNC: "good",
}

WORDS: dict[Code, str | Promise] = {
    Code.NOT_LISTENING: _("Not listening"),
    Code.SILENT: _("No word for %(value)s s"),
    Code.WAITING: _("Ready; nothing plays"),
    Code.BUFFERING: _("Buffering"),
    Code.SETTLING: _("Clock still settling"),
    Code.CATCHING_UP: _("Catching up, %(value)s ms off"),
    Code.BLUETOOTH: _("Bluetooth suspected, %(value)s ms of delay"),
    Code.BUFFER_LOW: _("Buffer low, %(value)s s"),
    Code.UNSTEADY: _("Stumbled within the last minute: %(value)s×"),
    Code.COARSE_CLOCK: _("Its browser reads the clock coarsely: ±%(value)s ms at best"),
    Code.IN_SYNC: _("In sync ±%(value)s ms"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` is the number that the words hold, if any: ms, s or a count, as the code says."""

    code: Code
    value: float | None = None

    @property
    def tone(self) -> Tone:
        return TONES[self.code]

    @property
    def words(self) -> str:
        """In the language that is active."""
        exact = self.code in {Code.IN_SYNC, Code.COARSE_CLOCK, Code.BUFFER_LOW}
        return str(WORDS[self.code]) % {"value": f"{self.value or 0:.{1 if exact else 0}f}"}


def judge(readings: Sequence[Reading], now_us: int) -> Verdict:
    """The verdict on one player: the first thing that keeps it from being in sync, or how well it is."""
    if not readings:
        return Verdict(Code.NOT_LISTENING)
    last = readings[-1]
    report = last.report
    if report.audio == "locked":  # of such a player no more word is due
        return Verdict(Code.NOT_LISTENING)
    silent_s = (now_us - last.at_us) / 1e6
    if silent_s > SILENT_AFTER_S:
        return Verdict(Code.SILENT, silent_s)
    if report.audio in STATES:
        return Verdict(STATES[report.audio])
    step_ms = report.clock_step_ms or 0
    apart_ms = max(HEARD_APART_MS, step_ms)  # of a coarse clock nothing closer is known, however long one waits
    if report.offset_error_ms is None or report.offset_error_ms > apart_ms:
        return Verdict(Code.SETTLING)
    if report.error_ms is None:
        return Verdict(Code.BUFFERING)
    if abs(report.error_ms) > apart_ms:
        return Verdict(Code.CATCHING_UP, abs(report.error_ms))
    if _seems_wireless(report.output_latency_ms, report.output_latency_source):
        return Verdict(Code.BLUETOOTH, report.output_latency_ms)
    if report.buffered_s is not None and report.buffered_s < LOW_BUFFER_S:
        return Verdict(Code.BUFFER_LOW, report.buffered_s)
    if stumbles := _stumbles([r for r in readings if r.at_us >= now_us - LATELY_S * 1_000_000]):
        return Verdict(Code.UNSTEADY, stumbles)
    known_ms = max(LEAST_MS, abs(report.error_ms), report.offset_error_ms)
    if step_ms > COARSE_MS:
        return Verdict(Code.COARSE_CLOCK, max(known_ms, step_ms))
    return Verdict(Code.IN_SYNC, known_ms)


STATES = {"waiting": Code.WAITING, "buffering": Code.BUFFERING}
"""What a player says of itself that needs no number. A muted one plays along like any other."""


def _seems_wireless(latency_ms: float | None, source: str | None) -> bool:
    return (latency_ms or 0) > BLUETOOTH_LATENCY_MS or "bluetooth" in (source or "")


def _stumbles(lately: Sequence[Reading]) -> int:
    """Underruns and jumps that were added within these readings."""
    if not lately:
        return 0
    first, last = lately[0].report, lately[-1].report
    return max(0, last.underruns - first.underruns) + max(0, last.resyncs - first.resyncs)
