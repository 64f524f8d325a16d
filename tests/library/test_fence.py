"""The fence around programs that read strangers' files."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from library.ingest import ffmpeg, limits
from library.ingest.fence import FencedProcess
from library.ingest.limits import Limits
from tests.waiting import until

ROOMY = Limits(wall_s=60, cpu_s=30, memory_bytes=1 << 30, file_bytes=1 << 20)


def run(code: str, limit: Limits = ROOMY, folder: Path | None = None) -> tuple[int, bytes, FencedProcess]:
    with FencedProcess([sys.executable, "-c", code], limit, folder=folder) as process:
        output = process.output.read()
        return process.wait(), output, process


def changed(**values: float) -> Limits:
    return Limits(**{**{name: getattr(ROOMY, name) for name in Limits.__slots__}, **values})  # type: ignore[arg-type]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_output_report_and_status_come_back() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    status, output, process = run(code)
    assert (status, output, process.report, process.timed_out) == (3, b"out\n", "err\n", False)


def test_standard_input_is_closed() -> None:
    assert run("import sys; print(repr(sys.stdin.read()))")[1] == b"''\n"


def test_secrets_of_the_environment_stay_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCHRO_SECRET_KEY", "secret")
    assert b"secret" not in run("import os; print(os.environ)")[1]


def test_wall_clock_limit_ends_it() -> None:
    status, _, process = run("import time; time.sleep(600)", changed(wall_s=0.3))
    assert (status, process.timed_out) == (-signal.SIGKILL, True)


def test_processor_time_limit_ends_it() -> None:
    assert run("while True: pass", changed(cpu_s=1))[0] in (-signal.SIGXCPU, -signal.SIGKILL)


def test_memory_limit_holds() -> None:
    status, _, process = run("bytearray(800_000_000)", changed(memory_bytes=500_000_000))
    assert status == 1
    assert "MemoryError" in process.report


def test_file_size_limit_holds(tmp_path: Path) -> None:
    code = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nopen('big', 'wb').write(bytes(3_000_000))"
    assert run(code, folder=tmp_path)[0] == -signal.SIGXFSZ
    assert (tmp_path / "big").stat().st_size <= ROOMY.file_bytes


def test_a_talkative_program_is_heard_out_but_not_remembered() -> None:
    code = "import sys\nfor n in range(100_000): print('error', n, file=sys.stderr)"
    status, _, process = run(code)
    assert status == 0
    assert process.report.endswith("error 99999\n")
    assert len(process.report) <= limits.MAX_REPORT_BYTES


def test_it_gives_way_to_sound_that_plays_now() -> None:
    assert run("import os; print(os.nice(0))")[1] == b"10\n"


def test_leaving_ends_it_and_what_it_started() -> None:
    code = "import subprocess\np = subprocess.Popen(['sleep', '600'])\nprint(p.pid, flush=True)\np.wait()"
    with contextlib.suppress(RuntimeError), FencedProcess([sys.executable, "-c", code], ROOMY) as process:
        grandchild = int(process.output.readline())
        raise RuntimeError("the caller gives up")
    until(lambda: not is_running(grandchild), 10, "the end of the grandchild")
    assert not is_running(process.pid)


def test_it_dies_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c",
         "import sys, time\nfrom library.ingest.fence import FencedProcess\nfrom library.ingest.limits import PROBE\n"
         "with FencedProcess(['sleep', '600'], PROBE) as p:\n print(p.pid, flush=True)\n time.sleep(600)"],
        stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    until(lambda: not is_running(child), 10, "the end of the child")
    parent.stdout.close()


@pytest.mark.parametrize(
    "name", ["-version", "a;touch x", "$(touch x)", "%d.mp3", "pipe:0", "concat:a|b", "http://a/b"]
)
def test_a_file_name_is_only_a_file_name(name: str, tmp_path: Path) -> None:
    call = ffmpeg.reading(Path(name), ffmpeg.executable())
    with FencedProcess(call, limits.PROBE, folder=tmp_path) as process:
        process.output.read()
        assert process.wait() != 0
        assert "No such file" in process.report
    assert list(tmp_path.iterdir()) == []


def test_transcoding_may_take_as_long_as_the_track_needs_and_no_longer() -> None:
    assert limits.transcode(240).wall_s == 300 + 960
    assert limits.transcode(None) == limits.transcode(limits.MAX_TRACK_S) == limits.transcode(1e9)
    assert limits.transcode(240).file_bytes > 240 * limits.BYTES_PER_S
