"""Answering in review: nothing is lost, and what two devices answer counts once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kruzhok.completions import rebuild
from quizzes.attempts.ending import submit_attempt
from quizzes.checks.answering import InOpenAttempt
from quizzes.checks.completions import answered_in
from quizzes.items import BadResponse
from quizzes.models import Attempt, Purpose, StepKind
from quizzes.review.answering import (
    Given,
    NotToBeTakenBack,
    answer_review,
    card_of,
    recall_essay,
    resume,
    suspend,
    take_back,
)
from quizzes.review.models import ReviewSource
from tests.conftest import NOW
from tests.factories import states_of
from tests.quizzes.review.make import MEMORY, RIGHT, WRONG, Study, cards_of, check_replayed

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ESSAY = {"text": "So it was."}


def test_an_answer_is_an_attempt_at_one_item_in_no_place(session: Session) -> None:
    study = Study(session)
    log = study.review(RIGHT, certainty=2)
    assert log.attempt_item is not None
    attempt = log.attempt_item.attempt
    assert (attempt.purpose, attempt.enrolment_id, attempt.activity_id) == (Purpose.review, None, None)
    assert (attempt.submitted_at, attempt.points, attempt.max_points, attempt.number) == (NOW, 1.0, 1.0, 1)
    save, score = log.attempt_item.steps
    assert (save.kind, save.response, save.data, save.by_id) == (StepKind.save, RIGHT, {"certainty": 2}, study.user.id)
    assert (score.kind, score.score) == (StepKind.score, 1.0)
    assert study.review(WRONG).attempt_item.attempt.number == 2  # type: ignore[union-attr]


def test_an_item_that_was_never_met_gets_its_card(session: Session) -> None:
    study = Study(session)
    log = study.review(RIGHT, at=NOW)
    assert (log.number, log.source, log.counts) == (1, ReviewSource.review, True)
    assert (study.card().reviews, study.card().made_at) == (1, NOW)
    check_replayed(session, study.user)


def test_a_double_click_is_one_answer(session: Session) -> None:
    study = Study(session)
    first = study.review(RIGHT, once="a click")
    again = study.review(RIGHT, once="a click", seen=0)
    assert again.id == first.id
    assert study.ratings() == [3]
    assert session.scalar(select(func.count(Attempt.id))) == 1


def test_two_devices_lose_nothing_and_count_once(session: Session) -> None:
    study = Study(session)
    study.check(RIGHT)
    phone = study.review(WRONG, at=NOW + DAY, seen=1, once="phone")
    after = [getattr(study.card(), name) for name in MEMORY]
    laptop = study.review(RIGHT, at=NOW + DAY, seen=1, once="laptop")
    assert (phone.counts, laptop.counts) == (True, False)
    assert laptop.attempt_item is not None
    assert laptop.attempt_item.steps[0].response == RIGHT
    assert [getattr(study.card(), name) for name in MEMORY] == after
    check_replayed(session, study.user)


def test_a_quiz_handed_in_meanwhile_is_the_answer_that_counts(session: Session) -> None:
    study = Study(session)
    study.sit(WRONG)
    late = study.review(RIGHT, at=NOW + HOUR, seen=0)
    assert (late.counts, study.card().misses) == (False, 1)


def test_what_was_taken_back_elsewhere_keeps_no_answer_from_counting(session: Session) -> None:
    study = Study(session)
    take_back(session, study.review(WRONG), now=NOW)
    log = study.review(RIGHT, seen=0)
    assert (log.counts, study.card().reviews) == (True, 1)


@pytest.mark.parametrize(
    ("shown_at", "milliseconds"),
    [
        (NOW - timedelta(seconds=12.5), 12_500),
        (NOW, 0),
        (NOW - 3 * HOUR, 120_000),
        (NOW + HOUR, None),
        (None, None),
        (datetime(2026, 11, 23, 14, 1), None),  # noqa: DTZ001 (nobody knows when that was)
    ],
)
def test_an_answer_takes_two_minutes_at_the_most(
    session: Session, shown_at: datetime | None, milliseconds: int | None
) -> None:
    study = Study(session)
    assert study.review(RIGHT, shown_at=shown_at).milliseconds == milliseconds
    assert study.card().seconds == (None if milliseconds is None else milliseconds / 1000)


def test_what_stands_in_an_open_attempt_is_not_answered_here(session: Session) -> None:
    study = Study(session)
    attempt = study.begin()
    with pytest.raises(InOpenAttempt) as refused:
        study.review(RIGHT)
    assert refused.value.attempt_id == attempt.id
    assert cards_of(session, study.user) == []
    submit_attempt(session, attempt, now=NOW)
    assert study.review(RIGHT).counts


def test_a_review_completes_nothing_and_undoes_nothing(session: Session) -> None:
    study = Study(session)
    study.sit(WRONG)
    rebuild(session, [study.place], now=NOW)
    before = states_of(session, study.place.id)
    assert before
    study.review(RIGHT, at=NOW + DAY)
    assert states_of(session, study.place.id) == before
    rebuild(session, [study.place], now=NOW + DAY)
    assert states_of(session, study.place.id) == before
    assert answered_in(session, [study.notes.id], [study.place.id]) == {}


# Essays


@pytest.mark.parametrize("rating", [1, 2, 3])
def test_an_essay_is_recalled_and_rated_by_oneself(session: Session, rating: int) -> None:
    study = Study(session, "essay")
    log = recall_essay(session, study.user, study.question(), rating, Given(None, once="a click"), now=NOW)
    again = recall_essay(session, study.user, study.question(), rating, Given(None, once="a click"), now=NOW)
    assert (log.rating, log.attempt_item_id, again.id) == (rating, None, log.id)
    assert session.scalar(select(func.count(Attempt.id))) == 0
    check_replayed(session, study.user)


def test_what_one_wrote_of_an_essay_is_kept_without_a_score(session: Session) -> None:
    study = Study(session, "essay")
    log = recall_essay(session, study.user, study.question(), 2, Given(ESSAY), now=NOW)
    assert log.attempt_item is not None
    attempt = log.attempt_item.attempt
    assert (attempt.purpose, attempt.points, attempt.submitted_at) == (Purpose.review, None, NOW)
    save, rate = log.attempt_item.steps
    assert (save.kind, save.response, rate.kind, rate.data) == (StepKind.save, ESSAY, StepKind.rate, {"rating": 2})


@pytest.mark.parametrize("rating", [0, 4, -1])
def test_an_essay_is_never_easy(session: Session, rating: int) -> None:
    study = Study(session, "essay")
    with pytest.raises(BadResponse):
        recall_essay(session, study.user, study.question(), rating, Given(None), now=NOW)


def test_an_essay_is_not_scored_and_another_item_not_rated(session: Session) -> None:
    study = Study(session, "essay single")
    with pytest.raises(BadResponse):
        answer_review(session, study.user, study.question(0), Given(ESSAY), now=NOW)
    with pytest.raises(BadResponse):
        recall_essay(session, study.user, study.question(1), 3, Given(None), now=NOW)


# Taking back, and setting aside


def test_an_answer_taken_back_says_nothing_any_more_and_its_attempt_stays(session: Session) -> None:
    study = Study(session)
    study.check(RIGHT)
    before = [getattr(study.card(), name) for name in MEMORY]
    log = study.review(WRONG, at=NOW + DAY)
    take_back(session, log, now=NOW + DAY)
    take_back(session, log, now=NOW + DAY + HOUR)
    assert [getattr(study.card(), name) for name in MEMORY] == before
    assert (log.taken_back_at, session.scalar(select(func.count(Attempt.id)))) == (NOW + DAY, 2)
    check_replayed(session, study.user)


def test_the_first_answer_taken_back_leaves_a_card_that_is_new(session: Session) -> None:
    study = Study(session)
    take_back(session, study.review(RIGHT), now=NOW)
    assert (study.card().last_on, study.card().due_on, study.card().reviews) == (None, None, 0)


def test_only_the_last_answer_that_counts_is_taken_back(session: Session) -> None:
    study = Study(session)
    first, last = study.review(WRONG), study.review(RIGHT, at=NOW + HOUR)
    beside = study.review(WRONG, at=NOW + HOUR, seen=1)
    for log in (first, beside):
        with pytest.raises(NotToBeTakenBack):
            take_back(session, log, now=NOW + HOUR)
    take_back(session, last, now=NOW + HOUR)
    take_back(session, first, now=NOW + HOUR)
    assert study.card().reviews == 0


def test_a_quiz_is_not_taken_back(session: Session) -> None:
    study = Study(session)
    study.sit(RIGHT)
    with pytest.raises(NotToBeTakenBack):
        take_back(session, study.log()[0], now=NOW)


def test_an_answer_of_another_day_is_not_taken_back(session: Session) -> None:
    study = Study(session)
    log = study.review(RIGHT)
    late = NOW.replace(hour=3, minute=59) + DAY  # up late, it is still the same day of study
    with pytest.raises(NotToBeTakenBack):
        take_back(session, log, now=late + HOUR)
    take_back(session, log, now=late)
    assert log.taken_back_at == late


def test_a_card_is_suspended_and_resumed(session: Session) -> None:
    study = Study(session)
    card = card_of(session, study.user, study.items[0], now=NOW)
    suspend(session, card, now=NOW)
    suspend(session, card, now=NOW + DAY)
    assert study.card().suspended_at == NOW
    study.review(RIGHT)
    assert study.card().suspended_at == NOW
    resume(session, card)
    assert study.card().suspended_at is None
