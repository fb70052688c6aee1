"""Which items are asked where: in the notes of a lesson and in the texts of the house read for it, and in quizzes."""

from collections.abc import Collection
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from course.base.held import held
from course.outline.models import Activity, Course
from lessons.models import Lesson, Reading
from quizzes.models import Item, Quiz, QuizSlot, SelfCheck


class Question(NamedTuple):
    """An item that is asked in an activity: in a lesson (its notes), a reading (its text) or a quiz.

    `lesson_id` is the activity of the lesson it is of, itself or as a part, and `lesson` its number; None of none."""

    item_id: int
    activity_id: int
    lesson_id: int | None
    lesson: int | None
    #: Whether the item is one of the course, and not of a study group.
    of_course: bool
    in_quiz: bool


def questions_of(session: Session, courses: Collection[Course], activity_ids: Collection[int]) -> list[Question]:
    """Return what is asked in those activities, of COURSES or of study groups on them, and in the parts that the course
    gives to lessons among them.

    By number of the lesson; in a lesson self-checks come before quizzes, each in the order they are met in. Without
    what is retired. One query where a study group gave itself some of them, else none but what `held` spares."""
    if not activity_ids:
        return []
    wanted, own = set(activity_ids), set(activity_ids)
    found = []
    for course in courses:
        asked = held(session, ("questions", course.version), partial(_in_order, session, course.id))
        found += [one for one in asked if one.activity_id in wanted or one.lesson_id in wanted]
        own -= held(session, ("activities", course.version), partial(_activities, session, course.id))
    if own:
        found += _read(session, activity_ids=own)
    return sorted(found, key=_place) if own or len(courses) > 1 else found


def _in_order(session: Session, course_id: int) -> list[Question]:
    return sorted(_read(session, course_id=course_id), key=_place)


def _place(one: Question) -> tuple[bool, int | None, bool]:
    return one.lesson is None, one.lesson, one.in_quiz


def _activities(session: Session, course_id: int) -> frozenset[int]:
    """Return the activities of the curriculum of a course, retired ones too."""
    of_course = (Activity.course_id == course_id, Activity.group_id.is_(None))
    return frozenset(session.scalars(select(Activity.id).where(*of_course)))


def _read(
    session: Session, *, course_id: int | None = None, activity_ids: Collection[int] | None = None
) -> list[Question]:
    """Return what is asked in the curriculum of a course, or in those activities, outside of quizzes before what is
    asked in them. One query."""
    meant = {"course_id": course_id, "activity_ids": list(activity_ids or ())}
    return [Question(*row) for row in session.execute(_query(of_course=activity_ids is None), meant)]


@cache
def _query(*, of_course: bool) -> Any:
    """Return the query for what is asked outside of quizzes and in them."""
    curriculum = and_(Activity.course_id == bindparam("course_id"), Activity.group_id.is_(None))
    asked = curriculum if of_course else Activity.id.in_(bindparam("activity_ids", expanding=True))
    its_text = func.coalesce(Lesson.text_id, Reading.text_id)
    checks = (
        _items(asked, SelfCheck.id, in_quiz=False)
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .join(SelfCheck, SelfCheck.text_id == its_text)
        .join(Item, Item.id == SelfCheck.item_id)
    )
    slots = (
        _items(asked, QuizSlot.position, in_quiz=True)
        .join(Quiz, Quiz.activity_id == Activity.id)
        .join(QuizSlot, QuizSlot.quiz_id == Quiz.id)
        .join(Item, Item.id == QuizSlot.item_id)
    )
    live = (Item.retired_at.is_(None), Item.current_version_id.is_not(None))
    both = union_all(checks.where(*live), slots.where(*live)).subquery()
    columns = [both.c[name] for name in Question._fields]
    return select(*columns).order_by(both.c.in_quiz, both.c.position, both.c.activity_id, both.c.place)


def _items(asked: ColumnElement[bool], place: Any, *, in_quiz: bool) -> Select[Any]:
    """Return the query that `Item` is still to be joined to, from the activities ASKED for, with the lesson of each and
    the PLACE of the item in its text or quiz."""
    of = aliased(Lesson)
    return (
        select(
            Item.id.label("item_id"),
            Activity.id.label("activity_id"),
            of.activity_id.label("lesson_id"),
            of.number.label("lesson"),
            Item.course_id.is_not(None).label("of_course"),
            literal(in_quiz).label("in_quiz"),
            Activity.position.label("position"),
            place.label("place"),
        )
        .select_from(Activity)
        .outerjoin(of, of.activity_id == func.coalesce(Activity.parent_id, Activity.id))
        .where(asked, Activity.retired_at.is_(None))
    )
