"""No side door: while an attempt of a user's is open, its items show no key, feedback or score anywhere else."""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from course.base.db import in_words
from course.groups.models import Enrolment
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose


def is_open_in_attempt(user_id: int, item_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that the item in the column ITEM_ID stands in a quiz attempt that the user has open."""
    attempt, row, version = aliased(Attempt), aliased(AttemptItem), aliased(ItemVersion)
    # Which those are is asked once, and not of each item anew: somebody may have thousands of attempts.
    theirs = select(version.item_id).where(
        _is_open(attempt, user_id), row.attempt_id == attempt.id, version.id == row.item_version_id
    )
    return item_id.in_(theirs)


def open_with_attempts(user_id: int) -> Subquery:
    """Return the items that `is_open_in_attempt` holds for (`item_id`), each with the last of the open attempts that it
    stands in (`attempt_id`)."""
    attempt, row, version = aliased(Attempt), aliased(AttemptItem), aliased(ItemVersion)
    return (
        select(version.item_id, func.max(attempt.id).label("attempt_id"))
        .where(_is_open(attempt, user_id), row.attempt_id == attempt.id, version.id == row.item_version_id)
        .group_by(version.item_id)
        .subquery()
    )


def open_item_ids(session: Session, user_id: int | None) -> frozenset[int]:
    """Return the items that `is_open_in_attempt` holds for; a visitor has none. One query."""
    return frozenset(open_attempts(session, user_id))


def open_attempts(session: Session, user_id: int | None) -> dict[int, int]:
    """Return the same items, each with the last of the open attempts that it stands in. One query."""
    if user_id is None:
        return {}
    rows = session.execute(_OPEN, {"user_id": user_id})
    return {item_id: attempt_id for item_id, attempt_id in rows}  # noqa: C416 (a row is no pair)


def _is_open(attempt: Any, user_id: Any) -> ColumnElement[bool]:
    """Return the condition that ATTEMPT, the table or another name of it, is at a quiz, the user's, and open.

    It is asked by their places, by which open ones are indexed: of attempts at reviews somebody may have thousands, and
    one at a quiz always belongs to a place of whoever sits it."""
    theirs = select(Enrolment.id).where(Enrolment.user_id == user_id)
    return and_(
        attempt.enrolment_id.in_(theirs), attempt.purpose == in_words(Purpose.quiz), attempt.submitted_at.is_(None)
    )


_OPEN = (
    select(ItemVersion.item_id, func.max(Attempt.id))
    .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
    .join(Attempt, Attempt.id == AttemptItem.attempt_id)
    .where(_is_open(Attempt, bindparam("user_id")))
    .group_by(ItemVersion.item_id)
)
