"""Settings that cannot all be meant."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext as _

from rooms.addresses import is_loopback
from synchro.doctor.findings import Finding, bad, doubtful, good


def settings_agree() -> Iterator[Finding]:
    found = [*_about_https(), *_about_names(), *_about_the_proxy(), *_about_debug()]
    yield from found or [good(_("The settings agree with each other."))]


def _about_https() -> Iterator[Finding]:
    schemes = {urlsplit(origin).scheme for origin in settings.CSRF_TRUSTED_ORIGINS}
    if settings.BEHIND_HTTPS and "http" in schemes:
        yield bad(
            _("SYNCHRO_HTTPS=1 says that people come by https, and SYNCHRO_TRUSTED_ORIGINS has an address with http."),
            _("Write https there, or set SYNCHRO_HTTPS=0."),
        )
    if "https" in schemes and not settings.BEHIND_HTTPS:
        yield doubtful(
            _("SYNCHRO_TRUSTED_ORIGINS has an address with https, and SYNCHRO_HTTPS is 0: cookies go by http, too."),
            _("Set SYNCHRO_HTTPS=1, and have the proxy in front send “X-Forwarded-Proto: https”."),
        )


def _about_names() -> Iterator[Finding]:
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        name = (urlsplit(origin).hostname or "").replace("*.", "any.")
        if not validate_host(f"[{name}]" if ":" in name else name, settings.ALLOWED_HOSTS):
            yield bad(
                _("SYNCHRO_TRUSTED_ORIGINS has %(origin)s, but the site does not go by that name.")
                % {"origin": origin},
                _("Add %(name)s to SYNCHRO_HOSTS.") % {"name": name},
            )


def _about_the_proxy() -> Iterator[Finding]:
    if settings.BEHIND_HTTPS and not settings.BEHIND_PROXY:
        yield doubtful(
            _("SYNCHRO_HTTPS=1 needs a proxy in front, and SYNCHRO_BEHIND_PROXY is 0: everybody shares its address, and"
              " the limits that are counted by address."),
            _("Set SYNCHRO_BEHIND_PROXY=1."),
        )  # fmt: skip
    if settings.BEHIND_PROXY and not is_loopback(settings.LISTENS_ON):
        yield doubtful(
            _("The site believes a proxy about addresses, and listens on %(host)s: others reach it past the proxy.")
            % {"host": settings.LISTENS_ON},
            _("Set HOST=127.0.0.1, or let a firewall keep others away."),
        )  # fmt: skip
    if settings.ACCEL_REDIRECT and not settings.BEHIND_PROXY:
        yield bad(
            _("SYNCHRO_ACCEL_REDIRECT leaves the music to nginx, and SYNCHRO_BEHIND_PROXY says that there is none."),
            _("Set SYNCHRO_BEHIND_PROXY=1 behind nginx (deploy/nginx.conf), else take SYNCHRO_ACCEL_REDIRECT away."),
        )


def _about_debug() -> Iterator[Finding]:
    if settings.DEBUG and (settings.CSRF_TRUSTED_ORIGINS or not is_loopback(settings.LISTENS_ON)):
        yield bad(_("SYNCHRO_DEBUG=1 shows secrets to everybody who meets an error."), _("Set SYNCHRO_DEBUG=0."))
