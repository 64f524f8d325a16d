"""Installs what a requirements file locks, and says what it is at: `python deploy/install_packages.py FILE`.

pip is silent for half a minute while it unpacks, and prints three lines a package before. Whoever starts Synchro for
the first time sees a count instead, on one line at a terminal.
"""

import re
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path

PIP = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")
EXACTLY = ("--require-hashes", "--requirement")

TELL_EVERY_S = 2.0


class Progress:
    """What pip is at, as told by its lines and by what lies in the environment."""

    def __init__(self, unpacked: Callable[[], int]) -> None:
        self._unpacked = unpacked
        self._before = unpacked()
        self._fetched = 0
        self._newest = ""
        self._to_unpack = 0

    def hear(self, line: str) -> None:
        if found := re.match(r"(?:Collecting|Processing) (?:\S*/)?([A-Za-z0-9._]+(?:-[A-Za-z_]\w*)*)", line):
            self._fetched += 1
            self._newest = found[1]
        elif line.startswith("Installing collected packages: "):
            self._to_unpack = line.count(",") + 1

    @property
    def words(self) -> str:
        if self._to_unpack:
            return f"unpacking: {max(0, self._unpacked() - self._before)} of {self._to_unpack} packages"
        if self._fetched:
            return f"fetching: {self._newest} ({self._fetched} so far)"
        return "looking what is there already"


def main(requirements: str) -> int:
    packages = Path(sysconfig.get_path("purelib"))
    progress = Progress(lambda: len(list(packages.glob("*.dist-info"))))
    pip = subprocess.Popen([sys.executable, *PIP, *EXACTLY, requirements], stdout=subprocess.PIPE, text=True)
    ended = threading.Event()
    teller = threading.Thread(target=_tell, args=(progress, ended))
    teller.start()
    assert pip.stdout is not None
    for line in pip.stdout:
        progress.hear(line.strip())
    status = pip.wait()
    ended.set()
    teller.join()
    return status


def _tell(progress: Progress, ended: threading.Event) -> None:
    start, end = ("\r\x1b[K", "") if sys.stdout.isatty() else ("", "\n")  # over the line before, where there is one
    while not ended.wait(TELL_EVERY_S):
        print(f"{start}  {progress.words}", end=end, flush=True)
    print(start, end="", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
