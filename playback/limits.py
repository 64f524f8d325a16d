"""What one socket may ask of the server, and why so much."""

MAX_FRAME_BYTES = 16 * 1024
"""From a client. The largest legitimate frame is a report of some 500 bytes; this leaves room, and bounds parsing."""

MAX_SENT_FRAME_BYTES = 16 * 1024
"""From the server, whatever the room: what would be larger is fetched over HTTP, where it is compressed and shared."""

MAX_COMMANDS_PER_10_S = 40
"""Per connection. A person on a held-down key makes about 10 a second for a second or two; a script uses the API."""

MAX_REFUSED_PER_10_S = 400
"""Beyond MAX_COMMANDS_PER_10_S: so many are answered with `rate_limited`, then the connection is closed. An answer to
each of a flood's frames would be a flood of its own."""

MAX_PINGS_PER_10_S = 400
"""Per connection. The join burst is 16 in half a second, then 8 every few seconds; see static/js/link/clock.js."""

MAX_NICKNAME_LENGTH = 40
MAX_COMMAND_ID_LENGTH = 64
MAX_ROOM_NAME_LENGTH = 80

MAX_TRACKS_PER_COMMAND = 100
"""A long album or a page of search results; a larger folder comes in several commands."""

MAX_POSITION_S = 24 * 3600
"""Where one may seek to: twice the longest track that the library takes (`library.ingest.limits`)."""
