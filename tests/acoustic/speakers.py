"""Loudspeakers for browsers: a private PulseAudio server with one mono sink a speaker, and a recording of them all.

All speakers are channels of one null sink, so they share one device clock, and the recording holds them sample by
sample: a lag between two channels is a lag between what two browsers sounded, and nothing else.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.waiting import until

RATE_HZ = 48_000
SAMPLE_BYTES = 2  # s16le

_PLACES = ("front-left", "front-right", "rear-left", "rear-right", "front-center", "lfe", "side-left", "side-right")
MAX_SPEAKERS = len(_PLACES)
"""PulseAudio's channel map has no more places with names of their own that a browser's mono stream is not spread to."""

_RECORDER_LATENCY_MS = 200
"""Left to itself parec takes blocks of two seconds, and the file's length says little about now. A recorder in a hurry,
on the other hand, makes the sink hurry: at 20 ms the browsers' own 85 ms of buffer are of no use to them."""

_START_DEADLINE_S = 15
_STOP_DEADLINE_S = 5

_PRIORITY = 4
"""Below that of the thread that makes the sound (5)."""

MAY_HAVE_PRIORITY = os.geteuid() == 0
"""Only root may give it. Without, the rig works, and hears more of what a busy machine does to it."""

_DAEMON_SETTINGS = f"""\
default-sample-rate = {RATE_HZ}
alternate-sample-rate = {RATE_HZ}
high-priority = yes
nice-level = -11
realtime-scheduling = yes
"""


class Speakers:
    """The named speakers, sounding and being recorded from entry to exit."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        if not 1 <= len(names) <= MAX_SPEAKERS:
            raise ValueError(f"1 to {MAX_SPEAKERS} speakers, not {len(names)}")
        self.names = tuple(names)
        self.recording_file = folder / "recording.s16"
        self._folder = folder
        self._run = folder / "run"
        self._server: subprocess.Popen[bytes] | None = None
        self._recorder: subprocess.Popen[bytes] | None = None

    @property
    def _address(self) -> str:
        return f"unix:{self._run}/pulse/native"

    @property
    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "XDG_RUNTIME_DIR": str(self._run),
            "HOME": str(self._folder),
            "PULSE_SERVER": self._address,
            "PULSE_CONFIG": str(self._folder / "daemon.conf"),
        }

    def environment_of(self, name: str) -> Mapping[str, str]:
        """What makes a browser sound from this speaker."""
        return {"PULSE_SERVER": self._address, "PULSE_SINK": self.names[self.names.index(name)]}

    def __enter__(self) -> Self:
        self._run.mkdir(parents=True, mode=0o700)
        (self._folder / "daemon.conf").write_text(_DAEMON_SETTINGS)
        try:
            self._start_server()
            self._connect_speakers()
            self._start_recorder()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def recorded_s(self) -> float:
        """The length of the recording so far: where in it this moment stands, within some hundredths of a second."""
        return self.recording_file.stat().st_size / (RATE_HZ * SAMPLE_BYTES * len(self.names))

    def _start_server(self) -> None:
        with (self._folder / "pulse.log").open("wb") as log:
            self._server = subprocess.Popen(
                ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit=1",
                 "-L", "module-native-protocol-unix auth-anonymous=1"],
                env=self._environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(
            lambda: subprocess.run(["pactl", "info"], env=self._environment, capture_output=True).returncode == 0,
            _START_DEADLINE_S,
            "PulseAudio answers",
        )
        if MAY_HAVE_PRIORITY:
            _run_at_once(self._server.pid)  # not before: at its start it gives up any such right

    def _connect_speakers(self) -> None:
        places = self._places()
        self._load(
            "module-null-sink", "sink_name=room", f"rate={RATE_HZ}", f"channels={len(places)}",
            f"channel_map={','.join(places)}",
        )  # fmt: skip
        for name, place in zip(self.names, places, strict=True):
            self._load(
                "module-remap-sink", f"sink_name={name}", "master=room", "channels=1", "channel_map=mono",
                f"master_channel_map={place}", "remix=no",
            )  # fmt: skip

    def _record(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            ["parec", "--device=room.monitor", "--raw", f"--rate={RATE_HZ}", f"--channels={len(self.names)}",
             f"--channel-map={','.join(self._places())}", "--format=s16le", f"--latency-msec={_RECORDER_LATENCY_MS}",
             str(self.recording_file)],
            env=self._environment,
        )  # fmt: skip

    def _start_recorder(self) -> None:
        self._recorder = self._record()
        until(lambda: self.recording_file.exists() and self.recorded_s() > 0, _START_DEADLINE_S, "the recording begins")

    def _places(self) -> Sequence[str]:
        return _PLACES[: len(self.names)] if len(self.names) > 1 else ("mono",)

    def _load(self, *module: str) -> None:
        subprocess.run(["pactl", "load-module", *module], env=self._environment, check=True, capture_output=True)

    def _end(self) -> None:
        for process in (self._recorder, self._server):
            if process is not None:
                process.terminate()
                process.wait(_STOP_DEADLINE_S)
        self._recorder = self._server = None


def _run_at_once(pid: int) -> None:
    """A loudspeaker does not wait for a processor. Here browsers, site and speakers share two, and the thread by which
    PulseAudio hands out sound was seen to wait 30 ms for its turn."""
    os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(_PRIORITY))
