"""`manage.py doctor` at real sites, behind a real nginx that is set up well and badly."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.nginx import SOCKETS, Nginx, free_ports
from tests.serving import Site

pytestmark = pytest.mark.server

HOST = "proxy_set_header Host $http_host;"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, int, Path]]:
    """A site that expects to be reached through nginx at a port where nobody listens yet."""
    folder = tmp_path_factory.mktemp("doctor")
    (port,) = free_ports(1)
    with Site(folder, SYNCHRO_INGEST="0", SYNCHRO_TRUSTED_ORIGINS=f"http://localhost:{port}") as site:
        site.prepare(demo=False)
        site.start()
        yield site, port, folder


Look = Callable[[str | None], tuple[int, str]]


@pytest.fixture
def look(place: tuple[Site, int, Path], tmp_path: Path) -> Look:
    """The status, and what is said, with such an nginx in front."""
    site, port, _folder = place

    def look(how: str | None) -> tuple[int, str]:
        if how is None:
            done = site.run("doctor")
        else:
            to_site = f"proxy_pass http://127.0.0.1:{site.port}; {how}"
            with Nginx(tmp_path / "nginx", f"server {{ listen 127.0.0.1:{port}; location / {{ {to_site} }} }}"):
                done = site.run("doctor")
        assert done.stderr == "" or "Traceback" not in done.stderr
        return done.returncode, done.stdout

    return look


def test_a_site_that_is_well(look: Look) -> None:
    status, said = look(f"{SOCKETS} {HOST}")
    assert status == 0, said
    assert "Sockets open there." in said
    assert "✗" not in said


def test_a_public_address_where_nobody_is(look: Look) -> None:
    status, said = look(None)
    assert status == 1
    assert "The site does not answer at http://localhost" in said


def test_a_proxy_that_passes_no_sockets_on(look: Look) -> None:
    status, said = look(HOST)
    assert status == 1
    assert "No socket opens at ws://localhost" in said
    assert "Upgrade" in said


def test_a_proxy_that_names_another_host(look: Look) -> None:
    """Then a form and a socket of a page there go by the trusted origin alone; here it is one, and all is well."""
    status, said = look(f"{SOCKETS} proxy_set_header Host $host;")
    assert status == 0, said


def test_a_proxy_whose_name_is_none_of_the_sites(look: Look) -> None:
    status, said = look(f"{SOCKETS} proxy_set_header Host upstream.example;")
    assert status == 1
    assert "400" in said


def test_it_ends_well_without_a_public_address(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.prepare(demo=False)
    done = site.run("doctor", "--language", "zh-hans")
    assert done.returncode == 0, done.stdout
    assert "数据库" in done.stdout


def test_an_empty_database_is_told(tmp_path: Path) -> None:
    done = Site(tmp_path).run("doctor")
    assert done.returncode == 1
    assert "manage.py migrate" in done.stdout
    assert "Traceback" not in done.stderr
