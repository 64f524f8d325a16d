"""The whole site below a path of its host (SYNCHRO_PATH), behind an nginx that hands nothing else on to it: a walk over
every address in every page, and what no page names."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from websockets.sync.client import connect

from tests.access.stage import next_frame
from tests.nginx import SOCKETS, Nginx, free_ports
from tests.serving import Site

PATH = "/music/"
PASSWORD = "correct horse battery"

PARTS = [
    "rooms/new", "/sync/", "/library/tracks/", ".m3u8", ".m4s", "covers/", "peaks.json", "calibration/",
    "admin/library/track/", "api/v1/docs", "api/v1/openapi.json", "i18n/catalog.js", "js/page/room.js",
]  # fmt: skip
"""Of addresses that the walk must have come to."""

FOLDER = re.compile(r"/audio/[0-9a-f]{64}/$")
"""What a player puts the names of segments behind; nothing is there itself."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With a track that has a cover, in a room of Alice's; she administers the site."""
    folder = tmp_path_factory.mktemp("below")
    sound = ["-f", "lavfi", "-i", "sine=440:duration=5", "-metadata", "title=Tone"]
    cover = ["-f", "lavfi", "-i", "color=red:s=700x700:d=1", "-frames:v", "1"]
    subprocess.run(["ffmpeg", "-v", "error", *cover, str(folder / "cover.png")], check=True)
    subprocess.run(
        ["ffmpeg", "-v", "error", *sound[:4], "-i", str(folder / "cover.png"), "-map", "0", "-map", "1", *sound[4:],
         "-disposition:v", "attached_pic", str(folder / "tone.flac")], check=True,
    )  # fmt: skip
    with Site(folder, SYNCHRO_PATH=PATH.rstrip("/")) as site:
        site.prepare(demo=False)
        site.manage("import_music", str(folder / "tone.flac"))
        site.start()
        yield site


