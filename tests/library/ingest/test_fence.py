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
from library.ingest.joins import Piece
from library.ingest.limits import Limits
from tests.waiting import until

ROOMY = Limits(wall_s=60, cpu_s=30, memory_bytes=1 << 30, file_bytes=1 << 20)


def run(code: str, limit: Limits = ROOMY, folder: Path | None = None) -> tuple[int, bytes, FencedProcess]:
    with FencedProcess([sys.executable, "-c", code], limit, folder=folder) as process:
        output = process.output.read()
        return process.wait(), output, process


def changed(**values: float) -> Limits:
    return Limits(**{**{name: getattr(ROOMY, name) for name in Limits.__slots__}, **values})


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


def test_it_reads_what_another_one_writes() -> None:
    with (
        FencedProcess([sys.executable, "-c", "print('a' * 3_000_000)"], ROOMY) as writer,
        FencedProcess([sys.executable, "-c", "print(len(input()))"], ROOMY, source=writer) as reader,
    ):
        assert reader.output.read() == b"3000000\n"
        assert (reader.wait(), writer.wait()) == (0, 0)


def test_who_writes_to_one_that_is_gone_is_told() -> None:
    """It does not wait for ever with a full pipe in its hands."""
    with (
        FencedProcess([sys.executable, "-c", "print('a' * 9_000_000)"], ROOMY) as writer,
        FencedProcess([sys.executable, "-c", "pass"], ROOMY, source=writer) as reader,
    ):
        assert reader.wait() == 0
        assert writer.wait() != 0
        assert "Broken pipe" in writer.report


def test_what_is_written_to_its_input_is_read_to_the_end() -> None:
    code = "import sys; print(len(sys.stdin.read()))"
    with FencedProcess([sys.executable, "-c", code], ROOMY, takes_input=True) as process:
        process.input.write(b"a" * 3_000_000)
        process.end_input()
        assert (process.output.read(), process.wait()) == (b"3000000\n", 0)


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


@pytest.mark.parametrize("end", [None, 100])
@pytest.mark.parametrize(
    "name", ["-version", "a;touch x", "$(touch x)", "%d.mp3", "pipe:0", "concat:a|b", "http://a/b", "a,,b,,:c", ",,:"]
)
def test_a_file_name_is_only_a_file_name(name: str, end: int | None, tmp_path: Path) -> None:
    call = ffmpeg.reading(Piece(Path(name), 0, end).url)
    with FencedProcess(call, limits.PROBE, folder=tmp_path) as process:
        process.output.read()
        assert process.wait() != 0
        assert "No such file" in process.report
    assert list(tmp_path.iterdir()) == []


def test_transcoding_may_take_as_long_as_the_track_needs_and_no_longer() -> None:
    large = 1 << 30
    assert limits.transcode(240, large).wall_s == 300 + 960
    assert limits.transcode(None, large) == limits.transcode(limits.MAX_TRACK_S, large) == limits.transcode(1e9, large)
    assert limits.transcode(240, large).file_bytes > 240 * limits.BYTES_PER_S
    assert limits.transcode(None, 0) == limits.transcode(1e9, 0) == limits.transcode(limits.FREE_S, large)
