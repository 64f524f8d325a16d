"""`python -m synchro.server`, with daphne's own arguments, on uvloop.

Daphne takes the event loop that the process makes by default, when it is imported; so the choice comes first.
"""

import os

import uvloop

uvloop.install()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "synchro.settings")

import django  # noqa: E402  # see above

django.setup()  # whom a body is taken from is a question to models

from synchro.server import heap  # noqa: E402
from synchro.server.process import CommandLine  # noqa: E402

if __name__ == "__main__":
    heap.return_large_blocks()
    CommandLine.entrypoint()
