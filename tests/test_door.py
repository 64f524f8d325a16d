"""What a proxy in front did to a request is undone at the door."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLResolver, get_resolver
from pytest_django import Settings

from synchro import door, environment
from synchro.settings import OWN_PATHS

PEER = "10.0.0.1"


def scope(kind: str = "http", path: str = "/", **headers: str) -> dict[str, Any]:
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": kind, "path": path, "headers": lines, "client": (PEER, 4242), "scheme": "http"}


@pytest.mark.parametrize(
    ("site", "asked", "path"),
    [
        ("/", "/rooms/hall/", "/rooms/hall/"),
        ("/music/", "/music/rooms/hall/", "/music/rooms/hall/"),  # a proxy that keeps it
        ("/music/", "/rooms/hall/", "/music/rooms/hall/"),  # one that takes it away
        ("/music/", "/", "/music/"),
        ("/music/", "/music", "/music"),  # to which Django adds the slash
        ("/music/", "/musical", "/music/musical"),
        ("/a/b/", "/a/b/healthz", "/a/b/healthz"),
        ("/a/b/", "/healthz", "/a/b/healthz"),
    ],
)
def test_an_address_has_the_sites_path_whatever_a_proxy_did(
    settings: Settings, site: str, asked: str, path: str
) -> None:
    settings.PATH = site
    assert door.told(scope(path=asked))["path"] == path


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "192.0.2.7", PEER),  # nobody stands in front who would have said so
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1, 192.0.2.7", "192.0.2.7"),  # the first one was claimed
        (2, "198.51.100.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (3, "192.0.2.7, 10.0.0.2", "192.0.2.7"),  # fewer than there should be: who came first
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "192.0.2.7:4711", "192.0.2.7"),
        (1, "unknown", PEER),
        (1, "", PEER),
    ],
)
def test_the_client_is_who_asked_the_outermost_proxy(
    settings: Settings, proxies: int, forwarded: str, client: str
) -> None:
    settings.BEHIND_PROXY = proxies
    assert door.told(scope(x_forwarded_for=forwarded))["client"][0] == client


def test_a_header_that_came_twice_is_one(settings: Settings) -> None:
    settings.BEHIND_PROXY = 1
    twice = scope(x_forwarded_for="198.51.100.1")
    twice["headers"].append((b"x-forwarded-for", b"192.0.2.7"))
    assert door.told(twice)["client"][0] == "192.0.2.7"


@pytest.mark.parametrize(("kind", "secure"), [("http", "https"), ("websocket", "wss")])
def test_https_is_known_by_the_proxy(settings: Settings, kind: str, secure: str) -> None:
    settings.BEHIND_PROXY = 1
    assert door.told(scope(kind, x_forwarded_proto="https"))["scheme"] == secure
    assert door.told(scope(kind, x_forwarded_proto="http"))["scheme"] == "http"
    settings.BEHIND_PROXY = 0
    assert door.told(scope(kind, x_forwarded_proto="https"))["scheme"] == "http"


def test_no_address_of_the_site_could_be_a_path_of_its_own() -> None:
    """Else it could not be told whether a proxy took the path away."""
    assert first_names(get_resolver()) | {"static", "ws"} == OWN_PATHS


def first_names(resolver: URLResolver) -> set[str]:
    names: set[str] = set()
    for pattern in resolver.url_patterns:
        first = str(pattern.pattern).split("/")[0]
        if first:
            names.add(first)
        elif isinstance(pattern, URLResolver):  # of another module's, at the same place
            names |= first_names(pattern)
    return names


@pytest.mark.parametrize(("value", "path"), [("", "/"), ("/", "/"), ("/music", "/music/"), ("/a/b-1.2/", "/a/b-1.2/")])
def test_a_path_is_read(monkeypatch: pytest.MonkeyPatch, value: str, path: str) -> None:
    monkeypatch.setenv("SYNCHRO_PATH", value)
    assert environment.path("SYNCHRO_PATH", taken=OWN_PATHS) == path


@pytest.mark.parametrize(
    "value", ["music", "/mu sic", "//", "/../a", "/.hidden", "/a?b", "/library", "/rooms/x", "http://a/b"]
)
def test_what_is_no_path_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SYNCHRO_PATH", value)
    with pytest.raises(ImproperlyConfigured, match="SYNCHRO_PATH must be"):
        environment.path("SYNCHRO_PATH", taken=OWN_PATHS)
