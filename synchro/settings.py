"""Django settings. Everything an operator may change is read from the environment; `docs/operations.md` lists it."""

import secrets
import socket
from hashlib import sha256
from pathlib import Path

import django
from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from synchro import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

DATA_DIR = Path(env.text("SYNCHRO_DATA", str(BASE_DIR / "media"))).resolve()
"""Everything that a person made, the database apart."""
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _kept_secret(path: Path) -> str:
    """A secret made on first start and kept; never a default one."""
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


DEBUG = env.flag("SYNCHRO_DEBUG", False)
SECRET_KEY = env.text("SYNCHRO_SECRET_KEY") or _kept_secret(DATA_DIR / "secret_key")


def _own_names() -> list[str]:
    """The names by which a machine on a home network is reached: itself, its host name, its addresses."""
    names = {"localhost", "127.0.0.1", "[::1]", ".local", socket.gethostname()}
    try:
        for family, _kind, _proto, _name, address in socket.getaddrinfo(socket.gethostname(), None):
            names.add(f"[{address[0]}]" if family == socket.AF_INET6 else str(address[0]))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # sends nothing: asks which address the machine would use
            names.add(probe.getsockname()[0])
    except OSError:
        pass
    return sorted(names)


ALLOWED_HOSTS = env.words("SYNCHRO_HOSTS") or _own_names()
CSRF_TRUSTED_ORIGINS = env.words("SYNCHRO_TRUSTED_ORIGINS")
BEHIND_HTTPS = env.flag("SYNCHRO_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
if BEHIND_HTTPS:  # the proxy in front sets this header and drops a client's own (deploy/nginx.conf)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

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
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "synchro.middleware.IsolationMiddleware",  # before whitenoise: an isolated page's worker must be isolated too
    "synchro.middleware.CompressionMiddleware",  # before whitenoise: scripts and styles are most of a page
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": env.text("SYNCHRO_DATABASE", str(BASE_DIR / "db.sqlite3")),
        "CONN_MAX_AGE": None,  # a file: opening it anew for every command costs more than most commands
        "OPTIONS": {
            # a writer says so at once and waits its turn; a deferred lock cannot wait, and fails: "database is locked"
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA synchronous=NORMAL;",  # durable enough under WAL, which library.apps sets once
        },
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# One process: the in-memory layer. It may drop; revisions make that harmless (docs/architecture.md).
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 1000}}}

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


STATIC_URL = f"/static/{_static_fingerprint()}/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
"""For `manage.py collectstatic`, where nginx sends them; without that, whitenoise finds them in place."""
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
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
        "connect-src": [SELF, "ws:", "wss:"],  # 'self' does not cover the socket's scheme in every browser
        "worker-src": [SELF],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

FFMPEG = env.text("SYNCHRO_FFMPEG")
"""Path of ffmpeg; empty: the one in PATH, else imageio-ffmpeg's."""

MAX_UPLOAD_BYTES = env.number("SYNCHRO_MAX_UPLOAD_MB", 2048, low=1, high=1_000_000) * 1024 * 1024
"""A three-hour lossless recording is about 1.5 GB. Above it an upload is refused while it comes in."""
FILE_UPLOAD_HANDLERS = [
    "library.upload_limit.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # form fields and JSON; files are streamed and have their own limit
DATA_UPLOAD_MAX_NUMBER_FILES = 200
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "incoming")
Path(FILE_UPLOAD_TEMP_DIR).mkdir(exist_ok=True)

INGEST_IN_PROCESS = env.flag("SYNCHRO_INGEST", True)
"""Whether the web process also runs the ingest worker (as its own child process)."""

ACCEL_REDIRECT = env.text("SYNCHRO_ACCEL_REDIRECT")
"""The internal nginx location that maps to DATA_DIR/audio; empty: Django sends segments itself."""

METRICS_TOKEN = env.text("SYNCHRO_METRICS_TOKEN")
"""With it, as a bearer token, `/metrics` answers from anywhere; without it, this machine alone."""

GUESTS_CREATE_ROOMS = env.flag("SYNCHRO_GUESTS_CREATE_ROOMS", True)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("SYNCHRO_LOG_LEVEL", "INFO")},
    "loggers": {"daphne.http_protocol": {"level": "WARNING"}, "daphne.ws_protocol": {"level": "WARNING"}},
}
