"""Who on the machine may read what the real site keeps: nobody its secrets, the proxy what it has to send."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.library.sounds import music, write_wav
from tests.serving import Site

GROUP_OR_OTHERS, OTHERS = 0o077, 0o007


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """That of this process, which the site's processes inherit."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path / "site", SYNCHRO_INGEST="0") as site:
        site.folder.mkdir()
        yield site


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def private_parts(site: Site) -> list[Path]:
    database = [site.folder / f"db.sqlite3{suffix}" for suffix in ("", "-wal", "-shm")]
    return database + [site.data / name for name in ("secret_key", "setup-token", "originals", "incoming")]


@pytest.mark.server
@pytest.mark.parametrize("umask", [0o022, 0o000], indirect=True)
def test_what_is_private_is_made_private_whatever_the_umask(umask: None, site: Site) -> None:
    site.manage("migrate", "--verbosity", "0")
    site.start()
    assert {path.name: oct(mode(path)) for path in private_parts(site) if mode(path) & GROUP_OR_OTHERS} == {}


@pytest.mark.server
@pytest.mark.parametrize("umask", [0o022], indirect=True)
def test_what_an_older_site_left_open_is_narrowed_at_the_start(umask: None, site: Site) -> None:
    site.manage("migrate", "--verbosity", "0")
    site.start()
    site.kill()  # so that the files beside the database stay
    for path in private_parts(site):
        path.chmod(0o755 if path.is_dir() else 0o644)
    site.start()
    assert {path.name: oct(mode(path)) for path in private_parts(site) if mode(path) & GROUP_OR_OTHERS} == {}


@pytest.mark.server
@pytest.mark.parametrize("umask", [0o027], indirect=True)
def test_under_the_services_umask_the_group_may_read_what_nginx_sends_and_others_nothing(
    umask: None, site: Site, tmp_path: Path
) -> None:
    site.manage("migrate", "--verbosity", "0")
    site.manage("import_music", str(write_wav(tmp_path / "a.wav", music(96_000))))
    site.manage("collectstatic", "--noinput", "--verbosity", "0")
    site.start()

    assert mode(site.data) & OTHERS == 0  # so that nothing below it is reached either
    sent = [
        path for name in ("audio", "static") for path in (site.data / name).rglob("*") if ".scratch" not in str(path)
    ]
    assert {path.suffix for path in sent} >= {".m4s", ".mp4", ".js", ".css"}
    for path in (site.data, site.data / "audio", site.data / "static", *sent):
        wanted = 0o050 if path.is_dir() else 0o040
        assert mode(path) & 0o070 == wanted, path
    assert [path.name for path in private_parts(site) if mode(path) & GROUP_OR_OTHERS] == []


def test_the_service_has_that_umask() -> None:
    unit = (Path(__file__).resolve().parent.parent / "deploy" / "synchro.service").read_text()
    assert "\nUMask=0027\n" in unit
