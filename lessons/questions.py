"""Which items are asked where: in the notes of a lesson and in the texts of the house read for it, and in quizzes."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from course.outline.models import Activity
from lessons.models import Lesson, Reading
from quizzes.models import Item, Quiz, QuizSlot, SelfCheck


class Question(NamedTuple):
    """An item that is asked in an activity: in a lesson (its notes), a reading (its text) or a quiz.

    `lesson_id` is the activity of the lesson it is of, itself or as a part, and `lesson` its number; None of none."""

    item_id: int
    activity_id: int
    lesson_id: int | None
    lesson: int | None
    in_quiz: bool


def questions_of(session: Session, activity_ids: Collection[int], *only: ColumnElement[bool]) -> list[Question]:
    """Return what is asked in those activities, and in the parts that the course gives to lessons among them.

    ONLY are conditions on `Item`. By number of the lesson; in a lesson self-checks come before quizzes, each in the
    order they are met in. Without what is retired. Two queries, none where nothing is asked for."""
    if not activity_ids:
        return []
    its_text = func.coalesce(Lesson.text_id, Reading.text_id)
    checks = (
        _items(activity_ids)
        .outerjoin(Lesson, Lesson.activity_id == Activity.id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .join(SelfCheck, SelfCheck.text_id == its_text)
        .join(Item, Item.id == SelfCheck.item_id)
        .order_by(Activity.position, Activity.id, SelfCheck.id)
    )
    slots = (
        _items(activity_ids)
        .join(Quiz, Quiz.activity_id == Activity.id)
        .join(QuizSlot, QuizSlot.quiz_id == Quiz.id)
        .join(Item, Item.id == QuizSlot.item_id)
        .order_by(Activity.position, Activity.id, QuizSlot.position)
    )
    live = (Item.retired_at.is_(None), Item.current_version_id.is_not(None), *only)
    found = [
        Question(*row, in_quiz=in_quiz)
        for query, in_quiz in ((checks, False), (slots, True))
        for row in session.execute(query.where(*live))
    ]
    return sorted(found, key=lambda one: (one.lesson is None, one.lesson))


def _items(activity_ids: Collection[int]) -> Select[int, int, int, int]:
    """Return the query that `Item` is still to be joined to, from activities, with the lesson that each is of."""
    of = aliased(Lesson)
    asked = or_(Activity.id.in_(activity_ids), and_(Activity.parent_id.in_(activity_ids), Activity.group_id.is_(None)))
    return (
        select(Item.id, Activity.id, of.activity_id, of.number)
        .select_from(Activity)
        .outerjoin(of, of.activity_id == func.coalesce(Activity.parent_id, Activity.id))
        .where(asked, Activity.retired_at.is_(None))
    )
