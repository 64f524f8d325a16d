"""Which lane a test runs in, and in which order tests share the processor: a pytest plugin of tests/conftest.py.

    unit      what is in no other lane: no server, no browser, no ffmpeg. `make check` runs only these
    ingest    tests/library/ingest: files become tracks, by ffmpeg
    server    tests/server, tests/access, tests/processes, and what is marked so elsewhere: a served site
    browser   tests/e2e: a browser that looks at one
    alone     tests/acoustic: sound is heard and time is measured, so nothing else runs meanwhile

Under xdist each file runs in one worker. The files of the lane `alone` wait until the other workers have ended.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests import serving

FOLDERS = {
    "tests/library/ingest/": "ingest",
    "tests/server/": "server",
    "tests/access/": "server",
    "tests/processes/": "server",
    "tests/e2e/": "browser",
    "tests/acoustic/": "alone",
}

ON_BOTH_DATABASES = (
    "tests/database/test_races.py",
    "tests/rooms/test_lifecycle.py", "tests/rooms/test_queue.py", "tests/rooms/test_transport.py",
    "tests/rooms/test_api.py", "tests/rooms/test_pages.py", "tests/rooms/test_demo_room.py",
    "tests/library/test_admin.py", "tests/library/test_api.py", "tests/library/test_library_page.py",
    "tests/library/test_quota.py", "tests/library/resumable/test_who_and_how_much.py",
    "tests/library/ingest/test_queue.py",
    "tests/accounts/test_first_administrator.py", "tests/accounts/test_pages.py", "tests/accounts/test_tokens.py",
)  # fmt: skip
"""What runs a second time, on PostgreSQL (tests/postgresql.py): files that between them send most kinds of query, each
once or twice. Those that send the same ones for another reason (who may do what, how often) stay with SQLite: all of
them would take five minutes, these take half of one."""


def lane_of(path: str) -> str:
    """Of a file, as a node id names it."""
    return next((lane for folder, lane in FOLDERS.items() if path.startswith(folder)), "unit")


def pytest_itemcollected(item: pytest.Item) -> None:
    lane = lane_of(item.nodeid)
    if lane != "unit" or not item.get_closest_marker("server"):
        item.add_marker(lane)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A unit test that starts a site fails: the quick loop would not be quick for long."""
    serving.allowed = item.get_closest_marker("unit") is None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: lane_of(item.nodeid) == "alone")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "Lanes":
    return Lanes(config, log)


class Lanes(LoadFileScheduling):
    """Hands out files. First one of the browser lane, so that the shared site is being made while the other workers do
    what needs none; then lane by lane, and within a lane large files first."""

    def _assign_work_unit(self, node: Any) -> None:
        self._reschedule(node)

    def _reschedule(self, node: Any) -> None:
        # a worker begins a test once it knows the next one, or that there is none
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) <= 2:
            if not self.workqueue:
                node.shutdown()
            elif not self._hand_out(node):
                return

    def _hand_out(self, node: Any) -> bool:
        """The next file to `node`; False if it has to wait for the end of another worker."""
        scope = min(self.workqueue, key=self._rank)
        others = [other for other in self.nodes if other is not node]
        if lane_of(scope) == "alone" and others:
            if not all(other.shutting_down for other in others):
                node.shutdown()  # it does what it has; another one stays
            return False
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)
        return True

    def remove_node(self, node: Any) -> str | None:
        """Of a worker that has ended. If it died, the test that killed it is not tried again; others do the rest."""
        work = self.assigned_work.pop(node)
        undone = {scope: [test for test, done in unit.items() if not done] for scope, unit in work.items()}
        killer = next((test for tests in undone.values() for test in tests), None)
        for scope, tests in undone.items():
            if left := {test: False for test in tests if test != killer}:
                self.workqueue[scope] = left
        for other in self.nodes:
            self._reschedule(other)
        return killer

    def _rank(self, scope: str) -> tuple[int, int]:
        order = ("ingest", "unit", "server", "browser", "alone")
        lane, size = lane_of(scope), len(self.workqueue[scope])
        if lane == "browser" and not self._one_browses():
            return -1, -size
        return order.index(lane), -size

    def _one_browses(self) -> bool:
        return any(lane_of(scope) == "browser" for work in self.assigned_work.values() for scope in work)
