"""Django settings. Everything an operator may change is read from the environment; `docs/operations.md` lists it."""

import secrets
import socket
from hashlib import sha256
from pathlib import Path
from typing import Any

import django
from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from rooms.addresses import network_address, on_network
from synchro import environment as env
from synchro.database import addresses
from synchro.private_files import narrow, private_folder
from synchro.shared.connection import CONNECTION, OTHERS

BASE_DIR = Path(__file__).resolve().parent.parent

DATA_DIR = Path(env.text("SYNCHRO_DATA", str(BASE_DIR / "media"))).resolve()
"""Everything that a person made, the database apart. A proxy in front may read what players get, and no more."""
DATA_DIR.mkdir(parents=True, exist_ok=True)
private_folder(DATA_DIR / "originals")
narrow(DATA_DIR / "setup-token")


def _kept_secret(path: Path) -> str:
    """A secret made on first start and kept; never a default one."""
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        narrow(path)
    return path.read_text()


DEBUG = env.flag("SYNCHRO_DEBUG", False)
SECRET_KEY = env.text("SYNCHRO_SECRET_KEY") or _kept_secret(DATA_DIR / "secret_key")


LISTENS_ON = env.text("HOST", "127.0.0.1")
"""Where deploy/serve listens."""

_network_address = network_address()


def _own_names() -> list[str]:
    """The names by which a machine on a home network is reached: itself, its host name, its addresses."""
    names = {"localhost", "127.0.0.1", "[::1]", ".local", socket.gethostname(), _network_address or "localhost"}
    try:
        for family, _kind, _proto, _name, address in socket.getaddrinfo(socket.gethostname(), None):
            names.add(f"[{address[0]}]" if family == socket.AF_INET6 else str(address[0]))
    except OSError:
        pass
    return sorted({*names, on_network() or "127.0.0.1"})


OWN_PATHS = frozenset({
    "accounts", "admin", "api", "demo-music", "healthz", "i18n", "library", "metrics", "readyz", "rooms", "static",
    "ws",
})  # fmt: skip
"""What addresses of the site begin with. SYNCHRO_PATH does not: so an address tells whether a proxy took it away."""

PATH = env.path("SYNCHRO_PATH", taken=OWN_PATHS)
"""Below which the site is, with a slash at either end."""

API_PATH = f"{PATH}api/"

if PATH != "/":  # another site of this host may have cookies of Django's names, and browsers send those here, too
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = (
        f"synchro_{name}" for name in ("session", "csrf", "language")
    )

ALLOWED_HOSTS = env.words("SYNCHRO_HOSTS") or _own_names()
NETWORK_ADDRESS = _network_address if {_network_address, "*"} & {*ALLOWED_HOSTS} else None
"""Where others on the network reach the site, once it listens there."""

CSRF_TRUSTED_ORIGINS = env.origins("SYNCHRO_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "synchro.origins.answers.form_refused"
BEHIND_PROXY = env.number("SYNCHRO_BEHIND_PROXY", 0, low=0, high=9)
"""How many proxies stand in front, one behind the other (`synchro.door`). Nobody has nine: that is a mistake."""
BEHIND_HTTPS = env.flag("SYNCHRO_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
if BEHIND_HTTPS:  # the proxy in front sets this header and drops a client's own (deploy/nginx.conf)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # A year, which browsers' own lists ask for. Of this name alone: its neighbours are not the site's to speak for.
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
SILENCED_SYSTEM_CHECKS = [
    "security.W005", "security.W021",  # HSTS of all names below this one, and in browsers' lists: not the site's to say
    "security.W008",  # the proxy leads from http to https; what watches the site asks it by http
]  # fmt: skip

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "django_htmx",
    "ninja",
    "playback",
    "library",
    "rooms",
    "synchro.accounts",
    "synchro.backup",
    "synchro.database",
    "synchro.doctor",
]

MIDDLEWARE = [
    "synchro.middleware.CookiePathMiddleware",  # outermost: it sees the cookies of all others
    "django.middleware.security.SecurityMiddleware",
    "synchro.middleware.IsolationMiddleware",  # before whitenoise: an isolated page's worker must be isolated too
    "synchro.middleware.CompressionMiddleware",  # before whitenoise: scripts and styles are most of a page
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "synchro.api_problems.ApiProblemMiddleware",
    "synchro.middleware.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "synchro.accounts.devices.KnownDeviceMiddleware",
    "synchro.limits.answers.RefusalMiddleware",
]

ROOT_URLCONF = "synchro.urls"
ASGI_APPLICATION = "synchro.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

DATABASE_FILE = env.text("SYNCHRO_DATABASE", str(BASE_DIR / "db.sqlite3"))
"""The SQLite file; where DATABASE_URL names another database, what `manage.py move_database` copies."""

DATABASES = {
    "default": addresses.chosen(
        env.text("DATABASE_URL"), DATABASE_FILE, env.number("SYNCHRO_DATABASE_CONNECTIONS", 20, low=2, high=1000)
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.address("REDIS_URL", "redis", "rediss")
"""Where several processes of the site meet; empty: it is one process, and everything is in its memory."""

REDIS_PREFIX = env.word("SYNCHRO_REDIS_PREFIX", "synchro")
"""In front of every name in Redis: several sites may share one."""

# Layers may drop messages; revisions make that harmless (docs/architecture.md). The default one is within a process.
# It would forget members of a group after a day: a room may be open for a year.
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        "CONFIG": {"capacity": 1000, "group_expiry": 366 * 24 * 3600},
    }
}
if REDIS_URL:
    CHANNEL_LAYERS[OTHERS] = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, **CONNECTION}], "prefix": f"{REDIS_PREFIX}:"},
    }

