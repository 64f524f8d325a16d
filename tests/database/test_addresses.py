"""Which database the settings choose, and what is said of an address that cannot be right."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from synchro.database import addresses, places

SECRET = "hunter2"


def at(url: str) -> dict[str, Any]:
    return addresses.chosen(url, "/var/lib/synchro/db.sqlite3", 20)


def test_without_an_address_it_is_the_sqlite_file() -> None:
    database = at("")
    assert (database["ENGINE"], database["NAME"]) == ("synchro.database.sqlite", "/var/lib/synchro/db.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_an_address_wins_over_the_file() -> None:
    database = at(f"postgres://alice:{SECRET}@db.example.org:5433/music")
    assert database["ENGINE"] == "synchro.database.postgresql"
    where = [database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")]
    assert where == ["music", "alice", SECRET, "db.example.org", 5433]
    assert at("sqlite:////srv/other.sqlite3") == addresses.sqlite_at("/srv/other.sqlite3")


def test_a_thread_gives_its_connection_back_to_a_pool_of_so_many() -> None:
    database = addresses.chosen("postgresql:///music", "", 7)
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (0, True)
    assert database["OPTIONS"]["pool"]["max_size"] == 7


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("postgres://alice@/music?host=/run/PostgreSQL", "/run/PostgreSQL"),
        ("postgres://alice@%2Frun%2FPostgreSQL/music", "/run/PostgreSQL"),
        ("postgres://alice@[2001:db8::1]:5432/music", "2001:db8::1"),
    ],
)
def test_a_socket_or_an_ipv6_address_is_a_host_too(url: str, host: str) -> None:
    database = at(url)
    assert (database["HOST"] or database["OPTIONS"]["host"]) == host


def test_signs_in_a_password_are_written_as_numbers() -> None:
    assert at("postgres://alice:a%2Fb%3Fc%23d%40e%25f@h/music")["PASSWORD"] == "a/b?c#d@e%f"


def test_options_of_postgresql_are_taken_over() -> None:
    options = at("postgres://h/music?sslmode=verify-full&options=-c%20search_path%3Dmusic&application_name=x")[
        "OPTIONS"
    ]
    assert (options["sslmode"], options["application_name"]) == ("verify-full", "x")
    assert options["options"].endswith("-c search_path=music")
    assert "lock_timeout=8s" in options["options"]
    psycopg.conninfo.make_conninfo(**{name: value for name, value in options.items() if name != "pool"})


@pytest.mark.parametrize(
    "url",
    [
        f"alice:{SECRET}@h/music",
        f"mysql://alice:{SECRET}@h/music",
        f"postgres:/alice:{SECRET}@h/music",
        f"postgres://alice:{SECRET}@h",
        f"postgres://alice:{SECRET}@h/",
        f"postgres://alice:{SECRET}@h/music/more",
        f"postgres://alice:{SECRET}@h:port/music",
        f"postgres://alice:{SECRET}@h:0/music",
        f"postgres://alice:{SECRET}@h:65536/music",
        f"postgres://alice:{SECRET}/x@h/music",
        f"postgres://alice:{SECRET}#x@h/music",
        f"postgres://alice:x?{SECRET}@h/music",
        f"postgres://alice:{SECRET}@x@h/music",
        f"postgres://alice:{SECRET}%zz@h/music",
        f"postgres://alice:{SECRET} @h/music",
        f"postgres://alice:[{SECRET}@h/music",
        f"postgres://alice:{SECRET}@h/music?slmode=require",
        f"postgres://alice:{SECRET}@h/music?sslmode=yes",
        f"postgres://alice@h/music?password={SECRET}",
        "sqlite://",
        "sqlite:///",
        "sqlite://file",
        "sqlite:////srv/a.sqlite3?mode=ro",
    ],
)
def test_what_cannot_be_right_is_refused_by_name_and_without_the_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL") as refused:
        at(url)
    assert SECRET not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_file_over_a_network_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"36 35 98:0 / {tmp_path} rw,noatime master:1 - nfs4 server:/export rw\n")
    monkeypatch.setattr(places, "MOUNTS", mounts)
    file = tmp_path / "db.sqlite3"
    with pytest.raises(ImproperlyConfigured, match=rf"^SYNCHRO_DATABASE: {file} is on .* \(NFS\).*PostgreSQL"):
        addresses.chosen("", str(file), 20)
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL: "):
        addresses.chosen(f"sqlite:///{file}", "", 20)
    assert addresses.sqlite_at(str(file))["NAME"] == str(file)  # what is to be moved away can be read
