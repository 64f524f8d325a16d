"""Runs a program on a file that a stranger sent, within limits on time, memory and output.

The limits are set by a launcher of a few lines (`fenced_exec.py`) that then becomes the program: `preexec_fn` may
dead-lock in a process that has threads. No shell is involved, standard input is closed unless it is asked for, and the
program does not outlive this process.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from library.ingest.limits import MAX_REPORT_BYTES, Limits

_LAUNCHER = Path(__file__).with_name("fenced_exec.py")
_READ_BYTES = 16 * 1024
_PIPE_BYTES = 1 << 20
"""Five seconds of PCM: a program that makes several things at once need not wait for its reader."""

_ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # glibc reserves 64 MB of address space per thread otherwise, which the limit counts
}


class FencedProcess:
    """A running program. Leaving the `with` block ends it and everything it started, whatever happened.

    It reads what `source` writes, or with `takes_input` what is written to `input`, or nothing. `returncode` as in
    subprocess; `timed_out` says that the wall clock's limit killed it.
    """

    def __init__(
        self,
        arguments: list[str],
        limits: Limits,
        *,
        folder: Path | None = None,
        source: "FencedProcess | None" = None,
        takes_input: bool = False,
    ) -> None:
        self.timed_out = False
        self._report: deque[bytes] = deque(maxlen=MAX_REPORT_BYTES // _READ_BYTES)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(_LAUNCHER)),
                *map(str, (os.getpid(), limits.cpu_s, limits.memory_bytes, limits.file_bytes)),
                *arguments,
            ],
            stdin=source.output if source else subprocess.PIPE if takes_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT,
            cwd=folder,
            start_new_session=True,
            pipesize=_PIPE_BYTES,
        )
        if source:
            source.output.close()  # so that it notices when its reader is gone
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._timer = threading.Timer(limits.wall_s, self._time_out)
        self._timer.daemon = True
        self._timer.start()

    @property
    def input(self) -> BinaryIO:
        assert self._process.stdin is not None
        return self._process.stdin  # type: ignore[return-value]

    def end_input(self) -> None:
        with suppress(BrokenPipeError):  # its status says why it is gone
            self.input.close()

    @property
    def output(self) -> BinaryIO:
        assert self._process.stdout is not None
        return self._process.stdout  # type: ignore[return-value]

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> int:
        """The exit status, once the program has ended and everything it said has been read."""
        status = self._process.wait()
        self._listener.join()
        return status

    @property
    def report(self) -> str:
        """The end of what it wrote to standard error."""
        return b"".join(self._report).decode(errors="replace")

    def _listen(self) -> None:
        assert self._process.stderr is not None
        descriptor = self._process.stderr.fileno()
        while block := os.read(descriptor, _READ_BYTES):
            if self._report and len(self._report[-1]) + len(block) <= _READ_BYTES:
                self._report[-1] += block
            else:
                self._report.append(block)

    def _time_out(self) -> None:
        self.timed_out = True
        self._kill()

    def _kill(self) -> None:
        if self._process.poll() is None:  # until it is waited for, its id cannot be somebody else's
            os.killpg(self._process.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self._kill()
        self.wait()
        if self._process.stdin is not None:
            self.end_input()
        self.output.close()
        assert self._process.stderr is not None
        self._process.stderr.close()
