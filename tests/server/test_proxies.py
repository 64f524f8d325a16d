"""Behind the proxies that people have, each a server of a real nginx: what they drop, add, limit and rewrite."""

import json
import os
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from playback import protocol
from tests.access.stage import DEADLINE_S, next_frame
from tests.nginx import SOCKETS, Nginx, certificate, free_ports
from tests.serving import Site

ROOM = "hall"
PIECE_KB = 1000
WRONG = "wrong horse battery"


@dataclass(frozen=True)
class Front:
    """A proxy in front of the site: where it listens, and what a browser there takes for its page's origin."""

    origin: str
    site: Site

    def browser(self, address: str = "127.0.0.1") -> httpx.Client:
        """Which takes any certificate. `address`: its own, any of 127.0.0.0/8."""
        transport = httpx.HTTPTransport(local_address=address, verify=False)
        return httpx.Client(base_url=self.origin, transport=transport, timeout=60, headers={"Accept": "text/html"})

    def sign_in(self, **headers: str) -> httpx.Response:
        """A browser fills in the form; with the origin that browsers name, unless `headers` has another."""
        with self.browser() as browser:
            browser.get("/accounts/sign-in/").raise_for_status()
            fields = {"username": "x", "password": WRONG, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            return browser.post("/accounts/sign-in/", data=fields, headers={"Origin": self.origin, **headers})

    def first_frame(self) -> dict[str, object]:
        """Of a room's socket, as its page opens it: who one is, or why there is no socket."""
        context = None
        if self.origin.startswith("https"):
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        address = f"ws{self.origin.removeprefix('http')}/ws/rooms/{ROOM}/"
        with connect(address, ssl=context, additional_headers={"Origin": self.origin}) as socket:
            while True:
                frame: dict[str, object] = json.loads(socket.recv(DEADLINE_S))
                if frame["type"] == "self.update":
                    return frame
                if frame["type"] == "socket.refused":
                    with pytest.raises(ConnectionClosed) as closed:
                        socket.recv(DEADLINE_S)
                    assert closed.value.rcvd
                    assert closed.value.rcvd.code == protocol.CLOSE_BAD_ORIGIN
                    return frame


@pytest.fixture(scope="module")
def fronts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Front]]:
    folder = tmp_path_factory.mktemp("proxies")
    names = ("no_port", "no_port_untrusted", "silent_tls", "no_referrer", "small", "caddy", "appending")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    trusted = f"http://127.0.0.1:{ports['no_port']}"
    site = Site(
        folder / "site", SYNCHRO_INGEST="0", SYNCHRO_TRUSTED_ORIGINS=trusted, SYNCHRO_BEHIND_PROXY="1",
        SYNCHRO_UPLOAD_PIECE_KB=str(PIECE_KB),
    )  # fmt: skip
    site.folder.mkdir()
    made, key = certificate(folder)
    to_site = f"proxy_pass http://127.0.0.1:{site.port}; {SOCKETS}"
    tls = f"ssl; ssl_certificate {made}; ssl_certificate_key {key}"
    bodies = {
        # what many guides have: the name without the port
        "no_port": ("", f"location / {{ {to_site} proxy_set_header Host $host; }}"),
        "no_port_untrusted": ("", f"location / {{ {to_site} proxy_set_header Host $host; }}"),
        # TLS ends here, and nobody says so
        "silent_tls": (tls, f"location / {{ {to_site} proxy_set_header Host $http_host; }}"),
        # hardened, with a header after the site's own
        "no_referrer": (tls, f"""add_header Referrer-Policy no-referrer always;
            location / {{ {to_site} proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme; }}"""),
        # bodies of 1 MB, as nginx has it where nobody raised it
        "small": ("", f"location / {{ {to_site} proxy_set_header Host $http_host; }}"),
        # what Caddy and Traefik send: the host as it came, and the client's address in place of what it claimed
        "caddy": (tls, f"""location / {{ {to_site} proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host; }}"""),
        # what many guides have: the client's address behind what it claimed
        "appending": ("", f"""location / {{ {to_site} proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }}"""),
    }  # fmt: skip
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{ports[name]} {how}; {body} }}" for name, (how, body) in bodies.items()
    )
    with site, Nginx(folder / "nginx", servers):
        site.prepare(demo=False)
        site.start()
        with site.api() as api:
            api.post("rooms", json={"name": ROOM}).raise_for_status()
        yield {
            name: Front(f"{'https' if how else 'http'}://127.0.0.1:{ports[name]}", site)
            for name, (how, _body) in bodies.items()
        }


def test_where_the_port_is_lost_form_and_socket_go_by_the_trusted_origin(fronts: dict[str, Front]) -> None:
    front = fronts["no_port"]
    assert front.sign_in().status_code == 200  # the wrong password is the form's business
    assert front.first_frame()["type"] == "self.update"
    with front.browser() as browser:
        page = browser.get(f"/rooms/{ROOM}/")
    assert f"{front.origin}/rooms/{ROOM}/" in page.text  # what is handed on to others has the port
    policy = page.headers["Content-Security-Policy"]
    assert f"ws{front.origin.removeprefix('http')}" in policy


