"""How often pages may ask for the time, so that any number of listeners costs the server the same."""

MAX_PINGS_PER_S = 800
"""For one server process. A ping costs some 80 µs of it: this leaves 15 of 16 parts of a core for everything else."""

FULL_PINGS_PER_MIN = 96
"""A burst of 8 every 5 s, what a page does by itself while its clock is young (static/js/link/pinger.js)."""

MIN_PINGS_PER_MIN = 8
"""A burst of 8 every minute still holds a clock to a millisecond, its skew being known by then; and it is often enough
for the server to know that the page is there (rooms/live/live_room.py)."""


def pings_per_min(sockets: int) -> int:
    """The budget of each of `sockets`. It moves by halves, so that it is announced seldom."""
    budget = FULL_PINGS_PER_MIN
    while budget > MIN_PINGS_PER_MIN and budget * sockets > MAX_PINGS_PER_S * 60:
        budget //= 2
    return max(budget, MIN_PINGS_PER_MIN)
