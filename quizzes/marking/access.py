"""Whose essays may be marked by whom. Views get them only here."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.models import StudyGroup
from course.outline.models import Activity
from quizzes.marking.queue import essays_in
from quizzes.models import Attempt, AttemptItem, Item, ItemVersion
from quizzes.rules.access import Tutoring, tutoring

__all__ = ["Tutoring", "answer_in", "question_in", "tutoring"]


def question_in(session: Session, group: StudyGroup, item_id: int) -> Item:
    """Return the essay question of that id, of the course of GROUP or its own, retired or not; raise NotFound."""
    is_essay = Item.versions.any(ItemVersion.data["type"].as_string() == "essay")
    of_group = or_(Item.course_id == group.course_id, Item.group_id == group.id)
    item = session.scalar(select(Item).where(Item.id == min(item_id, LARGEST_ID), of_group, is_essay))
    if item is None:
        raise NotFound
    return item


def answer_in(session: Session, group: StudyGroup, item: Item, answer_id: int) -> AttemptItem:
    """Return the essay of that id on the question ITEM, with attempt, quiz and version; raise NotFound where it is no
    (longer) essay to be marked by the tutors of GROUP."""
    theirs = essays_in(group.id).where(ItemVersion.item_id == item.id).with_only_columns(AttemptItem.id)
    found = session.scalar(
        select(AttemptItem)
        .join(AttemptItem.attempt)
        .join(AttemptItem.version)
        .join(Attempt.activity)
        .where(AttemptItem.id == min(answer_id, LARGEST_ID), AttemptItem.id.in_(theirs))
        .options(
            contains_eager(AttemptItem.attempt).contains_eager(Attempt.activity).load_only(Activity.title),
            contains_eager(AttemptItem.version),
        )
    )
    if found is None:
        raise NotFound
    return found
