"""Stored answers come back in pieces, with all that their scores hang on."""

import gc

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from course.reference.models import Person
from quizzes.attempts import rescoring
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.rescoring import Answer, answers_in
from quizzes.items import Response, parse_data
from quizzes.models import Attempt, ItemVersion, Step, StepKind
from tests.conftest import NOW
from tests.factories import add, make_attempt
from tests.quizzes.attempts.make import RIGHT, House, begin, give, make_house, type_at
from tests.quizzes.items.make import raw_item

WRONG: Response = {"option": "a"}


def sit(session: Session, house: House, **responses: Response) -> Attempt:
    """Return a submitted attempt with RESPONSES by type, the others blank."""
    attempt = begin(session, house)
    for item in attempt.items:
        give(session, attempt, item, responses.get(type_at(item)))
    submit_attempt(session, attempt, now=NOW)
    session.expire_all()
    return attempt


def answers(session: Session, **which: int) -> list[Answer]:
    conditions = [Attempt.__table__.columns[name] == value for name, value in which.items()]
    return list(answers_in(session, conditions[0] if conditions else true()))


def replayed(answer: Answer) -> float | None:
    score = answer.replayed()
    return None if score is None else float(score)


def test_every_answer_comes_to_its_stored_score(session: Session) -> None:
    house = make_house(session)
    sit(session, house, **RIGHT)
    sit(session, house, single=WRONG, multiple={"options": ["a"]}, short={"text": "Aprl Theses"})
    got = answers(session)
    assert [answer.item.slot for answer in got] == [1, 2, 3, 4, 5, 6] * 2
    assert [replayed(answer) for answer in got] == [answer.stored for answer in got]
    assert [answer.stored for answer in got[:3]] == [1, 1, 1]


def test_an_attempt_that_is_still_open_is_not_among_them(session: Session) -> None:
    begin(session, make_house(session))
    assert answers(session) == []


def test_only_those_asked_for_come(session: Session) -> None:
    house = make_house(session, "single short")
    attempts = [sit(session, house, single=WRONG) for _ in range(3)]
    got = answers(session, id=attempts[1].id)
    assert {answer.attempt.id for answer in got} == {attempts[1].id}


def test_another_key_gives_another_score_to_the_same_answer(session: Session) -> None:
    sit(session, make_house(session, "single"), single=WRONG)
    [answer] = answers(session)
    options = [{"ident": ident, "text": ident.upper()} for ident in "abc"]
    other = parse_data(raw_item("single", options=[options[0] | {"right": True}, *options[1:]]))
    assert replayed(answer) == 0
    assert answer.by_another(other) == 1


def test_what_a_tutor_put_in_its_place_is_what_the_steps_come_to(session: Session) -> None:
    attempt = sit(session, make_house(session, "single"), single=WRONG)
    override = {"number": 3, "kind": StepKind.override, "score": 0.5, "base_step": 1, "at": NOW}
    add(session, Step(attempt_item_id=attempt.items[0].id, **override))
    session.expire_all()
    [answer] = answers(session)
    assert (replayed(answer), answer.stored) == (0.5, 0.5)
    assert answer.by_another(answer.data) == 0


def test_an_essay_that_nobody_marked_has_no_score(session: Session) -> None:
    sit(session, make_house(session, "essay"), essay={"text": "So it was."})
    [answer] = answers(session)
    assert (replayed(answer), answer.stored) == (None, None)


def test_the_names_are_those_of_when_the_attempt_began(session: Session) -> None:
    house = make_house(session, "short")
    version = session.scalars(select(ItemVersion)).one()
    version.data = version.data | {"answers": [{"text": "Kerensky"}]}
    sit(session, house, short={"text": "Kerenskii"})
    session.scalars(select(Person)).one().aliases = []
    session.flush()
    [answer] = answers(session)
    assert (replayed(answer), answer.stored) == (1, 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_yielded_is_not_held_in_memory(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescoring, "PIECE", 5)
    house = make_house(session, "single")
    for number in range(1, 13):
        make_attempt(session, house.enrolment, house.quiz, number=number, submitted_at=NOW)
    session.expire_all()
    most = 0
    for _answer in answers_in(session, true()):
        gc.collect()
        most = max(most, sum(isinstance(one, Attempt) for one in session.identity_map.values()))
    assert 5 <= most <= 6
