"""Which database the site uses: `DATABASE_URL`, else the SQLite file that `SYNCHRO_DATABASE` names. An address that
cannot be right stops the start in words, which never have its password in them."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from synchro.database.places import network_file_system_of

LOCK_WAIT_S = 8
"""For whoever writes the same just now. A page gives a command up after 10."""

CONNECT_WAIT_S = 5
"""For a connection that is free, or a new one. PostgreSQL makes one in milliseconds, on a busy machine in a second."""

RECONNECT_S = 1
"""After which the pool gives a connection up that cannot be made, and tries anew when the next one is asked for. Else
it would wait longer each time, for minutes after the database is back."""

SILENCE_S = 10
"""A machine that fell silent is given up after so long, by either side: the rows that it held are free again."""

POSTGRESQL = ("postgres", "postgresql")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_FORM = "postgres://user:password@host:5432/name, or sqlite:////folder/file"
_LETTERS = "Letters like / ? # @ % in a user name or a password are written %2F %3F %23 %40 %25."


def chosen(url: str, sqlite_path: str, connections: int) -> dict[str, Any]:
    """The site's database, as Django's settings have it. `url`, if there is one, wins. `connections`: how many to
    PostgreSQL a process may have. Raises ImproperlyConfigured."""
    database = database_at(url, connections=connections) if url else sqlite_at(sqlite_path)
    if database["ENGINE"] == SQLITE_ENGINE and (kind := network_file_system_of(Path(database["NAME"]))):
        raise ImproperlyConfigured(
            f"{'DATABASE_URL' if url else 'SYNCHRO_DATABASE'}: {database['NAME']} is on a file system over a network"
            f" ({kind}), where SQLite's files come to harm. Put it on a disk of this machine, or use PostgreSQL:"
            " docs/operations.md says how a database is moved."
        )
    return database


SQLITE_ENGINE = "synchro.database.sqlite"
POSTGRESQL_ENGINE = "synchro.database.postgresql"


def sqlite_at(path: str) -> dict[str, Any]:
    return {
        "ENGINE": SQLITE_ENGINE,
        "NAME": path,
        # Closed with the request, which has a thread of its own and so a connection of its own: one that was kept would
        # serve nobody again, and hold its descriptors until the thread's remains are collected.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            # a writer says so at once and waits its turn; a deferred lock cannot wait, and fails: "database is locked"
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_WAIT_S,
            "init_command": "PRAGMA synchronous=NORMAL;",  # durable enough under WAL, which library.apps sets once
        },
    }


def database_at(url: str, *, name: str = "DATABASE_URL", connections: int) -> dict[str, Any]:
    """The database at an address. `name`: what the address is called in words about it. Raises ImproperlyConfigured."""
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme == "sqlite":
        return sqlite_at(_sqlite_path(url, name))
    if scheme not in POSTGRESQL:
        raise ImproperlyConfigured(f"{name} must be {_FORM}")
    _check(url, name)
    made: dict[str, Any] = {"OPTIONS": {}, **dj_database_url.parse(url, engine=POSTGRESQL_ENGINE)}
    if made["HOST"].startswith("/"):  # a socket's folder, of which the library makes small letters
        made["HOST"] = unquote(urlsplit(url).netloc.rpartition("@")[2].partition(":")[0])
    made["CONN_MAX_AGE"] = 0  # a connection goes back to the pool with the request: its thread does not come again
    made["CONN_HEALTH_CHECKS"] = True  # one that a restart of the database broke is not handed out
    made["OPTIONS"] = {
        "application_name": "synchro",
        "connect_timeout": CONNECT_WAIT_S,
        "tcp_user_timeout": SILENCE_S * 1000,
        "keepalives_idle": SILENCE_S,
        **made["OPTIONS"],
        "options": f"{_SERVER_SIDE} {made['OPTIONS'].get('options', '')}".strip(),
        "pool": {
            "min_size": 1, "max_size": connections, "timeout": CONNECT_WAIT_S, "reconnect_timeout": RECONNECT_S,
        },
    }  # fmt: skip
    return made


_SERVER_SIDE = (
    f"-c lock_timeout={LOCK_WAIT_S}s -c tcp_keepalives_idle={SILENCE_S} -c tcp_keepalives_interval=2"
    f" -c tcp_keepalives_count=3 -c tcp_user_timeout={SILENCE_S}s"
)
"""What PostgreSQL is asked to do for the site's connections."""


def _sqlite_path(url: str, name: str) -> str:
    path = url.partition("://")[2]
    if not path.startswith("/") or not path.strip("/") or "?" in path or "#" in path:
        raise ImproperlyConfigured(f"{name} must be sqlite:////folder/file for SQLite, without ? and #")
    return str(Path(dj_database_url.parse(url)["NAME"]).resolve())


def _check(url: str, name: str) -> None:
    """What the library and PostgreSQL's own would guess, or tell with the password in it."""
    from psycopg import pq  # a site on SQLite does without

    if re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ImproperlyConfigured(f"{name} has a space or a control character in it. {_LETTERS}")
    if re.search(r"%(?![0-9A-Fa-f]{2})", url):
        raise ImproperlyConfigured(f"{name} has a % that begins no letter's number. {_LETTERS}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"{name}: what stands for the host or the port is none. {_LETTERS}") from None
    if parts.fragment or url.endswith("#") or parts.netloc.count("@") > 1 or port == 0:
        raise ImproperlyConfigured(f"{name} cannot be taken apart. {_LETTERS}")
    if not (database := parts.path.strip("/")) or "/" in database:
        raise ImproperlyConfigured(f"{name} must name one database at its end: {_FORM}. {_LETTERS}")
    options = parse_qsl(parts.query, keep_blank_values=True)
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - {"dbname", "password"}
    for option, value in options:
        if option not in known or not value:
            # not the option itself: of a password with a ? in it, this is the end
            raise ImproperlyConfigured(f"{name} has something behind its ? that is no option of PostgreSQL. {_LETTERS}")
        if option == "sslmode" and value not in SSL_MODES:
            raise ImproperlyConfigured(f"{name}: sslmode must be one of {', '.join(SSL_MODES)}")
