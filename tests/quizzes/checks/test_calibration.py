"""Calibration: how sure one was, and how it came out."""

from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from quizzes.attempts.ending import submit_attempt
from quizzes.certainty import Level
from quizzes.checks.calibration import advice, calibration, in_words
from quizzes.review.answering import Given, recall_essay, take_back
from tests.conftest import NOW
from tests.factories import make_enrolment
from tests.quizzes.checks.make import give, make_house
from tests.quizzes.checks.test_answering import put_in_quiz
from tests.quizzes.review.make import RIGHT, WRONG, Study


def level(certainty: int, answers: int, right: int) -> Level:
    return Level(certainty, answers, right, 0, Fraction(0))


def test_nothing_answered_is_no_answer(session: Session) -> None:
    house = make_house(session)
    said = calibration(session, house.enrolment.user_id)
    assert (said.answers, said.points) == (0, 0)


def test_answers_are_counted_by_how_sure_one_was(session: Session) -> None:
    house = make_house(session, "single true-false multiple short")
    give(session, house, {"option": "b"}, 3)
    give(session, house, {"value": False}, 3, place=1)
    give(session, house, {"options": ["a"]}, 2, place=2)
    give(session, house, {"text": "April Theses"}, place=3)
    said = calibration(session, house.enrolment.user_id)
    assert said.levels == [
        Level(1, answers=1, right=1, partly=0, points=Fraction(1)),
        Level(2, answers=1, right=0, partly=1, points=Fraction(1)),
        Level(3, answers=2, right=1, partly=0, points=Fraction(-3)),
    ]
    assert (said.answers, said.points) == (4, -1)


def test_the_first_answer_to_each_counts(session: Session) -> None:
    house = make_house(session)
    first = give(session, house, {"option": "a"}, 3)
    give(session, house, {"option": "b"}, 3, seen=first.id)
    assert calibration(session, house.enrolment.user_id).points == -6


def test_it_is_of_the_user_in_all_their_places_and_of_nobody_else(session: Session) -> None:
    house = make_house(session, "single true-false")
    in_group = house._replace(enrolment=make_enrolment(session, house.enrolment.user, house.course, left_at=NOW))
    somebody_else = house._replace(enrolment=make_enrolment(session, course=house.course))
    give(session, house, {"option": "b"}, 3)
    give(session, in_group, {"value": True}, 3, place=1)
    give(session, somebody_else, {"value": False}, 3, place=1)
    assert calibration(session, house.enrolment.user_id).points == 6


def test_what_stands_in_an_open_attempt_is_left_out_until_it_is_submitted(session: Session) -> None:
    house = make_house(session)
    give(session, house, {"option": "b"}, 3)
    attempt = put_in_quiz(session, house)
    assert calibration(session, house.enrolment.user_id).answers == 0
    submit_attempt(session, attempt, now=NOW)
    assert calibration(session, house.enrolment.user_id).answers == 1


def test_a_first_answer_in_review_counts_like_one_in_a_text(session: Session) -> None:
    study = Study(session, "single single")
    study.review(WRONG, certainty=3)
    study.check(RIGHT, 3)
    study.review(RIGHT, place=1, certainty=2)
    said = calibration(session, study.user.id)
    assert (said.answers, said.points) == (2, -6 + 2)


def test_who_did_not_say_in_review_and_who_took_it_back_said_nothing(session: Session) -> None:
    study = Study(session, "single single")
    study.review(WRONG)
    study.review(RIGHT, certainty=3)
    take_back(session, study.review(WRONG, place=1, certainty=3), now=NOW)
    assert calibration(session, study.user.id).answers == 0


def test_an_essay_that_was_recalled_says_nothing(session: Session) -> None:
    study = Study(session, "essay")
    recall_essay(session, study.user, study.question(), 3, Given({"text": "So it was."}), now=NOW)
    assert calibration(session, study.user.id).answers == 0


def test_it_is_said_in_a_sentence() -> None:
    assert in_words(level(3, 9, 7)) == "When you were sure, you were right 7 of 9 times."
    assert in_words(level(2, 1, 0)) == "When you were fairly sure, you were right 0 of 1 time."
    assert in_words(level(1, 4, 2)) == "When you guessed, or did not say, you were right 2 of 4 times."


@pytest.mark.parametrize(
    ("certainty", "answers", "right", "said"),
    [
        (3, 9, 7, "“Fairly sure” would have earned more."),
        (3, 10, 8, None),
        (3, 4, 0, None),  # too few to say anything
        (2, 10, 5, "“A guess” would have earned more."),
        (2, 10, 7, None),
        (1, 10, 9, "“Sure” would have earned more."),
        (1, 10, 5, None),
        (1, 0, 0, None),
    ],
)
def test_advice_is_given_where_another_certainty_earns_more(
    certainty: int, answers: int, right: int, said: str | None
) -> None:
    assert advice(level(certainty, answers, right)) == said
