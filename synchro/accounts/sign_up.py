"""Who may open an account by themselves, and how many of them."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from synchro.limits.rates import HOUR_S, Limit

FROM_ADDRESS = Limit("sign_ups_from_address", 10, HOUR_S, _("Too many accounts were created from your network."))
"""A household signs up in one evening; a machine that wants accounts without number does not come far."""


def is_open() -> bool:
    return settings.SIGN_UP_OPEN
