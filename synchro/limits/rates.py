"""How often something may be done: named limits, counted for an address, an account or whatever else a key names.

A window begins with the first thing that is counted and ends as a whole: who is refused knows exactly when to come
back, and a counter is one number. So at most twice the amount passes in any stretch as long as the window.

Counting costs some microseconds and no thread, and its memory is bounded (`synchro.limits.counters`). Where counters
are kept is `settings.RATE_LIMIT_STORAGE`, an address of the `limits` library; it may be one that waits for a network,
so do not count on the event loop.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext, gettext_lazy
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

import synchro.limits.counters
import synchro.limits.shared_counters  # noqa: F401  # they make their schemes known to the library
from playback import clock

CODE = "too_many_requests"
"""The stable code of every refusal."""

ATTEMPTS = gettext_lazy("Too many attempts.")

MINUTE_S, HOUR_S, DAY_S = 60, 60 * 60, 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` within `window_s`, for each key. The reason stands beside each limit."""

    name: str
    amount: int
    window_s: int
    what: str | Promise = ATTEMPTS
    """For people: what there was too much of."""

    grows: bool = True
    """Multiplied by SYNCHRO_RATE_LIMIT_FACTOR. Not so where a larger site is no reason for a larger amount."""

    def allowed(self) -> int:
        """The amount on this site."""
        return self.amount * settings.RATE_LIMIT_FACTOR if self.grows else self.amount


@dataclass(frozen=True, slots=True)
class Charge:
    """What one attempt counts against: `limit`, for `key`."""

    limit: Limit
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """`limit` is used up for another `wait_s` whole seconds, at least one."""

    limit: Limit
    wait_s: int

    @property
    def message(self) -> str:
        """For people, in the language that is active."""
        return gettext("%(what)s Try again in %(wait)s.") % {"what": self.limit.what, "wait": words(self.wait_s)}


class TooManyRequests(Exception):
    """A refusal on its way to whoever answers it; at the latest, `synchro.limits.answers` or the API answers 429."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.limit.name)
        self.refusal = refusal


def spend(limit: Limit, *key: str, amount: int = 1) -> Refusal | None:
    """Count `amount` for `key`, or refuse: then nothing is counted."""
    item, name = _item(limit), _name(key)
    if _limiter().hit(item, name, cost=amount):
        return None
    give_back(limit, *key, amount=amount)  # the library counts before it refuses
    return _refusal(limit, item, name)


def spend_all(charges: Sequence[Charge]) -> Refusal | None:
    """Count one for each, or refuse, with the longest wait: then nothing is counted."""
    if refusals := [refusal for charge in charges if (refusal := peek(charge.limit, *charge.key))]:
        return max(refusals, key=lambda refusal: refusal.wait_s)
    for done, charge in enumerate(charges):
        if refusal := spend(charge.limit, *charge.key):  # somebody else was counted since the look
            give_back_all(charges[:done])
            return refusal
    return None


def give_back_all(charges: Sequence[Charge]) -> None:
    for charge in charges:
        give_back(charge.limit, *charge.key)


def peek(limit: Limit, *key: str, amount: int = 1) -> Refusal | None:
    """Whether `spend` would refuse. Counts nothing."""
    item, name = _item(limit), _name(key)
    return None if _limiter().test(item, name, cost=amount) else _refusal(limit, item, name)


def give_back(limit: Limit, *key: str, amount: int = 1) -> None:
    """Take back what was spent: it turned out not to count."""
    _limiter().hit(_item(limit), _name(key), cost=-amount)


def forget_all() -> None:
    """Begin all counters anew."""
    _limiter().storage.reset()


def address_key(remote_addr: str) -> str:
    """Whom an address stands for. One household or one rented server has a /64 of IPv6 addresses, and changes among
    them as it likes; IPv4 that came over an IPv6 socket is the same as without. What is no address shares one key."""
    try:
        address = ip_address(remote_addr)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


def client_key(request: HttpRequest | None) -> str:
    """Whom a request's address stands for; behind a proxy, the client's (`SYNCHRO_BEHIND_PROXY`)."""
    return address_key(request.META.get("REMOTE_ADDR", "") if request else "")


def words(wait_s: int) -> str:
    """“15 minutes”, “1 hour, 2 minutes”: a whole number of minutes, rounded up."""
    minutes = -(-wait_s // MINUTE_S)
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    return timesince(begin, begin + timedelta(minutes=minutes))


@cache
def _limiter() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(cast(Storage, storage_from_string(settings.RATE_LIMIT_STORAGE)))


def _item(limit: Limit) -> RateLimitItem:
    return RateLimitItemPerSecond(limit.allowed(), limit.window_s, namespace=limit.name)


def _name(key: tuple[str, ...]) -> str:
    """One short word for a key: parts that people chose may be long, and may hold what separates parts."""
    return blake2b("\0".join(f"{len(part)}:{part}" for part in key).encode(), digest_size=16).hexdigest()


def _refusal(limit: Limit, item: RateLimitItem, name: str) -> Refusal:
    ends_s = _limiter().get_window_stats(item, name).reset_time
    return Refusal(limit, min(max(1, math.ceil(ends_s - clock.now_us() / 1e6)), limit.window_s))
