"""What work at quizzes amounts to (RULES, section 7): the one definition, for one attempt and for all of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from course.base.db import in_words
from course.completion.models import State
from course.groups.models import Enrolment
from course.outline.models import Activity
from quizzes.models import Attempt, AttemptItem, Purpose, Step, StepKind
from quizzes.policy import Policy, counting, passes

#: Steps that give an item the response that counts.
SAVES = (StepKind.save, StepKind.accept)


def completions(
    session: Session, activities: Sequence[Activity], enrolments: Sequence[Enrolment]
) -> dict[tuple[int, int], State]:
    """Return (enrolment, quiz) -> what was worked at it, for those at which something was. One query."""
    return worked(session, [activity.id for activity in activities], [enrolment.id for enrolment in enrolments])


def worked(
    session: Session, activity_ids: Collection[int], enrolment_ids: Collection[int]
) -> dict[tuple[int, int], State]:
    """Return the same by ids.

    Done: one attempt submitted with one response or more and, where a pass mark is set, reached by what counts.
    Begun: something was saved."""
    attempts = defaultdict(list)
    asked = {"activities": list(activity_ids), "enrolments": list(enrolment_ids)}
    for attempt in (_Sat(*row) for row in session.execute(_attempts(), asked)):
        attempts[attempt.enrolment_id, attempt.activity_id].append(attempt)
    return {key: state for key, sat in attempts.items() if (state := _state(sat)) is not State.none}


class _Sat(NamedTuple):
    enrolment_id: int
    activity_id: int
    number: int
    points: float | None
    max_points: float
    submitted_at: datetime | None
    policy: dict[str, Any]
    saved: bool
    answered: bool


@cache
def _attempts() -> Select[Any]:
    of_it = (AttemptItem.attempt_id == Attempt.id, Step.attempt_item_id == AttemptItem.id)
    saved = exists().where(*of_it, Step.kind == StepKind.save)
    later = aliased(Step)
    is_last = ~exists().where(
        later.attempt_item_id == Step.attempt_item_id,
        later.number > Step.number,
        later.kind.in_(SAVES),
        later.counts,
    )
    answered = exists().where(*of_it, Step.kind.in_(SAVES), Step.counts, Step.response.is_not(None), is_last)
    return (
        select(
            Attempt.enrolment_id,
            Attempt.activity_id,
            Attempt.number,
            Attempt.points,
            Attempt.max_points,
            Attempt.submitted_at,
            Attempt.policy,
            saved,
            answered,
        )
        .where(Attempt.purpose == in_words(Purpose.quiz))
        .where(Attempt.activity_id.in_(bindparam("activities", expanding=True)))
        .where(Attempt.enrolment_id.in_(bindparam("enrolments", expanding=True)))
        .order_by(Attempt.number)
    )


def _state(attempts: Sequence[_Sat]) -> State:
    submitted = [attempt for attempt in attempts if attempt.submitted_at is not None]
    if any(attempt.answered for attempt in submitted):
        policy = Policy.read(submitted[-1].policy)
        if passes(counting(submitted, policy.counts), policy.pass_mark) is not False:
            return State.done
    return State.begun if any(attempt.saved for attempt in attempts) else State.none
