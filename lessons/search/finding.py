"""Finding: which things have the words that are looked for, of those that whoever looks may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Text as Words
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from course.base.held import held
from course.groups.kinds import ids_of, kind_of
from course.groups.models import Enrolment
from course.outline.models import Course
from course.reference.models import Person, Term
from lessons.search.asking import Name, Names, Query, Wanted
from lessons.search.models import GROUP_OF, Group
from lessons.search.ranking import Entry, ranked, weight_of
from lessons.search.statements import Asks, best, counts_of, shape_of, words_of


@dataclass(frozen=True, slots=True)
class Place:
    """Where is looked: in courses, and as whom. There is an enrolment for each place of whoever looks."""

    courses: Sequence[Course]
    enrolments: Sequence[Enrolment]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: the best ENTRIES, and how many stand in order behind and with them; how much there is of each
    heap. Where nothing has all the words, `partly` says that these have some."""

    entries: Sequence[Entry]
    in_order: int
    counts: Counter[Group]
    partly: bool


def names_in(session: Session, place: Place) -> Names:
    """Return the persons and terms of the courses of PLACE with their spellings. One query, none where they are
    held."""
    versions = tuple(course.version for course in place.courses)
    return held(session, ("spellings", versions), partial(_read_names, session, [one.id for one in place.courses]))


def _read_names(session: Session, course_ids: Sequence[int]) -> Names:
    nothing = literal(None, Words)
    persons = select(literal(1), Person.name, Person.native, nothing.label("transliteration"), Person.aliases)
    terms = select(literal(0), Term.term, Term.native, Term.transliteration, Term.aliases)
    both: Any = union_all(persons.where(Person.course_id.in_(course_ids)), terms.where(Term.course_id.in_(course_ids)))
    return Names(
        Name([name for name in (*names, *(aliases or ())) if name], bool(is_person))
        for is_person, *names, aliases in session.execute(both)
    )


def find(session: Session, place: Place, query: Query, group: Group | None = None, *, most: int | None = None) -> Found:
    """Return what of all that may be seen in PLACE fits QUERY: all its words, else any; the best MOST of that GROUP.
    Two queries, three for any."""
    if not query.wanted:
        return Found([], 0, Counter(), partly=False)
    asks = Asks(
        tuple(kind_of(one) for one in place.enrolments),
        tuple(map(shape_of, query.wanted)),
        len(query.unwanted),
        session.get_bind().dialect.name,
    )
    values = {**ids_of(*place.enrolments), "course_ids": [course.id for course in place.courses], **words_of(query)}
    rows = session.execute(best(asks, "AND"), values).all()
    partly = not rows and len(query.wanted) > 1
    if partly:
        rows = session.execute(best(asks, "OR"), values).all()
    counts = Counter({GROUP_OF[row.kind]: row.of_group for row in rows})
    entries = [Entry(*row[:-1]) for row in rows if group is None or GROUP_OF[row.kind] is group]
    weights: dict[Wanted, float] = {}
    if len(query.wanted) > 1 and entries:
        weights = dict(zip(query.wanted, map(weight_of, session.execute(counts_of(asks), values).one()), strict=True))
    return Found(ranked(query, entries, weights, most=most), len(entries), counts, partly)
