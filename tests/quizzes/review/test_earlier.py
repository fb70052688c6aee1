"""What was answered before there were cards: the worker makes them, and they are as they would have been."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.jobs import Job, add_job, run_due_jobs
from kruzhok.config import Config
from kruzhok.worker import work_for
from quizzes.attempts.checking import check, try_again
from quizzes.attempts.ending import submit_attempt
from quizzes.explaining.correcting import override
from quizzes.models import Attempt, Behaviour, Purpose
from quizzes.review import earlier
from quizzes.review.earlier import record_earlier
from quizzes.review.models import Card, ReviewLog
from tests.conftest import NOW
from tests.quizzes.attempts.make import give
from tests.quizzes.review.make import MEMORY, RIGHT, WRONG, Study

DAY = timedelta(days=1)

#: Of a row of the log all but its key and that of its card.
ROW = ("number", "at", "day", "rating", "source", "milliseconds", "attempt_item_id", "counts", "once")


def study_a_while(session: Session) -> Study:
    """Return somebody who answered in a text and in quizzes, in one of them with two tries."""
    study = Study(session, "single multiple essay single", behaviour=Behaviour.tries)
    study.check(RIGHT, 1, at=NOW)
    attempt = study.begin(at=NOW + DAY)
    item = attempt.items[0]
    for response in (WRONG, RIGHT):
        try_again(session, attempt, item, by=study.user.id, now=NOW + DAY)
        give(session, attempt, item, response, now=NOW + DAY)
        check(session, attempt, item, by=study.user.id, now=NOW + DAY)
    give(session, attempt, attempt.items[1], {"options": ["c"]}, now=NOW + DAY)
    give(session, attempt, attempt.items[2], {"text": "So it was."}, now=NOW + DAY)
    submit_attempt(session, attempt, now=NOW + DAY)
    override(session, attempt, attempt.items[1], Fraction(1), "It was put badly", by=study.user.id, now=NOW + DAY)
    preview = study.begin(at=NOW + 2 * DAY)
    preview.purpose = Purpose.preview
    give(session, preview, preview.items[0], WRONG, now=NOW + 2 * DAY)
    submit_attempt(session, preview, now=NOW + 2 * DAY)
    study.begin(at=NOW + 3 * DAY)
    return study


def all_there_is(session: Session) -> tuple[list[Any], list[Any]]:
    """Return what the cards and the log say, by user and item."""
    cards = session.scalars(select(Card).order_by(Card.user_id, Card.item_id)).all()
    rows = session.scalars(select(ReviewLog).join(Card).order_by(Card.user_id, Card.item_id, ReviewLog.number))
    told = ("user_id", "item_id", "made_at", "due_on", *MEMORY)
    return _said(cards, told), _said(rows, ROW)


def _said(rows: Any, names: tuple[str, ...]) -> list[Any]:
    return [tuple(getattr(row, name) for name in names) for row in rows]


def forget(session: Session) -> None:
    """Leave the database as one from before there were cards."""
    session.execute(delete(ReviewLog))
    session.execute(delete(Card))


def work_off(database: Database, config: Config, *, at_once: int = 100) -> int:
    return run_due_jobs(database, work_for(config), now=lambda: NOW, limit=at_once)


def test_cards_of_earlier_answers_are_as_they_would_have_been(
    database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier, "PIECE", 1)
    with database.transaction() as session:
        study_a_while(session)
        Study(session).sit(WRONG)
        before = all_there_is(session)
    assert len(before[1]) == 4
    with database.transaction() as session:
        forget(session)
        add_job(session, "cards", {}, run_at=NOW, key="cards")
    work_off(database, config)
    with database.transaction(writing=False) as session:
        assert all_there_is(session) == before
        assert session.scalars(select(Job.done_at).where(Job.kind == "cards")).all() == [NOW]


def test_a_worker_killed_in_the_middle_goes_on_where_it_was(
    database: Database, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier, "PIECE", 1)
    with database.transaction() as session:
        study = study_a_while(session)
        before = all_there_is(session)
    with database.transaction() as session:
        forget(session)
        add_job(session, "cards", {}, run_at=NOW, key="cards")
    assert work_off(database, config, at_once=1) == 1
    with database.transaction() as session:
        first = session.scalars(select(Attempt.id).where(Attempt.user_id == study.user.id).order_by(Attempt.id)).first()
        [job] = session.scalars(select(Job).where(Job.kind == "cards"))
        assert (job.payload, job.done_at) == ({"after": first}, None)
        assert len(session.scalars(select(ReviewLog)).all()) == 1
    work_off(database, config)
    with database.transaction(writing=False) as session:
        assert all_there_is(session) == before


def test_once_more_from_the_beginning_adds_nothing(session: Session) -> None:
    study_a_while(session)
    before, after = all_there_is(session), 0
    while (last := record_earlier(session, after)) is not None:
        after = last
    session.expire_all()
    assert all_there_is(session) == before


def test_what_was_answered_since_takes_its_place_in_time(session: Session) -> None:
    study = Study(session)
    study.sit(WRONG)
    forget(session)
    session.expire_all()
    study.review(RIGHT, at=NOW + DAY)
    record_earlier(session, 0)
    assert study.ratings() == [3, 1]
    assert (study.card().reviews, study.card().misses, study.card().last_on) == (2, 0, (NOW + DAY).date())
