"""WebKitGTK's own small browser, with a window of its own, driven over WebDriver."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.serving import free_port
from tests.waiting import until

WEBDRIVER = "WebKitWebDriver"
MINI_BROWSER = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), Path("MiniBrowser"))

_START_DEADLINE_S = 30
_LOAD_DEADLINE_S = 30
_STOP_DEADLINE_S = 10
_COMMAND_DEADLINE_S = 60
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what WebDriver calls a reference to an element


class WebKit:
    """One window. It knows as much of Playwright's page as the acoustic tests need of any browser."""

    def __init__(self, folder: Path, environment: Mapping[str, str], size: tuple[int, int]) -> None:
        self._environment = {**environment, "HOME": str(folder)}
        self._size = size
        port = free_port()
        self._command = [WEBDRIVER, f"--port={port}", "--host=127.0.0.1"]
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}/", timeout=_COMMAND_DEADLINE_S, trust_env=False)
        self._session = ""

    def __enter__(self) -> Self:
        self._driver = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            until(self._listens, _START_DEADLINE_S, "WebKitWebDriver listens")
            browser = {
                "binary": str(MINI_BROWSER),
                "args": ["--automation", f"--geometry={self._size[0]}x{self._size[1]}"],
            }
            wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": browser}}}
            self._session = f"session/{self._call('POST', 'session', wanted)['sessionId']}"
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def goto(self, url: str) -> None:
        self._post("url", url=url)
        # of a window's first page it does not wait for the scripts
        there = "() => document.readyState === 'complete' && location.href !== 'about:blank'"
        until(lambda: self.evaluate(there), _LOAD_DEADLINE_S, url)

    def fill(self, selector: str, value: str) -> None:
        self._post(f"element/{self._find(selector)}/value", text=value)

    def click(self, selector: str) -> None:
        """A real press, which lets a page sound."""
        self._post(f"element/{self._find(selector)}/click")

    def evaluate(self, function: str) -> Any:
        """What the page's function returns, as far as JSON can say it."""
        return json.loads(self._post("execute/sync", script=f"return JSON.stringify(({function})() ?? null)", args=[]))

    def _find(self, selector: str) -> str:
        return str(self._post("element", using="css selector", value=selector)[_ELEMENT])

    def _post(self, path: str, **parameters: Any) -> Any:
        return self._call("POST", f"{self._session}/{path}", parameters)

    def _call(self, method: str, path: str, parameters: dict[str, Any] | None = None) -> Any:
        answer = self._http.request(method, path, json=parameters)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()["value"]

    def _listens(self) -> bool:
        assert self._driver.poll() is None, "WebKitWebDriver ended at its start"
        try:
            return self._http.get("status").is_success
        except httpx.TransportError:
            return False

    def _end(self) -> None:
        if self._session:
            self._call("DELETE", self._session)
        self._http.close()
        self._driver.terminate()
        self._driver.wait(_STOP_DEADLINE_S)
