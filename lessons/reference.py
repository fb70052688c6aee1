"""The persons, terms, events and sources of a course, as its pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, String, case, cast, exists, literal, null, select, union_all
from sqlalchemy.orm import Session

from course.outline.models import Course
from course.reference.models import Event, Person, Source, Term
from lessons.filing import author_key, person_key, term_key
from lessons.markup import named_in, unlinked, with_slips
from lessons.models import lesson_event, lesson_person, lesson_source, lesson_term


@dataclass(frozen=True, slots=True)
class PersonShown:
    """Somebody of history, with a note as safe HTML."""

    ident: str
    name: str
    native: str | None
    lived: str
    note: Markup


@dataclass(frozen=True, slots=True)
class TermShown:
    """A word of the field, with its meaning as safe HTML."""

    ident: str
    term: str
    native: str | None
    transliteration: str | None
    meaning: Markup


@dataclass(frozen=True, slots=True)
class EventShown:
    """Something that happened; `iso` is its first day for machines, given where it is one day."""

    ident: str
    title: Markup
    when: str
    old_style: str | None
    note: Markup
    disputed: Markup | None
    turning_point: bool
    earliest: date
    iso: str | None

    @property
    def name(self) -> Markup:
        """Its title without links, to be one itself."""
        return unlinked(self.title)


@dataclass(frozen=True, slots=True)
class SourceShown:
    """A cited work."""

    ident: str
    author: str | None
    title: str
    container: str | None
    year: str | None
    publisher: str | None
    address: str | None
    note: Markup | None


@dataclass(frozen=True, slots=True)
class Reference:
    """What a page may name, by ident; `introduced` holds (kind, ident) of what its lesson says it introduces,
    and `named` those and what it links to itself."""

    person: dict[str, PersonShown] = field(default_factory=dict)
    term: dict[str, TermShown] = field(default_factory=dict)
    event: dict[str, EventShown] = field(default_factory=dict)
    source: dict[str, SourceShown] = field(default_factory=dict)
    introduced: frozenset[tuple[str, str]] = frozenset()
    named: frozenset[tuple[str, str]] = frozenset()

    @property
    def own_people(self) -> list[PersonShown]:
        """The persons whom the page itself names."""
        return [one for ident, one in self.person.items() if ("person", ident) in self.named]

    @property
    def other_people(self) -> list[PersonShown]:
        """The persons whom only a note on somebody or something else names."""
        return [one for ident, one in self.person.items() if ("person", ident) not in self.named]

    @property
    def own_terms(self) -> list[TermShown]:
        """The terms that the page itself names; those in notes on others have their slips."""
        return [one for ident, one in self.term.items() if ("term", ident) in self.named]

    def shown(self, html: Iterable[str | None]) -> "Reference":
        """Return what a page with HTML must show: what the lesson introduces, what is linked to there, and what is
        linked to in the notes on these in turn."""
        wanted = set(self.introduced)
        open_ends = [name for piece in html for name in named_in(piece)]
        named = self.introduced.union(open_ends)
        open_ends += [name for known in self.introduced for name in self._named_by(known)]
        while open_ends:
            name = open_ends.pop()
            if name not in wanted:
                wanted.add(name)
                open_ends.extend(self._named_by(name))
        return Reference(
            {ident: one for ident, one in self.person.items() if ("person", ident) in wanted},
            {ident: one for ident, one in self.term.items() if ("term", ident) in wanted},
            {ident: one for ident, one in self.event.items() if ("event", ident) in wanted},
            {ident: one for ident, one in self.source.items() if ("source", ident) in wanted},
            self.introduced,
            named,
        )

    def _named_by(self, name: tuple[str, str]) -> list[tuple[str, str]]:
        kind, ident = name
        if kind == "person" and ident in self.person:
            return named_in(self.person[ident].note)
        if kind == "term" and ident in self.term:
            return named_in(self.term[ident].meaning)
        if kind == "source" and ident in self.source:
            return named_in(self.source[ident].note)
        if kind == "event" and ident in self.event:
            event = self.event[ident]
            return [*named_in(event.title), *named_in(event.note), *named_in(event.disputed)]
        return []


def reference_of(session: Session, course: Course, lesson_id: int | None = None) -> Reference:
    """Return all persons, terms, events and sources of COURSE; `introduced` is what the lesson LESSON_ID introduces.

    One query whatever their number: four would be half of what a page may ask."""
    people: dict[str, PersonShown] = {}
    terms: dict[str, TermShown] = {}
    events: dict[str, EventShown] = {}
    sources: dict[str, SourceShown] = {}
    introduced = set()
    for row in session.execute(union_all(*_queries(course.id, lesson_id or 0))):
        kind, ident, named, *cells = tuple(row)
        if named:
            introduced.add((kind, ident))
        if kind == "person":
            people[ident] = PersonShown(ident, cells[0], cells[1], cells[2], with_slips(cells[3]))
        elif kind == "term":
            terms[ident] = TermShown(ident, cells[0], cells[1], cells[2], with_slips(cells[3]))
        elif kind == "event":
            events[ident] = _event(ident, cells)
        else:
            note = with_slips(cells[6]) if cells[6] else None
            sources[ident] = SourceShown(ident, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], note)
    return Reference(
        dict(sorted(people.items(), key=lambda one: person_key(one[1].name, one[1].native))),
        dict(sorted(terms.items(), key=lambda one: one[1].term.lower())),
        dict(sorted(events.items(), key=lambda one: (one[1].earliest, one[0]))),
        dict(sorted(sources.items(), key=lambda one: (_filed(one[1]), one[1].year or ""))),
        frozenset(introduced),
    )


def _filed(source: SourceShown) -> str:
    """Return what SOURCE is sorted by, here as in the list of all of them."""
    return author_key(source.author) if source.author else term_key(source.title)


def _event(ident: str, cells: Sequence[str]) -> EventShown:
    title, when, old_style, note, disputed, key, earliest, latest = cells
    return EventShown(
        ident,
        with_slips(title),
        when,
        old_style,
        with_slips(note),
        with_slips(disputed) if disputed else None,
        key == "1",
        date.fromisoformat(earliest),
        earliest if earliest == latest else None,
    )


def _queries(course_id: int, lesson_id: int) -> list[Select[Any]]:
    """Return a query for each kind, all with the same columns: kind, ident, introduced, and eight cells of text."""
    person, term, event, source = lesson_person.c, lesson_term.c, lesson_event.c, lesson_source.c
    return [
        _query(
            "person", Person, course_id, exists().where(person.lesson_id == lesson_id, person.person_id == Person.id),
            Person.name, Person.native, Person.lived, Person.note_html,
        ),
        _query(
            "term", Term, course_id, exists().where(term.lesson_id == lesson_id, term.term_id == Term.id),
            Term.term, Term.native, Term.transliteration, Term.meaning_html,
        ),
        _query(
            "event", Event, course_id, exists().where(event.lesson_id == lesson_id, event.event_id == Event.id),
            Event.title_html, Event.in_words, Event.old_style_in_words, Event.note_html, Event.disputed_html,
            case((Event.turning_point, "1"), else_="0"), cast(Event.earliest, String), cast(Event.latest, String),
        ),
        _query(
            "source", Source, course_id, exists().where(source.lesson_id == lesson_id, source.source_id == Source.id),
            Source.author, Source.title, Source.container, Source.year, Source.publisher, Source.address,
            Source.note_html,
        ),
    ]  # fmt: skip


def _query(
    kind: str,
    table: type[Person] | type[Term] | type[Event] | type[Source],
    course_id: int,
    introduced: ColumnElement[bool],
    *cells: Any,
) -> Select[Any]:
    padded = [*cells, *[cast(null(), String)] * (8 - len(cells))]
    named = case((introduced, 1), else_=0)
    return select(literal(kind), table.ident, named, *padded).where(table.course_id == course_id)
