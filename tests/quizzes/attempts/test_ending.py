"""Attempts end at their deadline, though nobody comes back, and with what was saved until then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database, read_first, write_now
from course.completion.models import Completion, State
from course.syllabus.models import Accommodation, RuleException
from quizzes.attempts.ending import MAY_CHANGE, deadline_of, submit_attempt, submit_overdue
from quizzes.attempts.starting import NotOpen
from quizzes.attempts.steps import histories
from quizzes.limits import GRACE
from quizzes.models import Attempt, Quiz, Step, StepKind
from tests.conftest import NOW
from tests.factories import add
from tests.quizzes.attempts.make import House, begin, give, make_house

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
A, B = {"option": "a"}, {"option": "b"}  # b is right


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def timed(session: Session, **quiz: Any) -> House:
    """Return a course with a quiz of one question, for which there is an hour."""
    return make_house(session, "single", **({"time_limit": 3600} | quiz))


def except_for(session: Session, house: House, field: str, value: object) -> RuleException:
    told = {"activity_id": house.quiz.id, "enrolment_id": house.enrolment.id, "reason": "Ill.", "at": NOW}
    return add(session, RuleException(**told, field=field, value={"value": value}))


def test_a_time_limit_makes_a_deadline(session: Session) -> None:
    assert begin(session, timed(session)).deadline_at == NOW + HOUR


def test_extra_time_carries_past_the_closing_time_by_itself(session: Session) -> None:
    house = timed(session, closes_at=NOW + HOUR)
    add(session, Accommodation(enrolment_id=house.enrolment.id, factor=2, at=NOW))
    assert begin(session, house).deadline_at == NOW + 2 * HOUR


def test_without_a_limit_the_close_is_the_end(session: Session) -> None:
    house = timed(session, time_limit=None, closes_at=NOW + HOUR)
    assert begin(session, house).deadline_at == NOW + HOUR


@pytest.mark.parametrize("window", [{"opens_at": NOW + SECOND}, {"closes_at": NOW - SECOND}])
def test_nobody_begins_before_it_opens_or_after_it_closed(session: Session, window: dict[str, datetime]) -> None:
    with pytest.raises(NotOpen):
        begin(session, timed(session, **window))


def test_an_exception_in_favour_applies_to_a_running_attempt(session: Session) -> None:
    house = timed(session)
    attempt = begin(session, house)
    except_for(session, house, "time_limit", 90 * 60)
    assert deadline_of(session, attempt) == NOW + timedelta(minutes=90)


def test_an_exception_may_take_the_limit_away_while_it_runs(session: Session) -> None:
    house = timed(session)
    attempt = begin(session, house)
    except_for(session, house, "time_limit", None)
    assert deadline_of(session, attempt) is None


def test_what_is_worse_does_not_apply_to_a_running_attempt(session: Session) -> None:
    house = timed(session)
    attempt = begin(session, house)
    except_for(session, house, "time_limit", 10 * 60)
    assert deadline_of(session, attempt) == NOW + HOUR


def test_a_save_within_the_grace_counts_and_the_attempt_is_dated_at_its_deadline(session: Session) -> None:
    attempt = begin(session, timed(session))
    give(session, attempt, attempt.items[0], B, now=NOW + HOUR + GRACE)
    submit_attempt(session, attempt, now=NOW + HOUR + GRACE)
    assert (attempt.submitted_at, attempt.points) == (NOW + HOUR, 1.0)


def test_a_save_after_the_grace_is_kept_and_does_not_count(session: Session) -> None:
    attempt = begin(session, timed(session))
    give(session, attempt, attempt.items[0], A)
    saved = give(session, attempt, attempt.items[0], B, now=NOW + HOUR + GRACE + SECOND)
    assert saved.late
    submit_attempt(session, attempt, now=NOW + 2 * HOUR)
    assert (attempt.submitted_at, attempt.points) == (NOW + HOUR, 0.0)
    late = histories(session, attempt)[attempt.items[0].id].kept
    assert late is not None
    assert late.response == B


@pytest.mark.parametrize("come", [GRACE + SECOND, HOUR])  # in time, and after the worker stood still for an hour
def test_the_worker_hands_in_what_was_saved_dated_at_the_deadline(database: Database, come: timedelta) -> None:
    with database.transaction() as session:
        house = timed(session)
        attempt = begin(session, house)
        give(session, attempt, attempt.items[0], B)
    deadline = NOW + HOUR
    assert submit_overdue(database, now=at(deadline + GRACE)) == 0
    assert submit_overdue(database, now=at(deadline + come)) == 1
    assert submit_overdue(database, now=at(deadline + come)) == 0
    with database.transaction(writing=False) as session:
        attempt = session.scalars(select(Attempt)).one()
        assert (attempt.submitted_at, attempt.points) == (deadline, 1.0)
        assert len(session.scalars(select(Step).where(Step.kind == StepKind.score)).all()) == 1
        done = session.scalars(select(Completion.state).where(Completion.activity_id == house.quiz.id)).one()
        assert done is State.done


def test_the_worker_gives_a_later_deadline_its_time(database: Database) -> None:
    with database.transaction() as session:
        house = timed(session)
        begin(session, house)
        except_for(session, house, "time_limit", 2 * 3600)
    assert submit_overdue(database, now=at(NOW + HOUR + 2 * GRACE)) == 0
    with database.transaction(writing=False) as session:
        attempt = session.scalars(select(Attempt)).one()
        assert (attempt.submitted_at, attempt.deadline_at) == (None, NOW + 2 * HOUR)


def test_one_attempt_that_cannot_be_handed_in_does_not_hold_up_the_others(database: Database) -> None:
    with database.transaction() as session:
        broken, good = timed(session), timed(session)
        begin(session, broken).items[0].version.data = {"type": "nothing that is known"}
        begin(session, good)
    assert submit_overdue(database, now=at(NOW + 2 * HOUR)) == 1
    with database.transaction(writing=False) as session:
        left = session.scalars(select(Attempt.activity_id).where(Attempt.submitted_at.is_(None))).all()
        assert left == [broken.quiz.id]


def test_the_quiz_keeps_what_it_promised_when_its_limit_is_cut(session: Session) -> None:
    house = timed(session)
    attempt = begin(session, house)
    session.scalars(select(Quiz)).one().time_limit = 60
    session.flush()
    assert deadline_of(session, attempt) == NOW + HOUR


def test_a_save_that_was_read_before_the_submission_and_comes_after_it_is_late(database: Database) -> None:
    with database.transaction() as session:
        attempt_id = begin(session, timed(session)).id
    with database.transaction() as session:
        read_first(session)
        attempt = session.get_one(Attempt, attempt_id)
        assert attempt.submitted_at is None
        with database.transaction() as other:
            submit_attempt(other, other.get_one(Attempt, attempt_id), now=NOW)
        write_now(session)
        session.expire(attempt, MAY_CHANGE)
        assert give(session, attempt, attempt.items[0], B).late
