"""The room socket's messages, both ways, and nothing else: types, names, limits, codes.

JSON text frames with a `type`. `manage.py protocol_docs` writes the AsyncAPI document, `docs/protocol.md` and
`static/js/link/protocol.d.ts` from these structs; a test fails when they differ.

Units are in the names. `position` is in samples at 48 kHz (see `playback.timeline`), `at_us` in server time.
Structs from clients forbid unknown fields: a frame that is not exactly one of these is refused with `bad_message`.
"""

from playback.protocol.client import *  # noqa: F403
from playback.protocol.parts import *  # noqa: F403
from playback.protocol.server import *  # noqa: F403

PROTOCOL_VERSION = 1
