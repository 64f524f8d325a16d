"""The list of people as pages show it: rendered once for each language, told as what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils import translation

from playback.lists import delta
from playback.protocol import ListPart, ListRow, PeopleUpdate, encode
from rooms.people.presence import Person, board

MAX_SHOWN_PEOPLE = 60
"""Names that the list spells out; the rest is a number."""


@dataclass(frozen=True, slots=True)
class PeopleShown:
    """Those whom the list spells out, and how many are here in all."""

    people: list[Person]
    count: int
    revision: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.people)


def people_shown(room_id: int, revision: int = 0) -> PeopleShown:
    people = board.people(room_id)
    return PeopleShown(people[:MAX_SHOWN_PEOPLE], len(people), revision)


@dataclass(frozen=True, slots=True)
class RenderedPeople:
    """The list at one revision: its order, and by language its rows."""

    revision: int
    count: int
    order: Sequence[int]
    rows: Mapping[str, Mapping[int, str]]


NOBODY = RenderedPeople(0, 0, (), {})


def render_people(room_id: int, revision: int, languages: Sequence[str]) -> RenderedPeople:
    shown = people_shown(room_id)
    rows = {}
    for language in languages:
        with translation.override(language):
            rows[language] = {
                person.number: str.__str__(render_to_string("rooms/_person.html", {"person": person}))
                for person in shown.people
            }
    return RenderedPeople(revision, shown.count, [person.number for person in shown.people], rows)


def people_frame(before: RenderedPeople, after: RenderedPeople, language: str) -> str:
    """The frame that makes `before` into `after`; of NOBODY, the whole list."""
    rows, held = after.rows[language], before.rows.get(language, {})
    changed = {number for number in after.order if number in held and held[number] != rows[number]}
    steps = delta(before.order, after.order, changed)
    part = ListPart(
        revision=after.revision, base=before.revision, gone=list(steps.gone),
        rows=[ListRow(placed.id, placed.before, rows[placed.id]) for placed in steps.placed],
    )  # fmt: skip
    return encode(PeopleUpdate(count=after.count, people=part))
