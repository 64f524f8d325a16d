"""How often a password may be guessed. Only failures count: each attempt is counted before the password is looked at,
so that many at once are no way around it, and what was right is given back.

A browser in which somebody has logged in before is known to that account (`synchro.accounts.devices`) and has an
allowance of its own: whoever guesses at an account from elsewhere cannot lock its owner out of it there.
"""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from synchro.accounts import devices
from synchro.accounts.names import folded
from synchro.limits.rates import HOUR_S, MINUTE_S, Charge, Limit, TooManyRequests, client_key, spend_all

_WHAT = _("Too many wrong passwords.")

OF_ACCOUNT_FROM_ADDRESS = Limit("log_ins_of_account_from_address", 5, 15 * MINUTE_S, _WHAT, grows=False)
"""People who do not find their password in five attempts do not find it in the sixth."""

FROM_ADDRESS = Limit("log_ins_from_address", 30, 15 * MINUTE_S, _WHAT)
"""One address tries one password with many accounts. Thirty, because a household or an office shares an address."""

OF_ACCOUNT = Limit("log_ins_of_account", 50, HOUR_S, _WHAT, grows=False)
"""Many addresses guess at one account. At most twice as many pass in any hour (`synchro.limits.rates`), and ASVS 2.2.1
allows 100. It locks out new devices of the account's owner, too, so it is as high as that lets it be."""

OF_KNOWN_DEVICE = Limit("log_ins_of_known_device", 10, 15 * MINUTE_S, _WHAT, grows=False)
"""Its owner mistypes here, and is not told to wait as soon as a stranger. 40 an hour, below what ASVS 2.2.1 allows."""

SET_UP_TOKENS_FROM_ADDRESS = Limit("set_up_tokens_from_address", 10, HOUR_S, _("Too many wrong tokens."), grows=False)
"""A set-up token is copied, not remembered: who pastes ten wrong ones is guessing. There is no limit over all
addresses: 128 random bits need none, and it would let strangers keep the first administrator out."""


def attempt_log_in(request: HttpRequest | None, account: str) -> list[Charge]:
    """Count an attempt; what to give back if it succeeds. Raises TooManyRequests."""
    name = folded(account)
    if device := devices.known_device(request, name):
        return _attempt([Charge(OF_KNOWN_DEVICE, (device, name))])
    address = client_key(request)
    return _attempt([
        Charge(OF_ACCOUNT_FROM_ADDRESS, (name, address)),
        Charge(FROM_ADDRESS, (address,)),
        Charge(OF_ACCOUNT, (name,)),
    ])  # fmt: skip


def attempt_set_up(request: HttpRequest) -> list[Charge]:
    """The same for the set-up token of the first administrator."""
    return _attempt([Charge(SET_UP_TOKENS_FROM_ADDRESS, (client_key(request),))])


def _attempt(charges: list[Charge]) -> list[Charge]:
    if refusal := spend_all(charges):
        raise TooManyRequests(refusal)
    return charges
