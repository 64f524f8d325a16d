"""What one socket may ask of the server, and why so much."""

MAX_FRAME_BYTES = 16 * 1024
"""From a client. The largest legitimate frame is a report of some 500 bytes; this leaves room, and bounds parsing."""

MAX_COMMANDS_PER_10_S = 40
"""Per connection. A person on a held-down key makes about 10 a second for a second or two; a script uses the API."""

MAX_PINGS_PER_10_S = 400
"""Per connection. The join burst is 16 in half a second, then 8 every few seconds; see static/js/clock.js."""

MAX_NICKNAME_LENGTH = 40
MAX_COMMAND_ID_LENGTH = 64
