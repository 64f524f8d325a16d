"""The acoustic rig: browsers with a window, each with a speaker and, if wanted, a bad network and a bad sound card."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.acoustic.bare_chromium import BareChromium
from tests.acoustic.firefox import Firefox
from tests.acoustic.netproxy import PROFILES
from tests.acoustic.recording import Recording
from tests.acoustic.sound_cards import Device, SoundCards
from tests.acoustic.speakers import MAY_HAVE_PRIORITY, Speakers
from tests.acoustic.webkit import WebKit
from tests.browsers import ANY_TIME_SOUND, Launch, launch
from tests.serving import ROOT, free_port
from tests.waiting import until

_WINDOW = (1000, 800)
_START_DEADLINE_S = 15
_LEADS_KEPT_S = 20
"""The recorder's clock runs some 100 ppm off the computer's: in that time 2 ms."""
_AUDIO_FIRST = ("--utility-cmd-prefix=chrt --rr 3",)
"""As for the speakers: the thread of the browser that feeds them has to have its turn in time. On a listener's own
machine it has; where two browsers, the site and the rig share two cores it was seen to wait 90 ms."""


class Window(Protocol):
    """What every browser can do: a part of Playwright's page."""

    def goto(self, url: str) -> object: ...
    def fill(self, selector: str, value: str) -> None: ...
    def click(self, selector: str) -> None: ...
    def evaluate(self, function: str) -> Any: ...


AnyWindow = TypeVar("AnyWindow", bound=Window)


class Listener(Generic[AnyWindow]):
    """A browser in front of a speaker. `url` leads to the site, through the listener's network."""

    def __init__(self, name: str, page: AnyWindow, url: str, network: subprocess.Popen[bytes] | None) -> None:
        self.name = name
        self.page = page
        self.url = url
        self._network = network

    def status(self) -> dict[str, Any]:
        """The player's numbers. (A function, as the site's security policy lets Playwright evaluate an expression only
        once.)"""
        return dict(self.page.evaluate("() => window.synchro.status()"))

    def cut(self) -> None:
        """Break every connection of this listener."""
        self._signal(signal.SIGUSR1)

    def freeze(self) -> None:
        """Let nothing through for some seconds (`netproxy.FREEZE_S`)."""
        self._signal(signal.SIGUSR2)

    def _signal(self, number: signal.Signals) -> None:
        assert self._network is not None, f"{self.name} has no network of its own"
        self._network.send_signal(number)


class Rig:
    """Speakers that are recorded from entry to exit, and browsers to sound from them."""

    def __init__(self, names: Sequence[str], devices: Mapping[str, Device] | None = None) -> None:
        """The speakers share one device, or have each the one of its name."""
        self._names = names
        self._devices = devices
        self._stack = ExitStack()
        self._leads: list[tuple[float, float]] = []

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            # a short path of its own: the address of PulseAudio's socket holds at most 107 bytes
            self._folder = Path(starting.enter_context(tempfile.TemporaryDirectory(prefix="synchro-rig-")))
            self.speakers: Speakers = starting.enter_context(
                SoundCards(self._folder, self._devices) if self._devices else Speakers(self._folder, self._names)
            )
            self._display = starting.enter_context(_Display(windows=len(self._names)))
            self._playwright: Playwright = starting.enter_context(sync_playwright())
            self._stack = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def heard(self) -> Recording:
        """What the speakers sounded so far."""
        return Recording.of(self.speakers)

    def now_s(self) -> float:
        """This moment's place in the recording, within some hundredths of a second. The recording grows in blocks: its
        largest lead over the clock that was seen lately is of a block just written."""
        clock_s = time.monotonic()
        self._leads = [(at_s, lead_s) for at_s, lead_s in self._leads if at_s > clock_s - _LEADS_KEPT_S]
        self._leads.append((clock_s, self.speakers.recorded_s() - clock_s))
        return self.place_s(clock_s)

    def place_s(self, clock_s: float) -> float:
        """The same of an instant on the monotonic clock, as the latest looks at the recording have it."""
        return clock_s + max(lead_s for _, lead_s in self._leads)

    def listen(self, duration_s: float) -> tuple[float, float]:
        """Let that much more be recorded; its place in the recording, from and to."""
        start_s = self.now_s()
        until(
            lambda: self.now_s() and self.speakers.recorded_s() >= start_s + duration_s,
            duration_s + _START_DEADLINE_S, "the recording goes on",
        )  # fmt: skip
        return start_s, start_s + duration_s

    def listener(self, name: str, port: int, *, network: str = "") -> Listener[Page]:
        """Open Chromium before speaker `name` for the site at `port`, behind the network profile, if one is named."""
        browser = launch(self._playwright, self._launch_of(name))
        self._stack.callback(browser.close)
        page = browser.new_page(no_viewport=True, locale="en-GB")
        return self._listener(name, page, port, network)

    def bare_chromium(self, name: str, url: str) -> BareChromium:
        """Open `url` in Chromium before speaker `name`, so that its page can be hidden: Playwright's never are."""
        return self._stack.enter_context(BareChromium(self._folder_of(name), url, self._launch_of(name)))

    def firefox(self, name: str, port: int, *, network: str = "") -> Listener[Firefox]:
        """The same with Firefox, which lets a page sound only after a press."""
        window = self._stack.enter_context(Firefox(self._folder_of(name), self._environment_of(name), _WINDOW))
        return self._listener(name, window, port, network)

    def webkit(self, name: str, port: int, *, network: str = "") -> Listener[WebKit]:
        """The same with WebKitGTK, which lets a page sound only after a press."""
        window = self._stack.enter_context(WebKit(self._folder_of(name), self._environment_of(name), _WINDOW))
        return self._listener(name, window, port, network)

    def _listener(self, name: str, page: AnyWindow, port: int, network: str) -> Listener[AnyWindow]:
        proxy = self._stack.enter_context(_Network(port, network)) if network else None
        url = f"http://127.0.0.1:{proxy.port if proxy else port}"
        return Listener(name, page, url, proxy.process if proxy else None)

    def _launch_of(self, name: str) -> Launch:
        return Launch(
            window=True,
            arguments=(
                ANY_TIME_SOUND,
                *(_AUDIO_FIRST if MAY_HAVE_PRIORITY else ()),
                f"--window-position={self._names.index(name) * _WINDOW[0]},0",
                f"--window-size={_WINDOW[0]},{_WINDOW[1]}",
            ),
            environment=self._environment_of(name),
        )

    def _folder_of(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    def _environment_of(self, name: str) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self._display.name, **self.speakers.environment_of(name)}


class _Display:
    """A screen that nobody sees, wide enough for the windows to stand side by side."""

    def __init__(self, windows: int) -> None:
        self.name = ""
        self._size = f"{_WINDOW[0] * windows}x{_WINDOW[1]}x24"

    def __enter__(self) -> Self:
        read_end, write_end = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", self._size, "-nolisten", "tcp"],
            pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write_end)
        with os.fdopen(read_end) as said:
            number = said.readline().strip()
        assert number, "Xvfb did not start"
        self.name = f":{number}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


class _Network:
    """A `netproxy` process in front of `target_port`."""

    def __init__(self, target_port: int, profile: str) -> None:
        assert profile in PROFILES, profile
        self.port = free_port()
        self._command = [sys.executable, "-m", "tests.acoustic.netproxy", str(self.port), str(target_port), profile]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(self._command, cwd=ROOT)
        until(self._listens, _START_DEADLINE_S, "the network proxy listens")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
