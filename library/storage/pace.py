"""How fast a thread moves a file's bytes while sockets wait for the same processor."""

import os
import time
from collections.abc import Iterable, Iterator
from typing import IO

BYTES_PER_S = 100 * 1024 * 1024
"""A thread that moves bytes as fast as it can leaves the event loop the processor and Python's lock only now and then:
beside an upload of 300 MB a clock ping waited for up to 64 ms. A network of 1 Gbit/s brings little more than this."""

FLUSH_BYTES = 256 * 1024
"""What is written between two flushes. The kernel hands it to the disk in one go, in which nothing else gets its core:
8 MB at once kept pings waiting for 8 ms."""


def give_way(moved_bytes: int) -> None:
    """Wait for as long as so many bytes may take. Not on the event loop."""
    time.sleep(moved_bytes / BYTES_PER_S)


def paced(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        yield block
        give_way(len(block))


def flush(file: IO[bytes]) -> None:
    """What was written is on the disk afterwards."""
    file.flush()
    os.fsync(file.fileno())