@pytest.fixture(scope="module")
def fronts(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """nginx's origins by what it does with the path, and the site's own. Beside it there is nothing."""
    keeps, strips = free_ports(2)
    to_site = f"{SOCKETS} proxy_set_header Host $http_host; client_max_body_size 16m;"
    servers = f"""
        server {{ listen 127.0.0.1:{keeps}; location {PATH} {{ proxy_pass http://127.0.0.1:{site.port}; {to_site} }}
            location / {{ return 404; }} }}
        server {{ listen 127.0.0.1:{strips}; location {PATH} {{ proxy_pass http://127.0.0.1:{site.port}/; {to_site} }}
            location / {{ return 404; }} }}
    """
    with Nginx(tmp_path_factory.mktemp("nginx"), servers):
        yield {"keeps": f"http://127.0.0.1:{keeps}", "strips": f"http://127.0.0.1:{strips}", "bare": site.url}


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    with site.api("alice") as api:
        api.base_url = httpx.URL(f"{site.url}{PATH}api/v1/")
        room = api.post("rooms", json={"name": "Hall"}).raise_for_status().json()["slug"]
        (track,) = api.get("tracks").json()["items"]
        api.post(f"rooms/{room}/queue", json={"track_id": track["id"]}).raise_for_status()
    change = f"u = User.objects.get(username='alice'); u.set_password({PASSWORD!r}); u.save()"
    site.manage("shell", "--verbosity", "0", "-c", f"from django.contrib.auth.models import User; {change}")
    return str(room)


class Addresses(HTMLParser):
    """Whatever in a page begins like an address of this host: in any attribute, and in the JSON that it carries."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.links: set[str] = set()
        """Those that somebody follows, or a browser fetches."""
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_script = tag == "script"
        for name, value in attrs:
            self.found |= quoted(value or "")
            if value and re.match(r"/(?!/)|https?://127\.0\.0\.1", value):
                self.found.add(value)
                if name in {"href", "src", "hx-get", "data-url", "data-readings"}:
                    self.links.add(value)
            elif value and name in {"href", "src"} and not re.match(r"\w+:|#|//", value):
                self.links.add(value)

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.found |= quoted(data)


def quoted(text: str) -> set[str]:
    return set(re.findall(r'"(/[A-Za-z][^"\s]*)"', text))


@dataclass
class Walk:
    """Of one browser, over everything that it can reach by links."""

    browser: httpx.Client
    origin: str
    escaped: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def run(self, start: str) -> None:
        left = [start]
        while left:
            address = left.pop()
            key = address.partition("?")[0].partition("#")[0]
            if key in self.seen:
                continue
            self.seen.add(key)
            left += self._visit(address)

    def _visit(self, address: str) -> list[str]:
        answer = self.browser.get(address)
        links: set[str] = set()
        found: set[str] = set()
        if answer.is_redirect:
            links = found = {answer.headers["Location"]}
        elif answer.status_code not in {200, 405}:  # a form's address takes nothing else
            self.broken.add(f"{answer.status_code} {address}")
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/html"):
            page = Addresses(answer.text)
            found, links = page.found, page.links
        elif kind.startswith("application/json"):
            found = quoted(answer.text)
            links = {one for one in found | set(re.findall(r'"url": ?"([^"]+)"', answer.text)) if "{" not in one}
        elif kind.startswith("application/vnd.apple.mpegurl"):
            links = set(re.findall(r'^[^#\s].*|(?<=URI=")[^"]+', answer.text, re.MULTILINE))
        elif kind.startswith("text/css"):
            links = set(re.findall(r"url\([\"']?(?!data:)([^)\"']+)", answer.text))
        for cookie in answer.headers.get_list("Set-Cookie"):
            if not re.search(rf"; Path={PATH}(;|$)", cookie):
                self.escaped.add(f"{address}: cookie {cookie.partition('=')[0]}")
        absolute = {urljoin(f"{self.origin}{address}", link) for link in found | links}
        self.escaped |= {f"{address}: {one}" for one in absolute if not self._within(one)}
        follow = {urljoin(f"{self.origin}{address}", link) for link in links}
        return [one.removeprefix(self.origin) for one in sorted(follow) if self._within(one) and not FOLDER.search(one)]

    def _within(self, address: str) -> bool:
        there = urlsplit(address)
        return f"{there.scheme}://{there.netloc}" == self.origin and there.path.startswith(PATH)


def sign_in(browser: httpx.Client) -> httpx.Response:
    browser.get(f"{PATH}accounts/sign-in/").raise_for_status()
    fields = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["synchro_csrf"]}
    return browser.post(f"{PATH}accounts/sign-in/", data=fields, headers={"Accept": "text/html"})


@pytest.mark.parametrize("front", ["keeps", "strips"])
def test_no_address_in_any_page_leads_out(fronts: dict[str, str], slug: str, front: str) -> None:
    origin = fronts[front]
    with httpx.Client(base_url=origin, timeout=60) as browser:
        signed_in = sign_in(browser)
        assert signed_in.headers["Location"] == PATH
        walk = Walk(browser, origin)
        for start in ("", "api/v1/tracks", "api/v1/openapi.json", "api/v1/asyncapi.json", "library/calibration.json",
                      f"rooms/{slug}/sync/readings?after_us=0"):  # fmt: skip
            walk.run(PATH + start)
    assert walk.escaped == set()
    assert walk.broken == set()
    named = " ".join(walk.seen)
    assert [part for part in PARTS if part not in named] == []


@pytest.mark.parametrize("front", ["keeps", "strips", "bare"])
def test_a_socket_opens_below_the_path(fronts: dict[str, str], slug: str, front: str) -> None:
    origin = fronts[front]
    address = f"ws{origin.removeprefix('http')}{PATH}ws/rooms/{slug}/"
    with connect(address, additional_headers={"Origin": origin}) as socket:
        assert next_frame(socket, "self.update")["role"] == "visitor"


def test_what_watches_the_site_finds_it_with_and_without_the_path(fronts: dict[str, str]) -> None:
    for path in ("/healthz", "/readyz", f"{PATH}healthz", f"{PATH}readyz", f"{PATH}metrics", "/metrics"):
        assert httpx.get(f"{fronts['bare']}{path}").status_code == 200
    assert httpx.get(f"{fronts['strips']}{PATH}healthz").status_code == 200
    assert httpx.get(f"{fronts['bare']}{PATH.rstrip('/')}").headers["Location"] == PATH


@pytest.mark.parametrize("front", ["keeps", "strips"])
def test_an_upload_in_pieces_is_told_its_address(fronts: dict[str, str], site: Site, front: str) -> None:
    """Large enough to be judged by its headers (`synchro.server.admission`), which see the address as it comes."""
    with site.api("alice") as script:
        tus = {"Tus-Resumable": "1.0.0"}
        about = {"Upload-Length": "3000000", "Upload-Metadata": "filename YS5tcDM="}
        begun = script.post(f"{fronts[front]}{PATH}library/uploads/", headers={**tus, **about})
        assert begun.headers["Location"].startswith(f"{PATH}library/uploads/")
        address = fronts[front] + begun.headers["Location"]
        piece = {**tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        sent = script.patch(address, content=b"ID3" + bytes(1_500_000), headers=piece)
        assert sent.status_code == 204, sent.text
        assert script.delete(address, headers=tus).status_code == 204
        sent = script.post(f"{fronts[front]}{PATH}library/upload/", files={"file": ("a.mp3", bytes(2_000_000))})
        assert sent.status_code != 404
        problem = script.get(f"{fronts[front]}{PATH}api/v1/rooms/none")
        assert problem.json()["code"] == "no_such_room"
        assert script.get(f"{fronts[front]}{PATH}api/v1/none").json()["code"] == "not_found"


def test_the_terminal_names_the_path(site: Site) -> None:
    said = site.log.read_text()
    assert f"On this computer     {site.url}{PATH}\n" in said
    assert f"First administrator  {site.url}{PATH}accounts/first-administrator/?token=" in said


def test_the_documents_of_the_interfaces_name_the_path(fronts: dict[str, str]) -> None:
    origin = fronts["strips"]
    paths = httpx.get(f"{origin}{PATH}api/v1/openapi.json").json()["paths"]
    assert all(path.startswith(f"{PATH}api/v1/") for path in paths)
    assert httpx.get(f"{origin}{PATH}api/v1/asyncapi.json").json()["channels"]["room"]["address"].startswith(PATH)


def test_scripts_name_no_address_from_the_root() -> None:
    scripts = (Path(__file__).resolve().parents[2] / "static" / "js").rglob("*.js")
    named = [f"{path.name}: {line}" for path in scripts for line in path.read_text().splitlines()
             if re.search(r"""['"`]/[a-z]+/""", line)]  # fmt: skip
    assert named == []
