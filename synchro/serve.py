"""Daphne, on uvloop: `python -m synchro.serve`, with daphne's own arguments.

Daphne takes the event loop that the process makes by default, when it is imported; so the choice comes first.
"""

import uvloop

uvloop.install()

from daphne.cli import CommandLineInterface  # noqa: E402  # see above

if __name__ == "__main__":
    CommandLineInterface.entrypoint()
