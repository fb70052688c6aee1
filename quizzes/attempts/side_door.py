"""No side door: while an attempt of a user's is open, its items show no key, feedback or score anywhere else."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose


def is_open_in_attempt(user_id: int, item_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Return the condition that the item in the column ITEM_ID stands in a quiz attempt that the user has open."""
    attempt, row, version = aliased(Attempt), aliased(AttemptItem), aliased(ItemVersion)
    return (
        exists()
        .where(attempt.user_id == user_id, attempt.purpose == Purpose.quiz, attempt.submitted_at.is_(None))
        .where(row.attempt_id == attempt.id, version.id == row.item_version_id, version.item_id == item_id)
    )


def open_item_ids(session: Session, user_id: int | None) -> frozenset[int]:
    """Return the items that `is_open_in_attempt` holds for; a visitor has none. One query."""
    if user_id is None:
        return frozenset()
    rows = (
        select(ItemVersion.item_id)
        .distinct()
        .join(AttemptItem, AttemptItem.item_version_id == ItemVersion.id)
        .join(Attempt, Attempt.id == AttemptItem.attempt_id)
        .where(Attempt.user_id == user_id, is_open_in_attempt(user_id, ItemVersion.item_id))
    )
    return frozenset(session.scalars(rows))
