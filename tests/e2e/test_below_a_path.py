"""A browser at a site below a path, behind an nginx that takes the path away and knows nothing else."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.rooms import button, holds, listen
from tests.nginx import SOCKETS, Nginx, free_ports
from tests.serving import Site

PATH = "/music/"
INGEST_DEADLINE_MS = 60_000


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("below")
    (port,) = free_ports(1)
    with Site(folder / "site", SYNCHRO_PATH=PATH.rstrip("/")) as site:
        server = f"""server {{ listen 127.0.0.1:{port};
            location {PATH} {{ proxy_pass http://127.0.0.1:{site.port}/; {SOCKETS} proxy_set_header Host $http_host; }}
            location / {{ return 404; }} }}"""
        site.folder.mkdir()
        site.prepare(demo=False)
        site.start()
        with Nginx(folder / "nginx", server):
            yield f"http://127.0.0.1:{port}"


def test_somebody_signs_up_uploads_opens_a_room_and_plays(page: Page, origin: str, tmp_path: Path) -> None:
    outside: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith((f"{origin}{PATH}", "blob:", "data:"))
            else outside.append(asked.url))  # fmt: skip
    page.on("websocket", lambda opened: None if f"{PATH}ws/rooms/" in opened.url else outside.append(opened.url))
    page.goto(f"{origin}{PATH}accounts/sign-up/")
    page.get_by_label("Username").fill("bob")
    for field in page.locator("input[type=password]").all():
        field.fill("correct horse battery")
    page.get_by_role("button", name="Create the account").click()
    page.wait_for_url(f"{origin}{PATH}")

    page.locator("#theme").select_option("dark")
    page.locator("#language").select_option("zh-hans")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.locator("#language").select_option("en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert {cookie["path"] for cookie in page.context.cookies(f"{origin}{PATH}")} == {PATH}
    assert page.context.cookies(f"{origin}/") == []

    sound = tmp_path / "tone.flac"
    tone = ["-f", "lavfi", "-i", "sine=440:duration=40", "-metadata", "title=Tone"]
    subprocess.run(["ffmpeg", "-v", "error", *tone, str(sound)], check=True)
    page.get_by_role("navigation").get_by_role("link", name="Library").click()
    page.set_input_files("#upload-files", sound)
    expect(page.locator("#tracks")).to_contain_text("Tone", timeout=INGEST_DEADLINE_MS)

    page.goto(f"{origin}{PATH}rooms/new")
    page.get_by_label("Name").fill("Hall")
    page.get_by_role("button", name="Create the room").click()
    page.wait_for_url(f"{origin}{PATH}rooms/*/")
    holds(page, "status.revision > 0")
    page.get_by_role("button", name="Add Tone to the queue").click()
    expect(page.locator("#queue")).to_contain_text("Tone")
    listen(page, "Bob")
    if button(page, "play").get_attribute("data-status") != "playing":
        button(page, "play").click()
    holds(page, "status.status === 'playing' && status.error_ms !== null && status.position_s > 0.5")
    assert outside == []
