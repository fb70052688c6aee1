"""What a user remembers: each item they have a memory of, where it hangs, and the chance that they know it today."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from course.groups.models import StudyGroup
from course.outline.models import Activity, Course
from course.texts.models import Anchor, Passage, Text
from lessons.models import Lesson, Reading
from quizzes.models import Item, ItemVersion, Quiz, QuizSlot, SelfCheck
from quizzes.review.cards import Cards
from quizzes.scheduling import Memory, recall


class Known(NamedTuple):
    """An item its user has a memory of. `passage_id` is where its anchor is now, None where that is gone."""

    item_id: int
    course_id: int
    memory: Memory
    recall: float
    passage_id: int | None
    rests: bool


def known_of(cards: Cards, today: date, closed: Collection[int]) -> list[Known]:
    """Return what the owner of CARDS has a memory of by the item, without what they may not be told of (CLOSED).

    What is new (an essay that was not recalled yet) is no memory. Pure."""
    return [
        Known(key, one.item.course_id, one.memory, recall(one.memory, today), one.item.passage_id, one.rests)
        for key, one in cards.of.items()
        if one.memory is not None and key not in closed
    ]


def lessons_of_items(session: Session, course_ids: Collection[int]) -> Mapping[int, int]:
    """Return item -> the lesson (its activity) in which it is met: whose quiz asks it, else in whose notes or reading
    it is a self-check, else in whose notes or reading its passage stands. Three queries."""
    of_text = _lessons_of_texts(session, course_ids)
    found: dict[int, int] = {}
    slots = (
        select(QuizSlot.item_id, Lesson.activity_id)
        .join(Quiz, Quiz.id == QuizSlot.quiz_id)
        .join(Activity, Activity.id == Quiz.activity_id)
        .join(Lesson, Lesson.activity_id == Activity.parent_id)
        .where(Activity.course_id.in_(course_ids), Activity.retired_at.is_(None))
        .order_by(Lesson.number)
    )
    for item_id, lesson_id in session.execute(slots):
        found.setdefault(item_id, lesson_id)
    groups = select(StudyGroup.id).where(StudyGroup.course_id.in_(course_ids))
    texts = (
        select(Item.id, SelfCheck.text_id, Anchor.text_id)
        .join(ItemVersion, ItemVersion.id == Item.current_version_id)
        .outerjoin(Anchor, Anchor.id == ItemVersion.anchor_id)
        .outerjoin(SelfCheck, SelfCheck.item_id == Item.id)
        .where(or_(Item.course_id.in_(course_ids), Item.group_id.in_(groups)))
        .order_by(Item.id, SelfCheck.id)
    )
    for item_id, *text_ids in session.execute(texts):
        lesson = next((of_text[text_id] for text_id in text_ids if text_id in of_text), None)
        if lesson is not None:
            found.setdefault(item_id, lesson)
    return found


def _lessons_of_texts(session: Session, course_ids: Collection[int]) -> dict[int, int]:
    """Return text -> the lesson whose notes it is, else the first that has it as a reading. One query."""
    notes = select(Lesson.text_id, Lesson.activity_id, literal(0).label("reading"), Lesson.number.label("number")).join(
        Activity, Activity.id == Lesson.activity_id
    )
    readings = (
        select(Reading.text_id, Lesson.activity_id, literal(1), Lesson.number)
        .join(Activity, Activity.id == Reading.activity_id)
        .join(Lesson, Lesson.activity_id == Activity.parent_id)
        .where(Reading.text_id.is_not(None))
    )
    live = (Activity.course_id.in_(course_ids), Activity.retired_at.is_(None))
    both = union_all(notes.where(*live), readings.where(*live)).subquery()
    found: dict[int, int] = {}
    for text_id, lesson_id in session.execute(
        select(both.c.text_id, both.c.activity_id).order_by(both.c.reading, both.c.number)
    ):
        found.setdefault(text_id, lesson_id)
    return found


class At(NamedTuple):
    """A passage as a link says it: the text it stands in, with the number of its lesson, and how it begins."""

    course: str
    text_ident: str
    text_title: str
    lesson_ident: str | None
    lesson_number: int | None
    group: str | None
    ident: str
    number: int | None
    plain: str


def passages_at(session: Session, passage_ids: Sequence[int]) -> dict[int, At]:
    """Return passage -> where it stands, of no more than a page of them. One query."""
    rows = session.execute(
        select(
            Passage.id,
            Course.ident,
            Text.ident,
            Text.title,
            Activity.ident,
            Lesson.number,
            StudyGroup.slug,
            Passage.ident,
            Passage.number,
            Passage.plain,
        )
        .join(Text, Text.current_version_id == Passage.version_id)
        .outerjoin(StudyGroup, StudyGroup.id == Text.group_id)
        .join(Course, Course.id == func.coalesce(Text.course_id, StudyGroup.course_id))
        .outerjoin(Lesson, Lesson.text_id == Text.id)
        .outerjoin(Activity, Activity.id == Lesson.activity_id)
        .where(Passage.id.in_(passage_ids))
    )
    return {passage_id: At(*rest) for passage_id, *rest in rows}
