"""How well one knows a lesson, a person, a term, a passage: how many questions one has met there, and how many of them
one would know today. That is the sum of the chances that each is known: an estimate, and the pages say so."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from course.base.held import held
from course.outline.models import Activity, Course, Unit
from course.reference.models import Mention, Person, Term
from course.texts.models import Passage, Text
from kruzhok.memory.known import Known, lessons_of_items
from lessons.models import Lesson

#: Of a person or a term of which there are fewer questions nothing is said: they would all be named.
FEWEST = 2

PERSON, TERM = "person", "term"


class Strength(NamedTuple):
    """Of how many questions that were met how many would be known today."""

    met: int
    known: float

    @property
    def about(self) -> int:
        """How many would be known, as a whole number."""
        return round(self.known)

    @property
    def share(self) -> float:
        """The same as a share, from 0 to 1."""
        return self.known / self.met if self.met else 0.0


class Line(NamedTuple):
    """What one knows so well: a lesson with its number, a person or a term, in a course."""

    course_id: int
    course: str
    ident: str
    title: str
    strength: Strength
    number: int | None = None


def strength_of(known: Collection[Known]) -> Strength:
    """Return how well all of KNOWN is known together."""
    return Strength(len(known), sum(one.recall for one in known))


def by_lesson(session: Session, known: Sequence[Known]) -> list[Line]:
    """Return the lessons in which something of KNOWN was met, in the order of their courses. Four queries."""
    courses = {one.course_id for one in known}
    homes = lessons_of_items(session, courses)
    heaps = _heaps((homes.get(one.item_id), one) for one in known)
    rows = session.execute(
        select(Activity.id, Course.id, Course.ident, Activity.ident, Activity.title, Lesson.number)
        .join(Lesson, Lesson.activity_id == Activity.id)
        .join(Course, Course.id == Activity.course_id)
        .outerjoin(Unit, Unit.id == Activity.unit_id)
        .where(Activity.course_id.in_(courses), Activity.retired_at.is_(None))
        .order_by(Course.id, Unit.position, Activity.position, Lesson.number)
    )
    return [
        Line(course_id, course, ident, title, strength_of(heaps[lesson_id]), number)
        for lesson_id, course_id, course, ident, title, number in rows
        if lesson_id in heaps
    ]


class Named(NamedTuple):
    """A person or a term of a course, and the passages of its lessons and texts that name it."""

    kind: str
    ident: str
    title: str
    passage_ids: frozenset[int]


def by_name(session: Session, courses: Iterable[Course], known: Sequence[Known]) -> dict[str, list[Line]]:
    """Return PERSON and TERM -> those of COURSES that are named by passages on which FEWEST questions of KNOWN or more
    hang, the weakest first. No query but what `held` spares."""
    on_passage = _heaps((one.passage_id, one) for one in known)
    lines: dict[str, list[Line]] = {PERSON: [], TERM: []}
    for course in courses:
        for named in held(session, ("named", course.version), partial(_named_in, session, course.id)):
            heap = [one for key in named.passage_ids & on_passage.keys() for one in on_passage[key]]
            if len(heap) >= FEWEST:
                lines[named.kind].append(Line(course.id, course.ident, named.ident, named.title, strength_of(heap)))
    return {kind: sorted(found, key=_weakest_first) for kind, found in lines.items()}


def _named_in(session: Session, course_id: int) -> list[Named]:
    """Return the persons and the terms of a course. Three queries."""
    passages: dict[tuple[str, str], set[int]] = defaultdict(set)
    for kind, ident, passage_id in session.execute(_mentions(course_id)):
        passages[kind, ident].add(passage_id)
    return [
        Named(kind, ident, title, frozenset(passages[kind, ident]))
        for kind, table, called in ((PERSON, Person, Person.name), (TERM, Term, Term.term))
        for ident, title in session.execute(select(table.ident, called).where(table.course_id == course_id))
    ]


def by_passage(known: Iterable[Known]) -> list[tuple[int, Strength]]:
    """Return the passages on which something of KNOWN hangs, by their ids, the weakest first. Pure."""
    heaps = _heaps((one.passage_id, one) for one in known)
    found = [(passage_id, strength_of(heap)) for passage_id, heap in heaps.items()]
    return sorted(found, key=lambda one: (one[1].share, -one[1].met, one[0]))


def _weakest_first(line: Line) -> tuple[float, int, str, int]:
    return line.strength.share, -line.strength.met, line.title.casefold(), line.course_id


def _heaps(pairs: Iterable[tuple[int | None, Known]]) -> Mapping[int, Sequence[Known]]:
    """Return what stands under each key, without what has none."""
    heaps: dict[int, list[Known]] = {}
    for key, one in pairs:
        if key is not None:
            heaps.setdefault(key, []).append(one)
    return heaps


def _mentions(course_id: int) -> Select[str, str, int]:
    """Return the query for who and what is named in which passage of a course's lessons and texts."""
    return (
        select(Mention.kind, Mention.ident, Passage.id)
        .join(Text, (Text.course_id == Mention.course_id) & (Text.ident == Mention.place_ident))
        .join(Passage, (Passage.version_id == Text.current_version_id) & (Passage.ident == Mention.passage))
        .where(Mention.course_id == course_id, Mention.kind.in_((PERSON, TERM)), Mention.place.in_(("lesson", "text")))
    )