@pytest.mark.parametrize(
    ("name", "setting"),
    [("no_port_untrusted", "SYNCHRO_TRUSTED_ORIGINS={origin}"), ("silent_tls", "SYNCHRO_HTTPS=1")],
)
def test_where_it_is_not_trusted_both_say_which_setting_is_wrong(
    fronts: dict[str, Front], name: str, setting: str
) -> None:
    front = fronts[name]
    setting = setting.format(origin=front.origin)
    for _ in range(2):
        answer = front.sign_in()
        assert answer.status_code == 403
        assert setting in answer.text
        assert front.origin in answer.text
        said = str(front.first_frame()["message"])
        assert setting in said
        assert front.origin in said
    lines = [line for line in front.site.log.read_text().splitlines() if front.origin in line]
    assert len(lines) == 1
    assert setting in lines[0]


def test_under_no_referrer_a_page_asks_for_its_own_policy(fronts: dict[str, Front]) -> None:
    """The browser then names the origin of its forms (tests/e2e/test_misplaced.py). One that does not is told why."""
    front = fronts["no_referrer"]
    with front.browser() as browser:
        page = browser.get("/accounts/sign-in/")
        assert page.headers["Referrer-Policy"] == "same-origin, no-referrer"
        assert '<meta name="referrer" content="same-origin">' in page.text
    assert front.sign_in().status_code == 200
    refused = front.sign_in(Origin="null")
    assert refused.status_code == 403
    assert "no-referrer" in refused.text
    assert front.first_frame()["type"] == "self.update"


def test_a_file_goes_in_pieces_through_a_proxy_with_a_limit(fronts: dict[str, Front]) -> None:
    front = fronts["small"]
    content = os.urandom(3_500_000)
    with front.site.api() as script:
        whole = script.post(f"{front.origin}/api/v1/tracks", files={"file": ("whole.mp3", content)})
        assert whole.status_code == 413  # nginx's own answer: the proxy has the limit
        tus = {"Tus-Resumable": "1.0.0"}
        about = {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {b64encode(b'a.mp3').decode()}"}
        begun = script.post(f"{front.origin}/library/uploads/", headers={**tus, **about})
        assert begun.status_code == 201
        address = httpx.URL(front.origin).join(begun.headers["Location"])
        for at in range(0, len(content), PIECE_KB * 1024):
            piece = {**tus, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(at)}
            answer = script.patch(address, content=content[at : at + PIECE_KB * 1024], headers=piece)
            assert answer.status_code == 204, answer.text
        assert script.post(address, headers=tus).status_code in {200, 201}
    with front.browser() as browser:
        assert f'data-piece-bytes="{PIECE_KB * 1024}"' in front_page(browser, front)


def front_page(browser: httpx.Client, front: Front) -> str:
    """The library as somebody sees it who may upload."""
    front.site.sign_up("dora", WRONG * 2)
    browser.get("/accounts/sign-in/")
    fields = {"username": "dora", "password": WRONG * 2, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    assert browser.post("/accounts/sign-in/", data=fields, headers={"Origin": front.origin}).is_redirect
    return browser.get("/library/").text


def guess(front: Front, account: str, headers: dict[str, str], address: str = "127.0.0.1") -> int:
    """A wrong password for an account, through the proxy."""
    with front.browser(address) as browser:
        browser.get("/accounts/sign-in/").raise_for_status()
        fields = {"username": account, "password": WRONG, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        answer = browser.post("/accounts/sign-in/", data=fields, headers={"Origin": front.origin, **headers})
        return answer.status_code


@pytest.mark.parametrize("name", ["caddy", "appending"])
def test_an_address_counts_as_the_nearest_proxy_saw_it(fronts: dict[str, Front], name: str) -> None:
    """Whatever the client claims, in the header that the proxy sets and in those that it does not know."""
    front = fronts[name]
    claims = [dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded"), f"192.0.2.{number}") for number in range(6)]
    assert [guess(front, f"nobody-{name}", claim) for claim in claims] == [200] * 5 + [429]
    assert guess(front, f"nobody-{name}", claims[0], "127.0.9.1") == 200  # of another address, by the same proxy


def test_https_is_known_by_what_caddy_and_traefik_send(fronts: dict[str, Front]) -> None:
    front = fronts["caddy"]
    assert front.sign_in().status_code == 200
    assert front.first_frame()["type"] == "self.update"


def test_a_socket_on_which_nothing_goes_outlives_a_proxys_patience(hasty_site: Site, tmp_path: Path) -> None:
    """Of nginx's minute a tenth, as of the site's pings. Whoever listens here is a program that asks for nothing."""
    (port,) = free_ports(1)
    server = f"""server {{ listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{hasty_site.port}; {SOCKETS} proxy_read_timeout 6s; }} }}"""
    with hasty_site.api() as api:
        api.post("rooms", json={"name": "silent"}).raise_for_status()
    with Nginx(tmp_path / "nginx", server), connect(f"ws://127.0.0.1:{port}/ws/rooms/silent/") as socket:
        next_frame(socket, "people.update")
        until_silent(socket, 12)
        socket.send('{"type":"clock.ping","t0":2}')
        assert next_frame(socket, "clock.pong")["t0"] == 2


def until_silent(socket: ClientConnection, for_s: float) -> None:
    """Take what comes, until nothing has come for so long. Raises ConnectionClosed."""
    with suppress(TimeoutError):
        while True:
            socket.recv(for_s)
