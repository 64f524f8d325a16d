"""deploy/nginx.conf as shipped, but for what it says to change and its ports: TLS, sockets, static files, segments."""

import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from library.storage import names
from tests.access.stage import next_frame
from tests.nginx import Nginx, certificate, free_ports
from tests.serving import ROOT, Site

SHIPPED = ROOT / "deploy" / "nginx.conf"
NAME = "localhost"


@dataclass(frozen=True)
class Served:
    site: Site
    nginx: Nginx
    path: str
    plain: str
    """The origin on the port that stands for 80."""

    origin: str
    trust: ssl.SSLContext

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.origin}{self.path}", verify=self.trust, timeout=60)


def changed(shipped: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert before in shipped, before
        shipped = shipped.replace(before, after)
    return shipped


@pytest.fixture(scope="module", params=["/", "/music/"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The site with the settings that the file's head names, and a track."""
    path = str(request.param)
    folder = tmp_path_factory.mktemp("nginx-conf")
    plain, tls = free_ports(2)
    made, key = certificate(folder, NAME)
    origin = f"https://{NAME}:{tls}"
    head = dict(re.findall(r"(SYNCHRO_[A-Z_]+)=(\S+)", SHIPPED.read_text().split("upstream")[0]))
    assert head["SYNCHRO_TRUSTED_ORIGINS"] == f"https://{head['SYNCHRO_HOSTS']}"
    # what asks the site by itself whether it is up (tests/serving.py) does so by this machine's address
    head |= {"SYNCHRO_HOSTS": f"{NAME},127.0.0.1", "SYNCHRO_TRUSTED_ORIGINS": origin}
    with Site(folder / "site", **head, SYNCHRO_PATH=path.rstrip("/")) as site:
        site.folder.mkdir()
        changes = {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{site.port};",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen [::]:80;": "",  # not every machine has one
            "listen 443 ssl http2;": f"listen 127.0.0.1:{tls} ssl http2;",
            "listen [::]:443 ssl http2;": "",
            "music.example.org;": f"{NAME};",
            "/etc/ssl/music.example.org.pem": str(made),
            "/etc/ssl/music.example.org.key": str(key),
            "/var/lib/synchro/": f"{site.data}/",
        }
        if path != "/":  # as docs/operations.md says
            changes |= {"location / {": f"location {path} {{", "/ws/": f"{path}ws/", "^/static/": f"^{path}static/"}
        site.prepare(demo=False)
        sound = ["-f", "lavfi", "-i", "sine=440:duration=5", "-metadata", "title=Tone"]
        subprocess.run(["ffmpeg", "-v", "error", *sound, str(folder / "tone.flac")], check=True)
        site.manage("import_music", str(folder / "tone.flac"))
        site.manage("collectstatic", "--noinput", "--verbosity", "0")
        site.start()
        with Nginx(folder / "nginx", changed(SHIPPED.read_text(), changes)) as nginx:
            trust = ssl.create_default_context(cafile=str(made))
            yield Served(site, nginx, path, f"http://{NAME}:{plain}", origin, trust)


@pytest.fixture
def browser(served: Served) -> Iterator[httpx.Client]:
    with served.browser() as browser:
        yield browser


def test_nginx_takes_it_without_a_word(served: Served) -> None:
    assert "[warn]" not in served.nginx.check()


def test_http_leads_to_https(served: Served) -> None:
    answer = httpx.get(f"{served.plain}{served.path}rooms/new")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{NAME}{served.path}rooms/new"


def test_a_page_its_form_and_its_socket(served: Served, browser: httpx.Client) -> None:
    page = browser.get("rooms/new")
    assert page.status_code == 200
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert all("Secure" in cookie for cookie in page.headers.get_list("Set-Cookie"))
    token = next(value for name, value in browser.cookies.items() if "csrf" in name)
    fields = {"name": "Hall", "visibility": "public", "control": "everyone", "csrfmiddlewaretoken": token}
    made = browser.post("rooms/new", data=fields, headers={"Origin": served.origin})
    assert made.headers["Location"] == f"{served.path}rooms/hall/"
    address = f"wss{served.origin.removeprefix('https')}{served.path}ws/rooms/hall/"
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Origin": served.origin, "Cookie": cookies}
    with connect(address, ssl=served.trust, additional_headers=headers) as socket:
        assert next_frame(socket, "self.update")["role"] == "host"


def test_static_files_are_sent_by_nginx(served: Served, browser: httpx.Client) -> None:
    """One that only nginx can know: it came after the site had looked."""
    (served.site.data / "static" / "late.js").write_text("export {};")
    page = browser.get("").text
    folder = re.search(r'src="([^"]*/static/[0-9a-f]+/)js/page/site.js"', page)
    assert folder
    late = browser.get(f"{served.origin}{folder[1]}late.js")
    assert late.status_code == 200
    assert late.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in late.headers["Cache-Control"]
    script = browser.get(f"{served.origin}{folder[1]}js/page/site.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["Content-Encoding"] == "gzip"
    assert script.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_segments_are_sent_by_nginx_once_django_has_said_which(served: Served, browser: httpx.Client) -> None:
    (track,) = browser.get("api/v1/tracks").json()["items"]
    folder = track["peaks_url"].removesuffix("peaks.json")
    package = folder.rstrip("/").rsplit("/", 1)[1]
    file = served.site.data / names.segment(package, "aac-128", 0)
    segment = browser.get(f"{served.origin}{folder}aac-128/0.m4s")
    assert segment.content == file.read_bytes()
    assert "X-Accel-Redirect" not in segment.headers
    assert segment.headers["Content-Type"] == "audio/mp4"
    assert segment.headers["Access-Control-Allow-Origin"] == "*"
    part = browser.get(f"{served.origin}{folder}aac-128/0.m4s", headers={"Range": "bytes=8-15"})
    assert (part.status_code, part.content) == (206, file.read_bytes()[8:16])
    inside = file.relative_to(served.site.data / "audio")
    assert browser.get(f"{served.origin}/_segments/{inside}").status_code == 404


def test_a_playlist_leads_to_its_segments(served: Served, browser: httpx.Client) -> None:
    (track,) = browser.get("api/v1/tracks").json()["items"]
    master = browser.get(f"{served.origin}{track['hls_url']}")
    variant = master.url.join(next(line for line in master.text.splitlines() if not line.startswith("#")))
    playlist = browser.get(variant)
    for line in playlist.text.splitlines():
        if address := re.search(r'^[^#].*|(?<=URI=")[^"]+', line):
            assert browser.get(playlist.url.join(address[0])).status_code == 200


def test_an_upload_of_many_megabytes_goes_through(served: Served, tmp_path: Path) -> None:
    with served.site.api() as script, served.browser() as browser:
        answer = browser.post(
            "api/v1/tracks", files={"file": ("a.mp3", b"ID3" + bytes(5_000_000))},
            headers={"Authorization": script.headers["Authorization"]},
        )  # fmt: skip
    assert answer.status_code in {201, 200}, answer.text


def test_the_addresses_of_clients_are_nginxs_word(served: Served, browser: httpx.Client) -> None:
    """`/metrics` is for this machine alone: what nginx hands on is not."""
    assert browser.get("metrics").status_code == 403
    assert httpx.get(f"{served.site.url}{served.path}metrics").status_code == 200
