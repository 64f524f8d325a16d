"""The Range header (RFC 9110, section 14), single ranges of bytes only. Pure."""

import re
from dataclasses import dataclass, replace

_BYTES = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `first` to `last`, both included, of a whole of `size` bytes."""

    first: int
    last: int
    size: int

    def first_bytes(self, count: int) -> "ByteRange":
        """At most `count` bytes of it: an answer may be shorter than what was asked for."""
        return replace(self, last=min(self.last, self.first + count - 1))

    @property
    def content_range(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"


class Unsatisfiable(ValueError):
    """The range begins behind the end."""


def parse(header: str, size: int) -> ByteRange | None:
    """The range asked for, cut to the whole; None if the whole is to be sent, as for a header that is not understood.
    Raises Unsatisfiable."""
    match = _BYTES.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        length = int(last)
        begin, end = max(0, size - length), size - 1
    else:
        begin, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < begin:
            return None  # not a valid range: RFC 9110 has it ignored
    if begin >= size or (first == "" and int(last) == 0):
        raise Unsatisfiable(header)
    return ByteRange(begin, end, size)
