"""Answering a self-check: what is recorded of it, and what it does not touch."""

import random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.replay import final_score
from quizzes.attempts.starting import start_attempt
from quizzes.attempts.steps import histories
from quizzes.checks.answering import InOpenAttempt
from quizzes.checks.asking import read_answer
from quizzes.completions import completions
from quizzes.items import BadResponse, parse_data
from quizzes.models import Attempt, Item, Purpose, Quiz, QuizSlot, StepKind
from quizzes.policy import Policy
from tests.conftest import NOW
from tests.factories import make_enrolment, make_quiz
from tests.quizzes.checks.make import ANSWERS, House, give, make_house


def attempts(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Attempt)) or 0


def put_in_quiz(session: Session, house: House) -> Attempt:
    """Begin an attempt at a quiz in which the first self-check stands, too."""
    quiz = make_quiz(session, house.lesson, items=0)
    quiz_id = session.scalars(select(Quiz.id).where(Quiz.activity_id == quiz.id)).one()
    session.add(QuizSlot(quiz_id=quiz_id, position=1, item_id=house.checks[0].item_id))
    session.flush()
    return start_attempt(session, house.enrolment, quiz, now=NOW, rng=random.Random(1917))


def test_an_answer_is_an_attempt_at_one_item_that_is_submitted_as_it_is_made(session: Session) -> None:
    house = make_house(session)
    attempt = give(session, house, {"option": "b"}, 3)
    assert (attempt.purpose, attempt.number, attempt.submitted_at) == (Purpose.check, 1, NOW)
    assert (attempt.user_id, attempt.activity_id) == (house.enrolment.user_id, house.lesson.id)
    assert (attempt.points, attempt.max_points) == (1, 1)
    [item] = attempt.items
    assert item.item_version_id == house.checks[0].version_id
    save, scored = histories(session, attempt)[item.id].steps
    assert (save.kind, save.response, save.data) == (StepKind.save, {"option": "b"}, {"certainty": 3})
    assert (scored.kind, scored.score, scored.base_step) == (StepKind.score, 1, 1)


def test_points_are_the_score_times_the_weight(session: Session) -> None:
    house = make_house(session, "multiple", points=4)
    attempt = give(session, house, {"options": ["a"]})
    assert (attempt.points, attempt.max_points) == (2, 4)


@pytest.mark.parametrize("kind", ANSWERS)
def test_the_score_replays_to_what_is_stored(session: Session, kind: str) -> None:
    house = make_house(session, kind)
    for response in ANSWERS[kind]:
        if response is not None:
            attempt = give(session, house, response)
            [item] = attempt.items
            history = histories(session, attempt)[item.id]
            assert attempt.names is not None
            names, data = attempt.names.data["names"], parse_data(item.version.data)
            score = final_score(data, Policy.read(attempt.policy), history, names)
            assert history.scored is not None
            assert score == pytest.approx(history.scored.score)


def test_a_name_is_right_in_all_its_spellings(session: Session) -> None:
    house = make_house(session, "short", answers=[{"text": "Kerensky"}])
    assert give(session, house, {"text": "Kerenskii"}).points == 1


def test_attempts_are_numbered_by_user_and_item(session: Session) -> None:
    house = make_house(session, "single true-false")
    somebody_else = house._replace(enrolment=make_enrolment(session, course=house.course))
    numbers = [
        give(session, house, {"option": "a"}).number,
        give(session, house, {"option": "b"}).number,
        give(session, house, {"value": True}, place=1).number,
        give(session, somebody_else, {"option": "a"}).number,
    ]
    assert numbers == [1, 2, 1, 1]


def test_a_double_click_is_one_answer(session: Session) -> None:
    house = make_house(session)
    first = give(session, house, {"option": "a"}, 2)
    assert give(session, house, {"option": "a"}, 2) is first
    assert attempts(session) == 1


def test_the_same_answer_of_a_page_that_had_seen_the_first_is_another(session: Session) -> None:
    house = make_house(session)
    first = give(session, house, {"option": "a"}, 2)
    assert give(session, house, {"option": "a"}, 2, seen=first.id).number == 2


def test_another_answer_of_a_page_that_knew_of_none_is_another(session: Session) -> None:
    house = make_house(session)
    give(session, house, {"option": "a"}, 2)
    assert [give(session, house, {"option": "a"}, 3).number, give(session, house, {"option": "b"}, 3).number] == [2, 3]


def test_while_the_item_stands_in_an_open_attempt_it_is_not_answered_here(session: Session) -> None:
    house = make_house(session, "single true-false")
    attempt = put_in_quiz(session, house)
    with pytest.raises(InOpenAttempt) as refused:
        give(session, house, {"option": "b"})
    assert refused.value.attempt_id == attempt.id
    assert give(session, house, {"value": True}, place=1).number == 1  # another one is
    submit_attempt(session, attempt, now=NOW)
    assert give(session, house, {"option": "b"}).number == 1


def test_the_open_attempt_of_somebody_else_is_none_of_ours(session: Session) -> None:
    house = make_house(session)
    put_in_quiz(session, house)
    somebody_else = house._replace(enrolment=make_enrolment(session, course=house.course))
    assert give(session, somebody_else, {"option": "b"}).number == 1


def test_an_answer_here_counts_for_no_quiz(session: Session) -> None:
    house = make_house(session)
    quiz = make_quiz(session, house.lesson, items=0)
    give(session, house, {"option": "b"}, 3)
    assert completions(session, [quiz, house.lesson], [house.enrolment]) == {}


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        ("single", {}, "Give an answer first"),
        ("short", {"": [" "]}, "Give an answer first"),
        ("matching", {"lenin": [""]}, "Give an answer first"),
        ("single", {"": ["nowhere"]}, "not among those"),
        ("single", {"": ["a", "b"]}, "Only one answer"),
        ("cloze", {"who": ["b"]}, "left to fill in"),
        ("short", {"": ["x" * 501]}, "too long"),
    ],
)
def test_what_is_no_answer_or_only_a_part_of_one_is_refused(session: Session, kind: str, raw: dict, said: str) -> None:
    house = make_house(session, kind)
    with pytest.raises(BadResponse, match=said):
        read_answer(house.checks[0], raw)


def test_what_was_asked_for_is_read_on_the_current_version(session: Session) -> None:
    house = make_house(session)
    assert house.checks[0].version_id == session.get_one(Item, house.checks[0].item_id).current_version_id
    assert read_answer(house.checks[0], {"": ["b"]}) == {"option": "b"}
