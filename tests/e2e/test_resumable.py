"""Uploads in pieces in a real browser: a file goes in several requests, over a cut and over a reload."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Request, Response, Route, expect

from tests.serving import Site
from tests.waiting import until

PASSWORD = "correct horse"
INGEST_DEADLINE_MS = 60_000
PIECE_BYTES = 64 * 1024
GO_ON = "% of it is here. Choose the file again to go on."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty library to which browsers send pieces of PIECE_BYTES."""
    folder = tmp_path_factory.mktemp("resumable-site")
    with Site(folder, SYNCHRO_UPLOAD_PIECE_KB=str(PIECE_BYTES // 1024)) as site:
        site.prepare(demo=False)
        site.sign_up("bob", PASSWORD)
        site.start()
        yield site


@pytest.fixture
def library(page: Page, site: Site) -> Iterator[Page]:
    """The library's page, with Bob signed in, and afterwards nothing unfinished."""
    page.goto(f"{site.url}/accounts/sign-in/?next=/library/")
    page.fill("input[name=username]", "bob")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/library/")
    yield page
    page.unroute_all()
    site.manage("shell", "-c", "from library.models import ResumableUpload as U; U.objects.filter(track=None).delete()")


@dataclass
class Pieces:
    """What a page sent: the offset and length of each PATCH that was answered with 204."""

    taken: list[tuple[int, int]] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("requestfinished", self._take)

    def _take(self, request: Request) -> None:
        response = request.response() if request.method == "PATCH" else None
        if response and response.status == 204:
            offset = int(request.headers["upload-offset"])
            self.taken.append((offset, int(response.headers["upload-offset"]) - offset))

    @property
    def offsets(self) -> list[int]:
        return [offset for offset, _length in self.taken]


@pytest.fixture
def pieces(library: Page) -> Pieces:
    pieces = Pieces()
    pieces.watch(library)
    return pieces


def noise(folder: Path, title: str, pieces: int) -> Path:
    """A sound file of that many pieces, the last one short."""
    path = folder / f"{title}.wav"
    duration_s = (pieces - 0.5) * PIECE_BYTES / (48_000 * 2)
    sound = ["-f", "lavfi", "-i", f"anoisesrc=sample_rate=48000:seed={len(title)}:duration={duration_s}"]
    subprocess.run(["ffmpeg", "-v", "error", *sound, "-metadata", f"title={title}", str(path)], check=True)
    return path


def cut_after(page: Page, offset: int) -> None:
    """Pieces from `offset` on do not arrive, and neither does anything that asks for an upload's offset."""

    def cut(route: Route) -> None:
        request = route.request
        if request.method == "HEAD" or (request.method == "PATCH" and int(request.headers["upload-offset"]) >= offset):
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/library/uploads/*/", cut)


def leave_unfinished(page: Page, file: Path, pieces: int) -> Locator:
    """The row of an upload of which so many pieces came, on the page as it is after a reload."""
    cut_after(page, pieces * PIECE_BYTES)
    with page.expect_event("requestfailed", lambda request: request.method in ("PATCH", "HEAD")):
        page.set_input_files("#upload-files", file)
    page.once("dialog", lambda dialog: dialog.accept())  # the page asks before it is left
    page.reload()
    page.unroute_all()
    return page.locator("#unfinished li", has_text=file.name)


def test_a_file_goes_in_pieces(library: Page, pieces: Pieces, tmp_path: Path) -> None:
    file = noise(tmp_path, "In pieces", 5)
    library.set_input_files("#upload-files", file)
    expect(library.locator("#tracks")).to_contain_text("In pieces", timeout=INGEST_DEADLINE_MS)
    assert pieces.offsets == [n * PIECE_BYTES for n in range(5)]
    assert sum(length for _offset, length in pieces.taken) == file.stat().st_size
    expect(library.locator("#uploads li, #unfinished li")).to_have_count(0)
    assert library.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tus::'))") == []


def test_it_goes_on_by_itself_after_a_cut(library: Page, pieces: Pieces, tmp_path: Path) -> None:
    cuts: list[int] = []

    def cut_once_each(route: Route) -> None:
        offset = int(route.request.headers.get("upload-offset", -1))
        if route.request.method == "PATCH" and offset in (PIECE_BYTES, 3 * PIECE_BYTES) and offset not in cuts:
            cuts.append(offset)
            route.abort("connectionreset")
        elif route.request.method == "HEAD" and len(cuts) == 1 and -1 not in cuts:
            cuts.append(-1)
            route.fulfill(status=502, body="<h1>Bad Gateway</h1>")  # of a proxy whose site is being restarted
        else:
            route.continue_()

    library.route("**/library/uploads/*/", cut_once_each)
    library.set_input_files("#upload-files", noise(tmp_path, "Cut twice", 5))
    expect(library.locator("#tracks")).to_contain_text("Cut twice", timeout=INGEST_DEADLINE_MS)
    assert cuts == [PIECE_BYTES, -1, 3 * PIECE_BYTES]
    assert pieces.offsets == [n * PIECE_BYTES for n in range(5)]  # none twice


def test_it_goes_on_after_a_reload_once_the_file_is_chosen_again(library: Page, pieces: Pieces, tmp_path: Path) -> None:
    file = noise(tmp_path, "Reloaded", 10)
    row = leave_unfinished(library, file, 3)
    percent = 100 * 3 * PIECE_BYTES // file.stat().st_size
    expect(row).to_contain_text(f"{percent} {GO_ON}")
    assert pieces.offsets == [n * PIECE_BYTES for n in range(3)]
    pieces.taken.clear()
    library.set_input_files("#upload-files", file)
    expect(library.locator("#tracks")).to_contain_text("Reloaded", timeout=INGEST_DEADLINE_MS)
    assert pieces.offsets == [n * PIECE_BYTES for n in range(3, 10)]
    assert sum(length for _offset, length in pieces.taken) == file.stat().st_size - 3 * PIECE_BYTES
    expect(row).to_have_count(0)


def test_it_goes_on_over_a_restart_of_the_site(library: Page, site: Site, pieces: Pieces, tmp_path: Path) -> None:
    held: list[Route] = []

    def hold_the_third(route: Route) -> None:
        if not held and route.request.headers.get("upload-offset") == str(2 * PIECE_BYTES):
            held.append(route)
        else:
            route.continue_()

    library.route("**/library/uploads/*/", hold_the_third)
    library.set_input_files("#upload-files", noise(tmp_path, "Killed", 5))
    until(lambda: held or library.wait_for_timeout(50), 20, "the third piece")
    site.kill()
    held[0].continue_()
    site.start()
    expect(library.locator("#tracks")).to_contain_text("Killed", timeout=INGEST_DEADLINE_MS)
    assert pieces.offsets == [n * PIECE_BYTES for n in range(5)]


def test_an_unfinished_upload_is_discarded_by_keyboard(library: Page, pieces: Pieces, tmp_path: Path) -> None:
    file = noise(tmp_path, "Discarded", 4)
    row = leave_unfinished(library, file, 2)
    library.locator("#upload-files").focus()
    library.keyboard.press("Tab")
    expect(row.get_by_role("button", name="Remove Discarded.wav")).to_be_focused()
    with library.expect_response(lambda response: response.request.method == "DELETE") as ended:
        library.keyboard.press("Enter")
    assert ended.value.status == 204
    expect(row).to_have_count(0)
    expect(library.locator("#upload-files")).to_be_focused()
    assert library.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tus::'))") == []
    library.reload()
    expect(row).to_have_count(0)
    pieces.taken.clear()
    library.set_input_files("#upload-files", file)
    expect(library.locator("#tracks")).to_contain_text("Discarded", timeout=INGEST_DEADLINE_MS)
    assert pieces.offsets == [n * PIECE_BYTES for n in range(4)]


def has_ended(response: Response) -> bool:
    """423: the piece that was cut off is still being put away; the page asks again."""
    return response.request.method == "DELETE" and response.status != 423


def test_one_that_is_cancelled_is_forgotten(library: Page, site: Site, tmp_path: Path) -> None:
    cut_after(library, PIECE_BYTES)
    with library.expect_event("requestfailed", lambda request: request.method in ("PATCH", "HEAD")):
        library.set_input_files("#upload-files", noise(tmp_path, "Cancelled", 3))
    with library.expect_response(has_ended) as ended:
        library.locator("#uploads").get_by_role("button", name="Cancel").click()
    assert ended.value.status == 204
    library.reload()
    expect(library.locator("#unfinished li")).to_have_count(0)


def test_what_is_chosen_before_the_script_is_there_is_sent(library: Page, tmp_path: Path) -> None:
    scripts: list[Route] = []
    library.route("**/page/upload.js", lambda route: scripts.append(route))
    with library.expect_request("**/page/upload.js"):
        library.reload(wait_until="commit")
    library.set_input_files("#upload-files", noise(tmp_path, "Early", 1))
    for script in scripts:
        script.continue_()
    expect(library.locator("#uploads li")).to_have_count(1)


def test_what_is_no_sound_is_refused_after_its_first_piece(library: Page, pieces: Pieces, tmp_path: Path) -> None:
    document = tmp_path / "score.mp3"
    document.write_bytes(b"%PDF-1.7\n" + bytes(10 * PIECE_BYTES))
    sent: list[str] = []
    library.on("request", lambda request: sent.append(request.method) if "/uploads/" in request.url else None)
    library.set_input_files("#upload-files", document)
    row = library.locator("#uploads li")
    expect(row).to_contain_text("This file holds no sound that can be read.")
    expect(row.get_by_role("button", name="Try again")).to_be_hidden()
    assert sent == ["POST", "PATCH"]
    library.reload()
    expect(library.locator("#unfinished li")).to_have_count(0)
    assert library.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tus::'))") == []


def test_a_narrow_page_in_chinese(library: Page, site: Site, tmp_path: Path) -> None:
    library.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": site.url}])
    library.set_viewport_size({"width": 360, "height": 740})
    file = noise(tmp_path, "很长的名字" * 12, 4)
    row = leave_unfinished(library, file, 2)
    percent = 100 * 2 * PIECE_BYTES // file.stat().st_size
    expect(row).to_contain_text(f"已传 {percent} %。再次选择这个文件即可继续。")
    assert library.evaluate("document.documentElement.scrollWidth") <= 360
    said = row.locator(".track-more").bounding_box()
    assert said
    assert said["height"] < 2 * 24  # two lines at most: the bar is below the words, not beside them
    button = row.get_by_role("button", name=f"移除 {file.name}")
    box = button.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 360
    assert min(box["width"], box["height"]) >= 24  # WCAG 2.5.8
