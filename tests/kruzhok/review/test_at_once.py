"""Two who touch one card at the same moment: nothing is lost, one answer counts, and the card is what its log says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.errors import Conflict
from course.users.models import User
from kruzhok.merging import merge
from quizzes.models import Attempt, Purpose
from quizzes.review.answering import Given, NotToBeTakenBack, answer_review, card_of, resume, suspend, take_back
from quizzes.review.asking import asked
from quizzes.review.earlier import record_earlier
from quizzes.review.models import Card, ReviewLog, ReviewSource
from quizzes.review.recording import set_retention
from tests import factories
from tests.conftest import NOW
from tests.course.groups.test_at_once import at_once
from tests.quizzes.review.make import RIGHT, WRONG, Study, check_replayed

#: How often each is tried: who comes first is not ours to say.
TIMES = range(4)
LATER = NOW + timedelta(days=1)

Act = Callable[[Session], object]


class Reader:
    """Somebody who has met a question, or not yet, and what they do with it."""

    def __init__(self, database: Database, *, is_met: bool, is_guest: bool = False) -> None:
        self.database = database
        with database.transaction() as session:
            study = Study(session)
            if is_met:
                study.check(RIGHT)
            if is_guest:
                study.user.email = study.user.password_hash = None
            self.user_id, self.item_id, self.seen = study.user.id, study.items[0], int(is_met)

    def answers(self, response: dict[str, Any] = RIGHT, *, once: str | None = None, user_id: int = 0) -> Act:
        """Answer it in review, on a page made before anybody did."""

        def act(session: Session) -> object:
            user, question = session.get(User, user_id or self.user_id), asked(session, self.item_id)
            if user is None:  # who asks would be signed out by now
                raise Conflict
            assert question is not None
            given = Given(response, seen=self.seen, once=once)
            return answer_review(session, user, question, given, now=LATER)

        return act

    def takes_back(self) -> Act:
        """Take the first answer back."""

        def act(session: Session) -> object:
            first = _rows(self.user_id).where(ReviewLog.number == 1)
            return take_back(session, session.scalars(first).one(), now=LATER)

        return act

    def rests(self, *, wakes: bool = False) -> Act:
        """Let it rest, or wake it."""

        def act(session: Session) -> object:
            card = card_of(session, session.get_one(User, self.user_id), self.item_id, now=LATER)
            return resume(session, card) if wakes else suspend(session, card, now=LATER)

        return act

    def wants(self, retention: float) -> Act:
        """Want to know another share."""
        return lambda session: set_retention(session, session.get_one(User, self.user_id), retention)

    def rows(self, user_id: int = 0) -> list[ReviewLog]:
        """Return the log by number, of which the card is what it comes to."""
        with self.database.transaction() as session:
            check_replayed(session, session.get_one(User, user_id or self.user_id))
            return list(session.scalars(_rows(user_id or self.user_id).order_by(ReviewLog.number)))


def _rows(user_id: int) -> Any:
    return select(ReviewLog).join(Card).where(Card.user_id == user_id)


@pytest.mark.parametrize("is_met", [False, True])
def test_two_devices_keep_both_answers_and_one_counts(database: Database, is_met: bool) -> None:
    for _time in TIMES:
        reader = Reader(database, is_met=is_met)
        raised = at_once(database, reader.answers(RIGHT, once="phone"), reader.answers(WRONG, once="laptop"))
        rows = reader.rows()[reader.seen :]
        assert (raised, len(rows)) == ([None, None], 2)
        assert [row.counts for row in rows] == [True, False]
        assert {row.once for row in rows} == {"phone", "laptop"}


@pytest.mark.parametrize("is_met", [False, True])
def test_the_halves_of_a_double_click_are_one_answer(database: Database, is_met: bool) -> None:
    for _time in TIMES:
        reader = Reader(database, is_met=is_met)
        assert at_once(database, *[reader.answers(once="a click")] * 3) == [None] * 3
        assert len(reader.rows()) == reader.seen + 1
        with database.new_session() as session:
            tries = select(Attempt).where(Attempt.user_id == reader.user_id, Attempt.purpose == Purpose.review)
            assert len(session.scalars(tries).all()) == 1


def test_the_worker_makes_earlier_cards_while_one_reviews(database: Database) -> None:
    for _time in TIMES:
        reader = Reader(database, is_met=True)
        with database.transaction() as session:
            session.execute(delete(Card))  # as they are not there yet after an upgrade
        reader.seen = 0
        raised = at_once(database, reader.answers(), lambda session: record_earlier(session, 0), reader.answers())
        rows = reader.rows()
        assert (raised, sorted(row.source.value for row in rows)) == ([None] * 3, ["check", "review", "review"])
        assert [row.counts for row in rows if row.source is ReviewSource.check] == [True]
        assert sum(row.counts for row in rows if row.source is ReviewSource.review) <= 1


def test_a_guest_reviews_while_they_become_an_account(database: Database) -> None:
    for _time in TIMES:
        reader = Reader(database, is_met=True, is_guest=True)
        with database.transaction() as session:
            account = factories.make_user(session).id

        def becomes(session: Session, guest_id: int = reader.user_id, user_id: int = account) -> object:
            guest, user = session.get(User, guest_id), session.get_one(User, user_id)
            return guest is not None and merge(session, guest, user, now=LATER)

        raised = at_once(database, reader.answers(WRONG), becomes, reader.answers(RIGHT, user_id=account))
        assert raised[1:] == [None, None]
        assert raised[0] in {None, Conflict}
        assert len(reader.rows(account)) == (3 if raised[0] is None else 2)
        with database.new_session() as session:
            assert session.get(User, reader.user_id) is None
            assert session.scalars(_rows(reader.user_id)).all() == []


def test_an_answer_is_taken_back_while_the_question_is_answered_again(database: Database) -> None:
    for _time in TIMES:
        reader = Reader(database, is_met=False)
        with database.transaction() as session:
            reader.answers(WRONG)(session)
        reader.seen = 1
        taken_back, answered = at_once(database, reader.takes_back(), reader.answers(RIGHT))
        first, second = reader.rows()
        assert answered is None
        assert second.counts
        assert taken_back in {None, NotToBeTakenBack}
        assert (first.taken_back_at is None) == (taken_back is not None)


def test_another_share_to_know_is_set_while_one_answers(database: Database) -> None:
    for _time in TIMES:
        reader = Reader(database, is_met=True)
        assert at_once(database, reader.wants(0.8), reader.answers(), reader.wants(0.8)) == [None] * 3
        assert len(reader.rows()) == 2


def test_a_question_is_let_rest_while_it_is_answered(database: Database) -> None:
    for _time in TIMES:
        reader = Reader(database, is_met=False)
        assert at_once(database, reader.answers(), reader.rests(), reader.rests(wakes=True)) == [None] * 3
        assert len(reader.rows()) == 1
