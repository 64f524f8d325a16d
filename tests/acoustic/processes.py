"""A browser's own processes: what the page costs, and how its sound is made to stumble."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_AUDIO = b"audio.mojom.AudioService"


@dataclass(frozen=True)
class Process:
    pid: int

    def cpu_s(self) -> float:
        """Processor time used so far, by all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def own_mb(self) -> float:
        """What it holds in memory itself; the browser's program, 130 MB, aside."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) * 1024 / 1e6

    def stall(self, duration_s: float) -> None:
        """Let it stand still, as where the machine has no time for it."""
        os.kill(self.pid, signal.SIGSTOP)
        time.sleep(duration_s)
        os.kill(self.pid, signal.SIGCONT)


def page_process(page: Page) -> Process:
    """Where the page's scripts run and its sound is mixed. Its browser shows no other page."""
    return max((p for p in _processes(page) if b"--type=renderer" in _command(p.pid)), key=Process.cpu_s)


def audio_process(page: Page) -> Process:
    """Where the browser feeds the sound card."""
    return next(p for p in _processes(page) if _AUDIO in _command(p.pid))


def _processes(page: Page) -> list[Process]:
    assert page.context.browser is not None
    session = page.context.browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return [Process(each["id"]) for each in found]


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
