"""Chromium that nobody watches, for what Playwright would change.

Playwright's inspector keeps the body of whatever the page fetches, in the page's own process: 3 MB a minute while music
plays. And it keeps every page visible. This one is driven over the DevTools protocol without it.
"""

import json
import subprocess
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.acoustic.processes import Process
from tests.browsers import ANY_TIME_SOUND, CHROMIUM, NO_ERRANDS, Launch
from tests.waiting import until

_DEADLINE_S = 30
_UNSEEN = Launch(arguments=("--headless", "--mute-audio", ANY_TIME_SOUND))


class _DevTools:
    """A socket of the protocol: to the browser, to a page, and by a session to what that page has attached."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)
        self.events: list[dict[str, Any]] = []
        """What was told without being asked for."""

    def send(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        answer = self.ask(method, session, **parameters)
        assert "error" not in answer, f"{method}: {answer}"
        return dict(answer["result"])

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        to = {"sessionId": session} if session else {}
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters, **to}))
        while (told := json.loads(self._socket.recv(_DEADLINE_S))).get("id") != number:
            self.events.append(told)
        return dict(told)


class BareChromium:
    """One page; if nothing else is said, without a window, and its sound goes nowhere."""

    def __init__(self, profile: Path, url: str, how: Launch = _UNSEEN) -> None:
        self._profile = profile
        self._url = url
        self._how = how

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._process = subprocess.Popen(
                [CHROMIUM, *NO_ERRANDS, *self._how.arguments,
                 "--remote-debugging-port=0", f"--user-data-dir={self._profile}", self._url],
                env=dict(self._how.environment) or None, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            starting.callback(self._end)
            port = until(self._port, _DEADLINE_S, "Chromium listens")
            told = f"http://127.0.0.1:{port}/json"
            page = until(lambda: self._page(told), _DEADLINE_S, "the page opens")
            browser = httpx.get(f"{told}/version").json()["webSocketDebuggerUrl"]
            self._tab, self._browser = (
                _DevTools(starting.enter_context(connect(url, max_size=None, proxy=None))) for url in (page, browser)
            )
            until(self._can_evaluate, _DEADLINE_S, "the page can be asked")
            self._stack = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def evaluate(self, expression: str) -> Any:
        """As far as JSON can say it."""
        answer = self._tab.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def hide(self) -> None:
        """Bring another tab before it."""
        other = self._browser.send("Target.createTarget", url="about:blank")
        self._browser.send("Target.activateTarget", **other)
        until(lambda: self.evaluate("document.hidden"), _DEADLINE_S, "the page is hidden")

    def page_mb(self) -> float:
        """What the page and its workers hold in memory, their garbage collected."""
        self._collect_garbage()
        processes = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        # a second renderer is kept ready, and does nothing
        page = max((each for each in processes if each["type"] == "renderer"), key=lambda each: each["cpuTime"])
        return Process(page["id"]).own_mb()

    def _collect_garbage(self) -> None:
        """A worker's, too: Chromium lets it lie until it is 8 MB, which takes the room's worker two hours."""
        self._tab.events.clear()
        self._tab.send("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True)
        attached = [each["params"] for each in self._tab.events if each["method"] == "Target.attachedToTarget"]
        for session in ("", *(each["sessionId"] for each in attached)):
            self._tab.send("HeapProfiler.collectGarbage", session)
        self._tab.send("Target.setAutoAttach", autoAttach=False, waitForDebuggerOnStart=False)

    def _can_evaluate(self) -> bool:
        """Not while the first page makes way: the new one's address is known before its scripts have a place."""
        return "error" not in self._tab.ask("Runtime.evaluate", expression="0")

    def _port(self) -> str | None:
        assert self._process.poll() is None, "Chromium ended at its start"
        said = self._profile / "DevToolsActivePort"
        return said.read_text().splitlines()[0] if said.exists() and said.read_text() else None

    def _page(self, told: str) -> str | None:
        targets = httpx.get(f"{told}/list").json()
        return next((each["webSocketDebuggerUrl"] for each in targets if each["url"] == self._url), None)

    def _end(self) -> None:
        """Its helpers, which hold the pipe too, write into the profile until they are gone."""
        self._process.terminate()
        self._process.communicate(timeout=_DEADLINE_S)
