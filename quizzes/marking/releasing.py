"""Marks given out: a step each, what the attempt comes to, a word to the student, all in one transaction."""

import logging
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.notices.records import MARKED, tell_each_anew
from quizzes.attempts.ending import lock, total_up
from quizzes.attempts.records import record_all
from quizzes.items.essay import mark_score
from quizzes.marking.drafting import Sheet, sheet_of
from quizzes.models import AttemptItem, Step, StepKind

log = logging.getLogger(__name__)


def release(session: Session, answer_ids: Collection[int], *, by: int, now: datetime) -> int:
    """Release the drafts of those essays, for the tutor of the id BY; return how many marks were given by it.

    One that has no draft (any more), or one that is not ready, is left as it is; so twice is once. A draft that says
    what is released already is dropped. Some seven queries for each essay, and as many for all that follows of them."""
    answers = (
        select(AttemptItem)
        .where(AttemptItem.id.in_(answer_ids))
        .options(joinedload(AttemptItem.attempt), joinedload(AttemptItem.version))
        .order_by(AttemptItem.attempt_id, AttemptItem.slot)  # whoever releases locks them in the same order
    )
    marked = [answer for answer in session.scalars(answers).all() if _mark(session, answer, by, now)]
    if not marked:
        return 0
    attempts = list({answer.attempt_id: answer.attempt for answer in marked}.values())
    for attempt in attempts:
        total_up(session, attempt, awaits=True)
    record_all(session, attempts, now=now)
    tell_each_anew(session, [(one.attempt.user_id, f"attempt_item:{one.id}") for one in marked], MARKED, now=now)
    log.info("%d marks released by user %d", len(marked), by)
    return len(marked)


def _mark(session: Session, answer: AttemptItem, by: int, now: datetime) -> bool:
    """Turn the draft of an essay into a mark, if it is ready; return whether it says anything new."""
    lock(session, answer.attempt)
    sheet = sheet_of(session, answer)
    if sheet.draft is None or not sheet.is_ready:
        return False
    is_new = sheet.now != sheet.released
    if is_new:
        session.add(_step(sheet, by, now))
    session.delete(sheet.draft)
    session.flush()
    return is_new


def _step(sheet: Sheet, by: int, now: datetime) -> Step:
    """Return the step that gives what the draft says, to the response that counts."""
    history, mark = sheet.history, sheet.now
    return Step(
        attempt_item_id=sheet.item.id,
        number=history.newest + 1,
        kind=StepKind.mark,
        response=history.response,
        score=float(mark_score(sheet.essay, mark.levels)),
        base_step=history.counting.number if history.counting else 0,
        data={"levels": dict(mark.levels), "comment": mark.comment},
        by_id=by,
        at=now,
    )
