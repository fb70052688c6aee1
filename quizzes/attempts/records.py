"""What an attempt adds to what is done: stored in the transaction of the work, the lesson rolled up with it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from course.completion.models import State
from course.completion.records import store
from course.outline.models import Activity
from quizzes.completions import worked
from quizzes.models import Attempt, Purpose


def record(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Store what was worked at the quiz of ATTEMPT."""
    key = _key(attempt)
    states = {key: State.none} | worked(session, [key[1]], [key[0]])
    store(session, states, _lessons(session, attempt), now=now)


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
    part = select(Activity.parent_id).where(Activity.id == attempt.activity_id).scalar_subquery()
    lesson = session.scalars(select(Activity).where(Activity.id == part).options(joinedload(Activity.parts))).unique()
    return list(lesson)
