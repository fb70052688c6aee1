"""An answer anywhere is one history: a self-check, a quiz and a review write into the same log."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from course.base.db import Database
from quizzes.attempts.checking import check, try_again
from quizzes.attempts.ending import GRACE, submit_attempt, submit_overdue
from quizzes.items import Response
from quizzes.models import Attempt, Behaviour, ItemVersion, Purpose
from quizzes.review.models import Card, ReviewLog
from quizzes.review.recording import record_attempt, set_retention
from tests.conftest import NOW
from tests.quizzes.attempts.make import RIGHT as RIGHTS
from tests.quizzes.attempts.make import give
from tests.quizzes.review.make import RIGHT, WRONG, Study, cards_of, check_replayed
from tests.test_queries import counted

DAY = timedelta(days=1)


def test_a_self_check_a_quiz_and_a_review_of_one_item_are_one_history(session: Session) -> None:
    study = Study(session)
    study.sit(RIGHT)
    study.check(WRONG, at=NOW + 2 * DAY)
    study.review(RIGHT, at=NOW + 3 * DAY)
    rows = [(row.number, row.rating, row.source.value, row.day) for row in study.log()]
    today = NOW.date()
    assert rows == [(1, 3, "quiz", today), (2, 1, "check", today + 2 * DAY), (3, 3, "review", today + 3 * DAY)]
    card = study.card()
    assert (card.made_at, card.reviews, card.lapses, card.misses) == (NOW, 3, 1, 0)
    check_replayed(session, study.user)


def test_a_quiz_gives_each_item_that_was_answered_a_card_and_a_blank_none(session: Session) -> None:
    study = Study(session, "single single single")
    study.sit(RIGHT, None, WRONG)
    assert [card.item_id for card in cards_of(session, study.user)] == [study.items[0], study.items[2]]
    assert (study.ratings(0), study.ratings(2)) == ([3], [1])


def test_an_essay_that_was_answered_is_a_card_that_is_new(session: Session) -> None:
    study = Study(session, "essay")
    study.sit({"text": "So it was."})
    assert (study.card().last_on, study.card().reviews, study.log()) == (None, 0, [])


def test_what_a_tutor_tries_out_is_no_memory_of_theirs(session: Session) -> None:
    study = Study(session)
    attempt = study.begin()
    attempt.purpose = Purpose.preview
    give(session, attempt, attempt.items[0], RIGHT)
    submit_attempt(session, attempt, now=NOW)
    assert cards_of(session, study.user) == []


@pytest.mark.parametrize(("certainty", "rating"), [(None, 3), (1, 2), (2, 3), (3, 3)])
def test_who_guessed_right_remembers_it_with_effort(session: Session, certainty: int | None, rating: int) -> None:
    study = Study(session)
    study.check(RIGHT, certainty)
    study.review(RIGHT, certainty=certainty)
    assert study.ratings() == [rating, rating]


@pytest.mark.parametrize(
    ("behaviour", "tries", "rating"),
    [
        (Behaviour.see, [RIGHT], 3),
        (Behaviour.see, [WRONG], 1),
        (Behaviour.tries, [RIGHT], 3),
        (Behaviour.tries, [WRONG, RIGHT], 2),
        (Behaviour.tries, [WRONG, {"option": "c"}, RIGHT], 2),
        (Behaviour.tries, [WRONG, {"option": "c"}], 1),
    ],
)
def test_the_last_try_is_what_is_remembered_and_a_further_one_is_effort(
    session: Session, behaviour: Behaviour, tries: list[Response], rating: int
) -> None:
    study = Study(session, behaviour=behaviour)
    attempt = study.begin()
    [item] = attempt.items
    version = session.get_one(ItemVersion, item.item_version_id)
    version.data = version.data | {"hints": ["Think of April.", "Think of the station."]}
    for response in tries:
        try_again(session, attempt, item, by=study.user.id, now=NOW)
        give(session, attempt, item, response)
        check(session, attempt, item, by=study.user.id, now=NOW)
    submit_attempt(session, attempt, now=NOW)
    assert study.ratings() == [rating]


def test_partly_right_is_a_memory_from_four_fifths_on(session: Session) -> None:
    study = Study(session, "multiple ordering")
    study.sit({"options": ["a"]}, {"order": list("acbde")})  # a half, and nine tenths
    assert (study.ratings(0), study.ratings(1)) == ([1], [2])


def test_the_day_is_the_users_own_and_begins_at_four(session: Session) -> None:
    study = Study(session, "single single")
    study.user.zone = "Asia/Vladivostok"  # ten hours ahead
    study.sit(RIGHT, RIGHT, at=datetime(2026, 11, 23, 17, 59, tzinfo=UTC))
    study.user.zone = "America/New_York"
    study.review(RIGHT, at=datetime(2026, 11, 24, 17, 59, tzinfo=UTC))
    assert [row.day for row in study.log()] == [date(2026, 11, 23), date(2026, 11, 24)]


def test_a_sitting_handed_in_by_the_worker_is_remembered_as_of_its_deadline(database: Database) -> None:
    with database.transaction() as session:
        study = Study(session, time_limit=60)
        attempt = study.begin()
        give(session, attempt, attempt.items[0], RIGHT)
    assert submit_overdue(database, now=lambda: NOW + DAY + GRACE) == 1
    with database.transaction(writing=False) as session:
        assert session.scalars(select(ReviewLog.at)).all() == [NOW + timedelta(seconds=60)]


def test_what_comes_late_takes_its_place_in_time(session: Session) -> None:
    study = Study(session)
    study.check(WRONG, at=NOW + DAY)
    study.sit(RIGHT, at=NOW)
    assert study.ratings() == [1, 3]
    assert (study.card().last_on, study.card().misses) == (NOW.date() + DAY, 1)
    check_replayed(session, study.user)


def test_writing_an_attempt_down_twice_is_once(session: Session) -> None:
    study = Study(session)
    attempt = study.sit(RIGHT)
    submit_attempt(session, attempt, now=NOW + DAY)
    record_attempt(session, attempt, now=NOW + DAY)
    assert study.ratings() == [3]


def test_an_attempt_that_is_open_says_nothing_yet(session: Session) -> None:
    study = Study(session)
    attempt = study.begin()
    give(session, attempt, attempt.items[0], RIGHT)
    record_attempt(session, attempt, now=NOW)
    assert cards_of(session, study.user) == []


def test_twenty_items_are_written_down_in_as_many_queries_as_one(database: Database) -> None:
    said = []
    for kinds in ("single", " ".join(["single", "ordering"] * 10)):
        with database.transaction() as session:
            study = Study(session, kinds)
            session.execute(
                insert(ReviewLog),
                [
                    {"card_id": card_id, "number": 1, "at": NOW, "day": NOW.date(), "rating": 1, "source": "check"}
                    for card_id in _known(session, study, every=2)
                ],
            )
            attempt = study.begin()
            for place, item in enumerate(attempt.items):
                give(session, attempt, item, [RIGHT, RIGHTS["ordering"]][place % 2])
        with database.transaction() as session, counted(database) as queries:
            submit_attempt(session, session.get_one(Attempt, attempt.id), now=NOW)
        said.append(queries)
    assert len(said[0]) == len(said[1]), (said[0], said[1])


def _known(session: Session, study: Study, *, every: int) -> list[int]:
    cards = [Card(user_id=study.user.id, item_id=item_id, made_at=NOW) for item_id in study.items[::every]]
    session.add_all(cards)
    session.flush()
    return [card.id for card in cards]


def test_to_know_more_is_to_have_it_back_sooner_and_changes_no_memory(session: Session) -> None:
    study = Study(session, "single single")
    study.sit(RIGHT, WRONG)
    before = [(card.due_on, card.stability) for card in cards_of(session, study.user)]
    set_retention(session, study.user, 0.97)
    after = [(card.due_on, card.stability) for card in cards_of(session, study.user)]
    assert [stability for _due, stability in after] == [stability for _due, stability in before]
    assert after[0][0] is not None
    assert before[0][0] is not None
    assert after[0][0] < before[0][0]
    check_replayed(session, study.user)
    study.review(RIGHT, at=NOW + DAY)
    check_replayed(session, study.user)
