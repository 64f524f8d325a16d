"""Memory that was needed for a moment goes back to the system.

Trap of glibc: a large block has pages of its own, which go back when it is freed, but each freed one raises the size
from which that is so. From then on a room's page or a segment comes from a heap that other blocks keep from shrinking.
A size that is set stays.
"""

import ctypes

_M_MMAP_THRESHOLD = -3  # malloc.h

LARGE_BLOCK_BYTES = 128 * 1024
"""What glibc begins with. 20 sockets that do not read a queue of 200 entries took 11 MB; with this they take 7."""


def return_large_blocks() -> None:
    """In this process alone: a child has its own ways with memory. Nothing happens without glibc."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
