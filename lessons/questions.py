"""Which items are asked where: in the notes of a lesson and in the texts of the house read for it, and in quizzes."""

from collections.abc import Collection
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
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
    what is retired. Two queries where a study group gave itself some of them, else none but what `held` spares."""
    if not activity_ids:
        return []
    wanted, own = set(activity_ids), set(activity_ids)
    found = []
    for course in courses:
        asked = held(session, ("questions", course.version), partial(_read, session, course_id=course.id))
        found += [one for one in asked if one.activity_id in wanted or one.lesson_id in wanted]
        own -= held(session, ("activities", course.version), partial(_activities, session, course.id))
    if own:
        found += _read(session, activity_ids=own)
    return sorted(found, key=lambda one: (one.lesson is None, one.lesson, one.in_quiz))


def _activities(session: Session, course_id: int) -> frozenset[int]:
    """Return the activities of the curriculum of a course, retired ones too."""
    of_course = (Activity.course_id == course_id, Activity.group_id.is_(None))
    return frozenset(session.scalars(select(Activity.id).where(*of_course)))


def _read(
    session: Session, *, course_id: int | None = None, activity_ids: Collection[int] | None = None
) -> list[Question]:
    """Return what is asked in the curriculum of a course, or in those activities. Two queries."""
    meant = {"course_id": course_id, "activity_ids": list(activity_ids or ())}
    return [
        Question._make((*row, in_quiz))
        for query, in_quiz in _queries(of_course=activity_ids is None)
        for row in session.execute(query, meant)
    ]


@cache
def _queries(*, of_course: bool) -> list[tuple[Any, bool]]:
    """Return the queries for what is asked outside of quizzes and in them."""
    curriculum = and_(Activity.course_id == bindparam("course_id"), Activity.group_id.is_(None))
    asked = curriculum if of_course else Activity.id.in_(bindparam("activity_ids", expanding=True))
    its_text = func.coalesce(Lesson.text_id, Reading.text_id)
    checks = (
        _items(asked)
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .join(SelfCheck, SelfCheck.text_id == its_text)
        .join(Item, Item.id == SelfCheck.item_id)
        .order_by(Activity.position, Activity.id, SelfCheck.id)
    )
    slots = (
        _items(asked)
        .join(Quiz, Quiz.activity_id == Activity.id)
        .join(QuizSlot, QuizSlot.quiz_id == Quiz.id)
        .join(Item, Item.id == QuizSlot.item_id)
        .order_by(Activity.position, Activity.id, QuizSlot.position)
    )
    live = (Item.retired_at.is_(None), Item.current_version_id.is_not(None))
    return [(checks.where(*live), False), (slots.where(*live), True)]


def _items(asked: ColumnElement[bool]) -> Select[int, int, int, int, bool]:
    """Return the query that `Item` is still to be joined to, from the activities ASKED for, with the lesson of each."""
    of = aliased(Lesson)
    return (
        select(Item.id, Activity.id, of.activity_id, of.number, Item.course_id.is_not(None))
        .select_from(Activity)
        .outerjoin(of, of.activity_id == func.coalesce(Activity.parent_id, Activity.id))
        .where(asked, Activity.retired_at.is_(None))
    )
