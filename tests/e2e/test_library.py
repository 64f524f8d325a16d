"""The upload zone in a real browser, on the library's page and in the admin."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import AXE
from tests.serving import Site

PASSWORD = "correct horse"
INGEST_DEADLINE_MS = 60_000
NO_SOUND = "This file holds no sound that can be read."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty library that takes files up to 1 MB, and Alice, who administers it."""
    people = {"DJANGO_SUPERUSER_USERNAME": "alice", "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    folder = tmp_path_factory.mktemp("library-site")
    with Site(folder, SYNCHRO_MAX_UPLOAD_MB="1", DJANGO_SUPERUSER_EMAIL="alice@example.org", **people) as site:
        site.prepare(demo=False)
        site.manage("createsuperuser", "--noinput")
        site.start()
        yield site


@pytest.fixture
def library(page: Page, site: Site) -> Page:
    """The library's page, with Alice signed in."""
    page.goto(f"{site.url}/accounts/sign-in/?next=/library/")
    page.fill("input[name=username]", "alice")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/library/")
    return page


def tone(folder: Path, title: str, hertz: int) -> Path:
    path = folder / f"{title}.flac"
    sound = ["-f", "lavfi", "-i", f"sine={hertz}:duration=2", "-metadata", f"title={title}"]
    subprocess.run(["ffmpeg", "-v", "error", *sound, str(path)], check=True)
    return path


def unreadable(folder: Path, name: str) -> Path:
    """A file that begins as sound does, and is none."""
    path = folder / f"{name}.mp3"
    path.write_bytes(b"ID3" + bytes(100) + name.encode())
    return path


def test_chosen_files_become_tracks_on_the_open_page(library: Page, tmp_path: Path) -> None:
    broken = unreadable(tmp_path, "letter")
    library.set_input_files("#upload-files", [tone(tmp_path, "Low", 220), broken, tone(tmp_path, "High", 880)])
    for title in ("Low", "High"):
        expect(library.locator("#tracks")).to_contain_text(title, timeout=INGEST_DEADLINE_MS)
    failed = library.locator("#unready li", has_text="letter")
    expect(failed).to_contain_text("This file holds no sound that can be read.")
    expect(failed.get_by_role("button", name="Try again: letter")).to_have_count(0)  # it is the file that is at fault
    expect(library.locator("#uploads li")).to_have_count(0)
    expect(library.locator("#unready-again")).to_have_count(0)  # nothing is in work: the page asks no longer


def test_what_is_no_sound_is_refused_at_once_and_for_good(library: Page, tmp_path: Path) -> None:
    empty, photo = tmp_path / "empty.mp3", tmp_path / "photo.jpg"
    empty.touch()
    Image.new("RGB", (640, 640), "teal").save(photo)
    broken = unreadable(tmp_path, "known")
    library.set_input_files("#upload-files", broken)
    expect(library.locator("#unready li", has_text="known")).to_contain_text("no sound", timeout=INGEST_DEADLINE_MS)
    library.set_input_files("#upload-files", [empty, photo, broken])
    rows = library.locator("#uploads li")
    expect(rows.locator(".track-more")).to_have_text(["This file is empty.", NO_SOUND, NO_SOUND])
    expect(rows.get_by_role("button", name="Try again")).to_have_count(0)
    expect(library.locator("#unready li", has_text="photo")).to_have_count(0)


def test_the_administration_shows_tracks_in_low_rows_and_every_button_as_its_own(
    library: Page, site: Site, tmp_path: Path
) -> None:
    Image.new("RGB", (640, 640), "teal").save(tmp_path / "cover.png")
    sound = ["-i", str(tone(tmp_path, "Sleeve", 550)), "-i", str(tmp_path / "cover.png"), "-map", "0", "-map", "1"]
    subprocess.run(["ffmpeg", "-v", "error", *sound, "-c:v", "copy", str(tmp_path / "Sleeve.mp3")], check=True)
    library.goto(f"{site.url}/admin/library/track/add/")
    refuse_once(library)
    library.set_input_files("#upload-files", tone(tmp_path, "Broke off", 440))
    expect(library.locator("#uploads").get_by_role("button", name="Try again")).to_be_visible()
    library.set_input_files("#upload-files", [unreadable(tmp_path, "broken"), tmp_path / "Sleeve.mp3"])
    expect(library.locator("#unready li", has_text="broken")).to_be_visible()
    expect(library.locator("#unready-again")).to_have_count(0, timeout=INGEST_DEADLINE_MS)
    expect(library.locator(".upload-send")).to_be_hidden()  # what is chosen goes at once
    styles = "all => all.map((one) => getComputedStyle(one).borderStyle)"
    assert "outset" not in library.locator(".upload :is(button, .button)").evaluate_all(styles)  # a browser's own look
    names = ["link-name", "button-name", "label-content-name-mismatch"]
    assert violations(library, "#content-main", names) == []

    library.goto(f"{site.url}/admin/library/track/")
    row = library.locator("#result_list tbody tr", has_text="Sleeve")
    box = row.locator("img").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (48, 48)
    assert violations(library, "#result_list", names) == []


def violations(page: Page, within: str, rules: list[str]) -> list[str]:
    """What axe objects to; the rest of these pages is Django's."""
    page.evaluate(AXE.read_text())
    call = "([within, values]) => axe.run(within, { runOnly: { type: 'rule', values } })"
    found = page.evaluate(call, [within, rules])
    return [f"{one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]


def test_dropped_file_that_is_known_says_so(library: Page, tmp_path: Path) -> None:
    content = tone(tmp_path, "Known", 330).read_bytes()
    for name in ("first.flac", "second.flac"):
        files = library.evaluate_handle(
            """([name, bytes]) => {
                const dropped = new DataTransfer();
                dropped.items.add(new File([new Uint8Array(bytes)], name, { type: 'audio/flac' }));
                return dropped;
            }""",
            [name, list(content)],
        )
        library.dispatch_event("body", "drop", {"dataTransfer": files})
        expect(library.locator("#tracks")).to_contain_text("Known", timeout=INGEST_DEADLINE_MS)
    row = library.locator("#uploads li")
    expect(row).to_contain_text("It is in the library already: Known")
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)


def test_file_over_the_limit_is_not_even_sent(library: Page, tmp_path: Path) -> None:
    sent: list[str] = []
    library.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    long = tmp_path / "long.wav"
    long.write_bytes(bytes(1024 * 1024 + 1))
    library.set_input_files("#upload-files", long)
    row = library.locator("#uploads li")
    expect(row).to_contain_text("This file is larger than this site accepts.")
    expect(row.get_by_role("button", name="Try again")).to_be_hidden()
    assert sent == []


def refuse_once(page: Page) -> None:
    """As a proxy does that does not like a request. What breaks off goes on by itself (test_resumable.py)."""
    page.route("**/library/uploads/", lambda route: route.fulfill(status=403, body="<h1>Forbidden</h1>"), times=1)


def test_upload_that_was_refused_is_tried_again(library: Page, tmp_path: Path) -> None:
    refuse_once(library)
    library.set_input_files("#upload-files", tone(tmp_path, "Second try", 550))
    row = library.locator("#uploads li")
    expect(row).to_contain_text("The server could not take this file.")
    row.get_by_role("button", name="Try again").click()
    expect(library.locator("#tracks")).to_contain_text("Second try", timeout=INGEST_DEADLINE_MS)


def test_search_narrows_while_one_types(library: Page, tmp_path: Path) -> None:
    library.set_input_files("#upload-files", [tone(tmp_path, "Needle", 440), tone(tmp_path, "Haystack", 441)])
    for title in ("Needle", "Haystack"):
        expect(library.locator("#tracks")).to_contain_text(title, timeout=INGEST_DEADLINE_MS)
    library.locator("#library-query").press_sequentially("need")
    expect(library.locator("#tracks")).not_to_contain_text("Haystack")
    expect(library.locator("#tracks")).to_contain_text("Needle")


def test_preview_plays_to_its_end_and_can_be_sought_in(library: Page, site: Site, tmp_path: Path) -> None:
    library.set_input_files("#upload-files", tone(tmp_path, "Preview", 660))
    library.locator("#tracks a", has_text="Preview").click(timeout=INGEST_DEADLINE_MS)
    audio = library.locator("audio")
    duration_s = audio.evaluate(
        """(audio) => new Promise((resolve, reject) => {
            audio.onloadedmetadata = () => resolve(audio.duration);
            audio.onerror = () => reject(new Error(audio.error.message));
            audio.preload = 'metadata';
        })"""
    )
    assert duration_s == pytest.approx(2, abs=0.1)
    at_s = audio.evaluate(
        """(audio) => new Promise((resolve) => {
            audio.onseeked = () => resolve(audio.currentTime);
            audio.currentTime = 1;
        })"""
    )
    assert at_s == 1


def test_phone_needs_no_sideways_scrolling(library: Page, tmp_path: Path) -> None:
    library.set_viewport_size({"width": 360, "height": 740})
    library.set_input_files("#upload-files", tone(tmp_path, "Narrow" * 20, 990))
    link = library.locator("#tracks a", has_text="NarrowNarrow")
    expect(link).to_be_visible(timeout=INGEST_DEADLINE_MS)
    assert library.evaluate("document.documentElement.scrollWidth") <= 360
    link.click()
    library.wait_for_url("**/tracks/*/")
    assert library.evaluate("document.documentElement.scrollWidth") <= 360


def test_admin_uploads_with_the_same_zone(library: Page, site: Site, tmp_path: Path) -> None:
    library.goto(f"{site.url}/admin/library/track/")
    library.get_by_role("link", name="Upload files").click()
    with library.expect_response("**/library/unready/"):
        library.set_input_files("#upload-files", tone(tmp_path, "By the admin", 770))
    expect(library.locator("#unready-again")).to_have_count(0, timeout=INGEST_DEADLINE_MS)
    library.goto(f"{site.url}/admin/library/track/?q=admin")
    expect(library.locator("#result_list")).to_contain_text("By the admin")
