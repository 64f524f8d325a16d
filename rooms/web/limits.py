"""How many rooms are opened, and how many people come into them. Counted before the room's own rules are asked."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rooms.change import RoomKey
from rooms.identity import Identity
from rooms.permissions import membership
from rooms.selectors import find_room
from synchro.limits.rates import HOUR_S, Limit, TooManyRequests, client_key, spend

ROOMS_OF_GUESTS_FROM_ADDRESS = Limit(
    "rooms_of_guests_from_address", 30, HOUR_S, _("Too many rooms were opened from your network.")
)
"""A guest is a new person with each browser profile, so the address counts. Thirty, because a school class or an office
shares one; a script that drops its cookie made a thousand in 14 s."""

ROOMS_OF_ACCOUNT = Limit("rooms_of_account", 30, HOUR_S, _("You have opened too many rooms."))
"""More than anybody opens by hand, with those that were destroyed again."""

JOINS_FROM_ADDRESS = Limit("joins_from_address", 1000, HOUR_S, _("Too many people have joined from your network."))
"""A hall of people on one Wi-Fi comes in within minutes. Each guest without a cookie is a new row, and a room has room
for 20 000 of them."""


def count_room(request: HttpRequest, identity: Identity) -> None:
    """Before a room is opened. Raises TooManyRequests."""
    if identity.user_id:
        refusal = spend(ROOMS_OF_ACCOUNT, str(identity.user_id))
    else:
        refusal = spend(ROOMS_OF_GUESTS_FROM_ADDRESS, client_key(request))
    if refusal:
        raise TooManyRequests(refusal)


def count_join(client: str, room: RoomKey, identity: Identity) -> None:
    """Before somebody at the address `client` (`client_key`) joins; who is in the room already counts for nothing.
    Raises TooManyRequests, RoomError."""
    if membership(find_room(room), identity):
        return
    if refusal := spend(JOINS_FROM_ADDRESS, client):
        raise TooManyRequests(refusal)
