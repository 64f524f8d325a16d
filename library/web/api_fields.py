"""Fields of the JSON API, bounded: what no database can hold is refused as any other wrong value is."""

from typing import Annotated

from ninja import Path, Query, Schema
from pydantic import Field, field_validator

from playback.fields import MAX_NUMBER

MAX_PAGE = 200
"""Items of one page: a screenful for a person, and a bounded query and answer (some 200 KB) for a script."""

MAX_OFFSET = 1_000_000_000
"""More rows than any table here will hold; with the page added to it, a database's integer still holds the sum."""


class Body(Schema, extra="forbid", strict=True):
    """What a request sends: exactly the fields that are documented, of exactly their types."""

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError("a text holds no NUL")
        return value


Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET)]
Id = Annotated[int, Field(ge=1, le=MAX_NUMBER)]
PathId = Annotated[int, Path(ge=1, le=MAX_NUMBER)]
Revision = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
