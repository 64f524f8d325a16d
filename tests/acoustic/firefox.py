"""Firefox ESR as Debian ships it, with a window of its own, driven over WebDriver BiDi.

Playwright 1.65 drives Firefox so too, but opens no page without `emulation.setMediaFeaturesOverride`, which ESR 153
does not know yet.
"""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from websockets.sync.client import connect

from tests.waiting import until

FIREFOX = "firefox-esr"

_START_DEADLINE_S = 60
_STOP_DEADLINE_S = 20
_COMMAND_DEADLINE_S = 60

_PREFERENCES: dict[str, bool | int | str] = {
    "browser.aboutwelcome.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "intl.accept_languages": "en-GB, en",
    "intl.locale.requested": "en-US",
}


class Firefox:
    """One window. It knows as much of Playwright's page as the acoustic tests need of any browser."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], size: tuple[int, int],
        preferences: Mapping[str, bool | int | str] | None = None,
    ) -> None:  # fmt: skip
        """`preferences` of about:config, besides those that keep it quiet."""
        self._profile = folder / "profile"
        self._preferences = {**_PREFERENCES, **(preferences or {})}
        self._environment = {**environment, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
        self._arguments = [f"--width={size[0]}", f"--height={size[1]}"]
        self._ids = count(1)

    def __enter__(self) -> Self:
        self._profile.mkdir()
        preferences = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in self._preferences.items()
        )
        (self._profile / "user.js").write_text("\n".join(preferences))
        with ExitStack() as starting:
            self._process = subprocess.Popen(
                [FIREFOX, "--remote-debugging-port=0", "--no-remote", "--profile", self._profile, *self._arguments,
                 "about:blank"],
                env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            starting.callback(self._end)
            port = until(self._port, _START_DEADLINE_S, "Firefox listens")
            self._socket = starting.enter_context(
                connect(f"ws://127.0.0.1:{port}/session", max_size=None, proxy=None, close_timeout=1)
            )
            self._send("session.new", capabilities={})
            self._tab = self._send("browsingContext.getTree")["contexts"][0]["context"]
            self._stack = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def goto(self, url: str) -> None:
        self._send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def fill(self, selector: str, value: str) -> None:
        self.click(selector)
        keys = [{"type": way, "value": key} for key in value for way in ("keyDown", "keyUp")]
        self._perform({"type": "key", "id": "keyboard", "actions": keys})

    def click(self, selector: str) -> None:
        """A real press, which lets a page sound."""
        self.evaluate(f"() => document.querySelector({json.dumps(selector)}).scrollIntoView({{ block: 'center' }})")
        [node] = self._send(
            "browsingContext.locateNodes", context=self._tab, locator={"type": "css", "value": selector}
        )["nodes"]
        middle = {"x": 0, "y": 0, "origin": {"type": "element", "element": {"sharedId": node["sharedId"]}}}
        press = [{"type": way, "button": 0} for way in ("pointerDown", "pointerUp")]
        self._perform({"type": "pointer", "id": "mouse", "actions": [{"type": "pointerMove", **middle}, *press]})

    def evaluate(self, function: str) -> Any:
        """What the page's function returns, as far as JSON can say it."""
        answer = self._send(
            "script.callFunction", functionDeclaration=f"async () => JSON.stringify(await ({function})() ?? null)",
            target={"context": self._tab}, awaitPromise=True,
        )  # fmt: skip
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def _perform(self, source: dict[str, Any]) -> None:
        self._send("input.performActions", context=self._tab, actions=[source])

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(_COMMAND_DEADLINE_S))
            if answer.get("id") == number:
                assert answer["type"] == "success", f"{method}: {answer['error']}: {answer['message']}"
                return dict(answer["result"])

    def _port(self) -> int | None:
        assert self._process.poll() is None, "Firefox ended at its start"
        said = self._profile / "WebDriverBiDiServer.json"
        try:
            return int(json.loads(said.read_text())["ws_port"])
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:  # it waits for a page that hangs
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
