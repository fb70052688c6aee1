"""What an attempt adds to what is done: stored in the transaction of the work, the lesson rolled up with it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased, joinedload

from course.completion.models import State
from course.completion.records import store
from course.outline.models import Activity
from quizzes.completions import worked
from quizzes.models import Attempt, Purpose


def record(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Store what was worked at the quiz of ATTEMPT."""
    record_all(session, [attempt], now=now)


def record_all(session: Session, attempts: Sequence[Attempt], *, now: datetime) -> None:
    """Store what was worked at the quizzes of ATTEMPTS: as many queries for each quiz, however many took it."""
    for _quiz, sat in groupby(sorted(attempts, key=lambda one: _key(one)[1]), key=lambda one: _key(one)[1]):
        taken = list(sat)
        keys = [_key(attempt) for attempt in taken]
        states = dict.fromkeys(keys, State.none) | worked(session, [keys[0][1]], [key[0] for key in keys])
        store(session, states, _lessons(session, taken[0]), now=now)


def record_first_act(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Store that the quiz of ATTEMPT is begun. Where it was done before it stays done: facts win over work."""
    if attempt.purpose is not Purpose.quiz:
        return
    key = _key(attempt)
    store(session, {key: State.begun}, _lessons(session, attempt), now=now)


def _key(attempt: Attempt) -> tuple[int, int]:
    assert attempt.enrolment_id is not None
    assert attempt.activity_id is not None  # both by the constraint `quiz_belongs_to_enrolment`
    return attempt.enrolment_id, attempt.activity_id


def _lessons(session: Session, attempt: Attempt) -> list[Activity]:
    """Return the lesson of the quiz with all its parts, if it is part of one. One query."""
    return list(session.scalars(_LESSON, {"quiz": attempt.activity_id}).unique())


_quiz = aliased(Activity)
_LESSON = (
    select(Activity)
    .where(Activity.id == select(_quiz.parent_id).where(_quiz.id == bindparam("quiz")).scalar_subquery())
    .options(joinedload(Activity.parts))
)
