"""Sets limits on itself and becomes another program. Run by `fence.py` as a bare script; imports nothing of Synchro.

Arguments: the parent's process id, CPU seconds, bytes of address space, bytes of the largest file, then the program.
"""

import ctypes
import os
import resource
import signal
import sys

_NICENESS = 10
"""Sound that plays now goes before sound that is to be played."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _die_with(parent: int) -> None:
    """A worker that is killed outright cannot end its children; the kernel does it. (Elsewhere than on Linux they end
    at their next write into the closed pipe.)"""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:  # it was gone before the kernel was told
        os._exit(1)


def main() -> None:
    parent, cpu_s, memory_bytes, file_bytes = map(int, sys.argv[1:5])
    _die_with(parent)
    os.nice(_NICENESS)
    for limit, value in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    os.execvp(sys.argv[5], sys.argv[5:])


if __name__ == "__main__":
    main()
