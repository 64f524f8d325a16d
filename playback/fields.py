"""Types of single fields in the socket's messages: their bounds, and why."""

from typing import Annotated, Literal

from msgspec import Meta

from playback.limits import MAX_COMMAND_ID_LENGTH, MAX_NICKNAME_LENGTH, MAX_ROOM_NAME_LENGTH

MAX_REPORTED_MS = 86_400_000
"""A day. A page whose clock was stepped, or that slept, tells odd numbers for a while: they are to be seen, not
refused. What is beyond is no measurement."""

MAX_REPORTED_PPM = 1_000_000
"""A clock that runs at twice the rate, or stands still."""

MAX_NUMBER = 2**63 - 1
"""Of a row or a revision: what a database's integer holds. Beyond it a query fails instead of finding nothing."""

NO_NUL = "^[^\\u0000]*$"
"""Of texts that are kept: not every database holds a NUL (PostgreSQL does not), and no person writes one."""

CommandId = Annotated[str, Meta(min_length=1, max_length=MAX_COMMAND_ID_LENGTH, pattern=NO_NUL)]
EntryId = Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
TrackId = Annotated[int, Meta(ge=1, le=MAX_NUMBER)]
Revision = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
Volume = Annotated[float, Meta(ge=0, le=1)]
Nickname = Annotated[str, Meta(max_length=MAX_NICKNAME_LENGTH, pattern=NO_NUL)]
RoomName = Annotated[str, Meta(max_length=MAX_ROOM_NAME_LENGTH, pattern=NO_NUL)]
Control = Literal["everyone", "hosts"]
Visibility = Literal["public", "unlisted"]
Place = Literal["end", "next", "now"]
RepeatMode = Literal["off", "all", "one"]

Ms = Annotated[float, Meta(ge=-MAX_REPORTED_MS, le=MAX_REPORTED_MS)]
Seconds = Annotated[float, Meta(ge=0, le=MAX_REPORTED_MS / 1000)]
Ppm = Annotated[float, Meta(ge=-MAX_REPORTED_PPM, le=MAX_REPORTED_PPM)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Name = Annotated[str, Meta(max_length=32)]
