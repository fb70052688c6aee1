"""The persons, terms and sources of a course: how each list stands by letters, and the page of each entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.errors import NotFound
from course.outline.models import Course
from course.reference.models import Event, Figure, Mention, Person, Source, Term
from lessons.explore.naming import Naming, Reading, namings_of, of_places, read_in
from lessons.filing import author_key, letter_of, person_key, term_key
from lessons.markup import unlinked

Row = Person | Term | Source

TABLES: Mapping[str, type[Row]] = {"person": Person, "term": Term, "source": Source}

_KEYS: Mapping[type[Row], Callable[[Any], str]] = {
    Person: lambda person: person_key(person.name, person.native),
    Term: lambda term: term_key(term.term),
    Source: lambda source: author_key(source.author) if source.author else term_key(source.title),
}


class Counts(NamedTuple):
    """How much there is to look up in a course."""

    events: int
    turning_points: int
    people: int
    terms: int
    sources: int
    figures: int


class Filed(NamedTuple):
    """An entry of a list: its row, its note without links, and in how many places it is named."""

    row: Any
    note: str
    places: int


class Letter(NamedTuple):
    """What stands under a letter."""

    letter: str
    entries: Sequence[Filed]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """An entry with everything that names it: READ in lessons and texts, and OTHER kinds of places.

    `before` and `after` are its neighbours in the list."""

    row: Any
    read: Sequence[Reading]
    other: Mapping[str, Sequence[Naming]]
    before: Any
    after: Any

    @property
    def passages(self) -> int:
        """In how many passages it is named."""
        return sum(len(reading.passages) for reading in self.read)

    @property
    def questions(self) -> int:
        """How many questions rest on it."""
        return len(self.other.get("item", ()))


def counts_of(session: Session, course: Course) -> Counts:
    """Return how much there is to look up in COURSE."""
    turning = select(func.count(Event.id)).where(Event.course_id == course.id, Event.turning_point)
    counted = [
        select(func.count(table.id)).where(table.course_id == course.id).scalar_subquery()
        for table in (Event, Person, Term, Source, Figure)
    ]
    events, *others = counted
    return Counts(*session.execute(select(events, turning.scalar_subquery(), *others)).one())


def letters_of(session: Session, course: Course, kind: str) -> list[Letter]:
    """Return the entries of COURSE of KIND, by letters."""
    rows = _rows(session, course, TABLES[kind])
    named = select(Mention.ident, func.count(Mention.id)).where(Mention.course_id == course.id, Mention.kind == kind)
    places = {row[0]: row[1] for row in session.execute(named.group_by(Mention.ident))}
    heaps = groupby(rows, key=lambda row: letter_of(_KEYS[type(row)](row)))
    return [Letter(letter, [_filed(row, places.get(row.ident, 0)) for row in heap]) for letter, heap in heaps]


def _filed(row: Row, places: int) -> Filed:
    note = row.meaning_html if isinstance(row, Term) else row.note_html
    return Filed(row, unlinked(note), places)


def entry_page(session: Session, course: Course, kind: str, ident: str) -> EntryPage:
    """Return the page of the entry IDENT of KIND in COURSE; raise NotFound where there is none."""
    rows = _rows(session, course, TABLES[kind])
    at = next((at for at, row in enumerate(rows) if row.ident == ident), None)
    if at is None:
        raise NotFound
    namings = namings_of(session, course, kind, ident).get(ident, [])
    before, after = (rows[at - 1] if at else None), (rows[at + 1] if at + 1 < len(rows) else None)
    return EntryPage(rows[at], read_in(namings), of_places(namings), before, after)


def sources_of_event(session: Session, course: Course, ident: str) -> list[Source]:
    """Return the works on which the event IDENT of COURSE rests, as the list of sources has them."""
    named = (Mention.place == "event", Mention.place_ident == ident, Mention.kind == "source")
    works = select(Source).join(Mention, Mention.ident == Source.ident).where(Source.course_id == course.id, *named)
    return sorted(session.scalars(works.where(Mention.course_id == course.id)), key=_KEYS[Source])


def _rows(session: Session, course: Course, table: type[Row]) -> list[Row]:
    """Return the rows of COURSE in TABLE, as their list has them."""
    own: Any = table
    rows = session.scalars(select(own).where(own.course_id == course.id)).all()
    key = _KEYS[table]
    return sorted(rows, key=lambda row: (letter_of(key(row)), key(row), row.ident))
