"""The passages that questions missed lead to: for the texts in which they stand, and for what is to be read again."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from course.base.db import in_words
from course.groups.kinds import ANYBODY, ids_of, someone
from course.groups.models import Enrolment
from course.texts.models import Anchor, Passage, Text
from quizzes.attempts.side_door import is_open_in_attempt
from quizzes.attempts.steps import VERDICTS
from quizzes.models import Attempt, AttemptItem, ItemVersion, Purpose, Step, StepKind
from quizzes.policy import Policy


class Missed(NamedTuple):
    """The question that leads to a passage: of which attempt, its number there, when the attempt was submitted."""

    attempt_id: int
    number: int
    when: datetime


def missed_passages(
    session: Session, enrolment: Enrolment, text_ids: Collection[int] | None = None
) -> dict[tuple[int, str], Missed]:
    """Return (text, ident of a passage now in it) -> what was missed there in the last submitted attempt of each quiz:
    in the texts of TEXT_IDS, without them in all of the course.

    Missed is wrong or partly right; items in an open attempt of the user's are left out. One query."""
    found: dict[tuple[int, str], Missed] = {}
    asked = {**ids_of(enrolment), "text_ids": list(text_ids or ())}
    query = _missed(in_course=text_ids is None)
    for text_id, ident, attempt_id, number, when, policy in session.execute(query, asked):
        assert when is not None
        if Policy.read(policy).always("right", "feedback"):
            found.setdefault((text_id, ident), Missed(attempt_id, number, when))
    return found


@cache
def _missed(*, in_course: bool) -> Any:
    me = someone(ANYBODY)
    of_course = select(Text.id).where(Text.course_id == me.course_id)
    meant = Anchor.text_id.in_(of_course if in_course else bindparam("text_ids", expanding=True))
    last = (
        select(func.max(Attempt.number).label("number"), Attempt.activity_id)
        .where(
            Attempt.enrolment_id == me.id, Attempt.purpose == in_words(Purpose.quiz), Attempt.submitted_at.is_not(None)
        )
        .group_by(Attempt.activity_id)
        .subquery()
    )
    return (
        select(Anchor.text_id, Passage.ident, Attempt.id, AttemptItem.slot, Attempt.submitted_at, Attempt.policy)
        .select_from(Attempt)
        .join(last, (Attempt.activity_id == last.c.activity_id) & (Attempt.number == last.c.number))
        .join(AttemptItem, AttemptItem.attempt_id == Attempt.id)
        .join(Step, Step.attempt_item_id == AttemptItem.id)
        .join(ItemVersion, ItemVersion.id == AttemptItem.item_version_id)
        .join(Anchor, Anchor.id == ItemVersion.anchor_id)
        .join(Passage, Passage.id == Anchor.now_passage_id)
        .where(Attempt.enrolment_id == me.id, Attempt.purpose == in_words(Purpose.quiz))
        .where(meant)
        .where(Step.kind.in_(VERDICTS), Step.score < 1, Step.response.is_not(None), _is_last_verdict())
        .where(~is_open_in_attempt(me.user_id, ItemVersion.item_id))
        .order_by(Attempt.submitted_at.desc(), Attempt.id, AttemptItem.slot)
    )


def _is_last_verdict() -> ColumnElement[bool]:
    """Return the condition that nothing came after a step that scored, marked or set its question anew."""
    later = aliased(Step)
    return ~exists().where(
        later.attempt_item_id == Step.attempt_item_id,
        later.number > Step.number,
        later.kind.in_(VERDICTS | {StepKind.accept}),
    )
