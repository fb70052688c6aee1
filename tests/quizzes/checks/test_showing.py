"""What the box of a self-check shows: the question, then what came of it, and nothing of it by the side door."""

import pytest
from sqlalchemy.orm import Session

from quizzes.attempts.ending import submit_attempt
from quizzes.checks.asking import checks_in
from quizzes.checks.showing import Question, questions_at
from quizzes.models import Item
from tests.conftest import NOW
from tests.factories import make_enrolment, make_item_version
from tests.quizzes.checks.make import ANSWERS, House, give, make_house
from tests.quizzes.checks.test_answering import put_in_quiz
from tests.quizzes.items.make import options, raw_item


def shown(session: Session, house: House) -> list[Question]:
    found = questions_at(session, checks_in(session, house.notes.id), house.enrolment)
    return [question for passage in ("p-1", "p-2", "p-3") for question in found.get(passage, ())]


def test_self_checks_stand_after_their_passages_in_the_order_of_the_files(session: Session) -> None:
    house = make_house(session, "single short true-false multiple")
    found = questions_at(session, checks_in(session, house.notes.id), None)
    assert {passage: [one.type for one in there] for passage, there in found.items()} == {
        "p-1": ["single", "multiple"],
        "p-2": ["short"],
        "p-3": ["true-false"],
    }
    assert all(one.outcome is None and one.seen == 0 for there in found.values() for one in there)


def test_a_question_shows_its_choices_in_one_order_for_everybody(session: Session) -> None:
    house = make_house(session, "ordering")
    [one], [again] = shown(session, house), shown(session, house)
    assert one.choices == again.choices
    assert sorted(ident for ident, _words in one.choices) == list("abcde")
    assert [ident for ident, _words in one.choices] != list("abcde")


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_came_of_it_is_said_with_the_key_where_it_was_not_right(session: Session, kind: str) -> None:
    house = make_house(session, kind)
    for response, how, words in zip(
        ANSWERS[kind], ["right", "part", "wrong"], ["Right", "Partly right", "Not right"], strict=True
    ):
        if response is None:
            continue
        attempt = give(session, house, response, 1)
        [question] = shown(session, house)
        assert question.seen == attempt.id
        last = question.outcome
        assert last is not None
        assert (last.verdict, last.score_words, last.explanation) == (how, words, "Because.")
        assert bool(last.key_says) == (how != "right")
        assert last.says


@pytest.mark.parametrize(
    ("response", "certainty", "said", "points"),
    [
        ({"options": ["a", "b"]}, 3, "You were sure", "+3"),
        ({"options": ["a"]}, 2, "You were fairly sure", "+1"),
        ({"options": ["c"]}, 3, "You were sure", "−6"),
        ({"options": ["c"]}, 1, "You guessed", "0"),
        ({"options": ["a", "b"]}, None, "You did not say how sure you were", "+1"),
    ],
)
def test_how_sure_one_was_is_said_with_its_points(
    session: Session, response: dict, certainty: int | None, said: str, points: str
) -> None:
    house = make_house(session, "multiple")
    give(session, house, response, certainty)
    last = shown(session, house)[0].outcome
    assert last is not None
    assert (last.certainty_words, last.certainty_points) == (said, points)


def test_feedback_on_what_was_chosen_and_on_the_whole_is_shown(session: Session) -> None:
    chosen = options("ab", right="b")
    chosen[0]["feedback"] = "Not this."
    house = make_house(session, options=chosen, combined={"wrong": "Read it again."})
    give(session, house, {"option": "a"})
    last = shown(session, house)[0].outcome
    assert last is not None
    assert last.feedback == ["Not this.", "Read it again."]


def test_the_last_answer_is_the_one_that_is_shown(session: Session) -> None:
    house = make_house(session)
    first = give(session, house, {"option": "a"})
    give(session, house, {"option": "b"}, seen=first.id)
    last = shown(session, house)[0].outcome
    assert last is not None
    assert last.verdict == "right"


def test_what_was_answered_in_another_place_is_not_shown(session: Session) -> None:
    house = make_house(session)
    give(session, house, {"option": "a"})
    elsewhere = house._replace(enrolment=make_enrolment(session, course=house.course))
    assert shown(session, elsewhere)[0].outcome is None


def test_a_question_that_changed_is_asked_anew(session: Session) -> None:
    house = make_house(session)
    give(session, house, {"option": "a"})
    item = session.get_one(Item, house.checks[0].item_id)
    data = raw_item("single", ident=item.ident, stem="What, then?")
    item.current_version_id = make_item_version(session, item, number=3, data=data).id
    session.flush()
    [question] = shown(session, house)
    assert (question.data.stem, question.outcome, question.seen) == ("What, then?", None, 0)


def test_nothing_is_shown_of_an_item_in_an_open_attempt(session: Session) -> None:
    house = make_house(session, "single true-false")
    give(session, house, {"option": "a"}, 3)
    give(session, house, {"value": True}, place=1)
    attempt = put_in_quiz(session, house)
    closed, other = shown(session, house)
    assert (closed.open_attempt_id, closed.outcome) == (attempt.id, None)
    assert other.open_attempt_id is None
    assert other.outcome is not None
    submit_attempt(session, attempt, now=NOW)
    opened = shown(session, house)[0]
    assert opened.open_attempt_id is None
    assert opened.outcome is not None
