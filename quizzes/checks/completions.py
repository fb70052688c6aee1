"""How much of the self-checks of a text was answered: what reading it amounts to (RULES, section 7)."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import in_words
from course.completion.models import State
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose, SelfCheck


def answered_in(
    session: Session, text_ids: Collection[int], enrolment_ids: Collection[int]
) -> dict[tuple[int, int], State]:
    """Return (enrolment, text) -> done where all self-checks of the text are answered, begun where some are.

    An answer to an earlier version of the item is one. Two queries, none where there are no texts."""
    if not text_ids:
        return {}
    asked = select(SelfCheck.text_id, func.count()).where(SelfCheck.text_id.in_(text_ids)).group_by(SelfCheck.text_id)
    wanted = {text_id: count for text_id, count in session.execute(asked)}  # noqa: C416 (a row is no pair)
    answers = session.execute(
        select(Attempt.enrolment_id, SelfCheck.text_id, func.count(SelfCheck.id.distinct()))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(SelfCheck, SelfCheck.item_id == ItemVersion.item_id)
        .where(Attempt.purpose == in_words(Purpose.check), Attempt.enrolment_id.in_(enrolment_ids))
        .where(SelfCheck.text_id.in_(text_ids))
        .group_by(Attempt.enrolment_id, SelfCheck.text_id)
    )
    return {
        (enrolment_id or 0, text_id): State.done if count >= wanted[text_id] else State.begun
        for enrolment_id, text_id, count in answers
    }
