"""What one connection may take of the server process, and why so much.

Read as `limits.NAME` where it is used, so that a test may start a server that is quicker to lose its patience.
"""

MAX_UNSENT_BYTES = 256 * 1024
"""Of a WebSocket: what waits in this process for a peer. Sixteen of the largest frames; a peer that is further behind
is brought up to date quicker by coming back."""

CLOSE_DEADLINE_S = 5
"""Of a WebSocket: from the close frame to the end of the connection. What waits in front of it must go first."""

SOCKET_STALLED_S = 10
"""Of a WebSocket: a peer that takes nothing for so long, with more waiting than the kernel takes, has gone or does not
read. A page that comes back asks for the newest state; what waits is old by then."""

MAX_UNSENT_IN_KERNEL_BYTES = 128 * 1024
"""Of a WebSocket: what the kernel takes beyond what is on its way. Without it that is up to 4 MB a socket, and a peer
that does not read is noticed as much later. A second of 1 Mbit/s; a fast link is refilled in time."""

MAX_WAITING_MESSAGES = 32
"""Of a WebSocket: messages that the application has not taken yet, of at most 64 kB each (deploy/serve). A page sends a
burst of 16 pings and a few commands while its session is opened."""

READ_PIECE_BYTES = 4096
"""Of a WebSocket: how much is decoded before MAX_WAITING_MESSAGES is looked at. A read of 64 kB may be 9 000 frames."""

FLOOD_LOOK_S = 0.02
"""How often a socket whose messages wait is looked at. It is less than a person notices, and seldom enough to cost
nothing."""

SOCKET_PING_EVERY_S = 20
"""Of a WebSocket: where nothing else goes, a ping does. Proxies give up a connection that is silent, nginx after 60 s
unless it is told otherwise."""

HEADERS_DEADLINE_S = 20
"""From the first byte of a request to the end of its headers: 16 kB at most, 1 s at 128 kbit/s, and lost packets."""

BODY_GRACE_S = 30
MIN_BODY_BYTES_PER_S = 1000
"""A body may take this rate or better on average, after a grace in which a connection may find its pace. The slowest
link that is meant to work (100 kbit/s) has twelve times as much."""

BODY_LOOK_S = 5
"""How often the rate is looked at."""

LINGER_S = 10
"""After a refusal, what still comes is read and thrown away for so long: closing at once would reset the connection,
and the peer, which is still sending, would lose the answer with it."""

MAX_UNSENT_RESPONSE_BYTES = 1024 * 1024
"""Of a response: above it the application waits. A segment of music (700 kB) fits, so that its thread and its database
connection are free again while a slow phone takes it; a stream of any length stops here."""

RESPONSE_STALLED_S = 60
"""A reader of a response that takes nothing for so long has gone. A phone in a tunnel comes back within it."""

STALL_LOOKS = 4
"""Within each of these deadlines it is looked so often whether the peer took anything."""

MEMORY_BODY_BYTES = 64 * 1024
"""A body of at most this size stays in memory: a form, a command. A longer one goes to a file."""

SPOOL_WAITING_BYTES = 1024 * 1024
"""Of a body: what may wait for the disk before its connection is read no further."""

BODY_SLACK_BYTES = 64 * 1024
"""Above the limit on a form's fields or on a file: for the parts' own headers. What is above the limit by less is
refused by Django, in the form's own words."""

CHECKED_UPLOAD_BYTES = 1024 * 1024
"""A longer upload is only read if its sender may upload; a shorter one is not worth asking twice."""

SEND_AWAY_S = 3
"""Of a process that ends: in which its sockets are closed. A thousand pages that come back within a tenth of a second
would wait for each other."""

DRAIN_S = 8
"""Of a process that ends: what has not ended by then is cut off. An answer to a request takes a second at most; a
download that is slower is asked for again. Supervisors kill after 10 s or more (deploy/synchro.service)."""
