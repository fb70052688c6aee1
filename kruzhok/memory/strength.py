"""How well one knows a lesson, a person, a term, a passage: how many questions one has met there, and how many of them
one would know today. That is the sum of the chances that each is known: an estimate, and the pages say so."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from course.outline.models import Activity, Course, Unit
from course.reference.models import Mention, Person, Term
from course.texts.models import Anchor, Passage, Text
from kruzhok.memory.known import Known, lessons_of_items
from lessons.models import Lesson
from quizzes.models import Item, ItemVersion
from quizzes.review.models import Card

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


def by_name(session: Session, user_id: int, known: Sequence[Known]) -> dict[str, list[Line]]:
    """Return PERSON and TERM -> those that passages name on which a user has met FEWEST questions or more, the weakest
    first. Three queries."""
    on_passage = _heaps((one.passage_id, one) for one in known)
    heaps: dict[tuple[str, int, str], list[Known]] = defaultdict(list)
    for kind, course_id, ident, passage_id in session.execute(_named_where_met(user_id)):
        heaps[kind, course_id, ident] += on_passage.get(passage_id, ())
    lines: dict[str, list[Line]] = {PERSON: [], TERM: []}
    courses = {one.course_id for one in known}
    for kind, table, called in ((PERSON, Person, Person.name), (TERM, Term, Term.term)):
        rows = session.execute(
            select(Course.id, Course.ident, table.ident, called)
            .join(Course, Course.id == table.course_id)
            .where(Course.id.in_(courses))
        )
        for course_id, course, ident, title in rows:
            heap = heaps.get((kind, course_id, ident), ())
            if len(heap) >= FEWEST:
                lines[kind].append(Line(course_id, course, ident, title, strength_of(heap)))
        lines[kind].sort(key=_weakest_first)
    return lines


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


def _named_where_met(user_id: int) -> Select[str, int, str, int]:
    """Return the query for who and what is named in the passages on which the items of a user's cards hang."""
    hung = (
        select(Anchor.now_passage_id)
        .join(ItemVersion, ItemVersion.anchor_id == Anchor.id)
        .join(Item, Item.current_version_id == ItemVersion.id)
        .join(Card, Card.item_id == Item.id)
        .where(Card.user_id == user_id)
    )
    return (
        select(Mention.kind, Mention.course_id, Mention.ident, Passage.id)
        .join(Text, (Text.course_id == Mention.course_id) & (Text.ident == Mention.place_ident))
        .join(Passage, (Passage.version_id == Text.current_version_id) & (Passage.ident == Mention.passage))
        .where(Mention.kind.in_((PERSON, TERM)), Mention.place.in_(("lesson", "text")), Passage.id.in_(hung))
        .distinct()
    )