AUTHENTICATION_BACKENDS = ["synchro.accounts.backends.LimitedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "rooms:home"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90  # a phone in the kitchen stays signed in

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("TZ", "UTC")
USE_I18N = USE_TZ = True


def _static_fingerprint() -> str:
    """Names the content of the static files. As part of their address it lets browsers keep them for ever, and leaves
    relative imports between ES modules alone, which renaming each file by its hash does not."""
    digest = sha256(django.__version__.encode())
    for path in sorted(p for p in (BASE_DIR / "static").rglob("*") if p.is_file()):
        digest.update(path.relative_to(BASE_DIR).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


STATIC_URL = f"{PATH}static/{_static_fingerprint()}/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
"""For `manage.py collectstatic`, where nginx sends them; without that, whitenoise finds them in place."""
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
"""What browsers and search engines ask for unasked, by addresses of its own: `/favicon.ico`, `/robots.txt`."""
WHITENOISE_AUTOREFRESH = DEBUG


def WHITENOISE_IMMUTABLE_FILE_TEST(path: str, url: str) -> bool:
    return not DEBUG


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],  # and the site's own socket: 'self' does not cover its scheme in every browser
        "worker-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # IsolationMiddleware says it where browsers heed it

FFMPEG = env.text("SYNCHRO_FFMPEG")
"""Path of ffmpeg; empty: the one in PATH, else imageio-ffmpeg's."""

MAX_UPLOAD_BYTES = env.number("SYNCHRO_MAX_UPLOAD_MB", 2048, low=1, high=1_000_000) * 1024 * 1024
"""A three-hour lossless recording is about 1.5 GB. Above it an upload is refused while it comes in."""
UPLOAD_PIECE_BYTES = env.number("SYNCHRO_UPLOAD_PIECE_KB", 8192, low=64, high=8192) * 1024
"""In which a browser sends a file; at most `library.jobs.resumable.MAX_PIECE_BYTES`. A proxy may take less (nginx takes
1 MB unless it is told otherwise). 64 kB, below which more goes in headers than is worth it, are 5 s at 100 kbit/s."""
MAX_UPLOAD_BYTES_PER_DAY = env.number("SYNCHRO_UPLOAD_GB_PER_DAY", 20, low=0, high=1_000_000) * 1024**3
"""Of one account (`library.web.upload_allowance`); 0: as much as there is room for."""

QUOTA_BYTES = env.number("SYNCHRO_QUOTA_GB", 100, low=0, high=1_000_000) * 1024**3
"""What the tracks of one person may take, uploads and renditions; 0: as much as there is. Staff have no quota. 100 GB
are some 2 000 songs that came as FLAC: more than a person brings, and less than a disk."""
FILE_UPLOAD_HANDLERS = [
    "library.web.upload_limit.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "library.web.unnamed_upload.UnnamedUpload",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # form fields and JSON; files are streamed and have their own limit
DATA_UPLOAD_MAX_NUMBER_FILES = 200
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "incoming")
private_folder(Path(FILE_UPLOAD_TEMP_DIR))

INGEST_IN_PROCESS = env.flag("SYNCHRO_INGEST", True)
"""Whether the web process also runs the ingest worker (as its own child process)."""

ACCEL_REDIRECT = env.text("SYNCHRO_ACCEL_REDIRECT")
"""The internal nginx location that maps to DATA_DIR/audio; empty: Django sends segments itself."""

METRICS_TOKEN = env.text("SYNCHRO_METRICS_TOKEN")
"""With it, as a bearer token, `/metrics` answers from anywhere; without it, this machine alone."""

SIGN_UP_OPEN = env.choice("SYNCHRO_SIGN_UP", "open", "closed") == "open"
"""Whether people create accounts by themselves; else administrators make them."""

RATE_LIMIT_STORAGE = "shared://" if REDIS_URL else "bounded-memory://"
"""Where `synchro.limits.rates` counts, as an address of the `limits` library: Redis, or this process's memory."""

RATE_LIMIT_FACTOR = env.number("SYNCHRO_RATE_LIMIT_FACTOR", 1, low=1, high=1000)
"""Multiplies the limits that grow with a site: a school behind one address needs more than a flat."""

GUESTS_CREATE_ROOMS = env.flag("SYNCHRO_GUESTS_CREATE_ROOMS", True)

LOG_LEVEL = env.text("SYNCHRO_LOG_LEVEL", "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "synchro.log_format.for_stderr"}},
    "filters": {"without_outages": {"()": "synchro.outages.WithoutOutages"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # each attempt to connect: `synchro.outages` tells of it, more seldom
        "psycopg.pool": {"level": "DEBUG" if LOG_LEVEL == "DEBUG" else "ERROR"},
        "daphne": {"level": "DEBUG" if LOG_LEVEL == "DEBUG" else "WARNING"},  # below: banners of its own start
        # said once of each address, and with our own settings' names (synchro.origins.words)
        "django.security.csrf": {"level": "CRITICAL"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "channels_redis": {"level": "CRITICAL"},  # it gives a traceback a second; synchro.shared.link says it once
        # an address that is not there, a form that is refused: what strangers ask for is not the site's trouble
        "django.request": {"level": "DEBUG" if LOG_LEVEL == "DEBUG" else "ERROR", "filters": ["without_outages"]},
    },
}
