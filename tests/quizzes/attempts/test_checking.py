"""Answers that are scored as they are given."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from quizzes.attempts.checking import BLANK, PARTLY, SAME, check, try_again
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.questions import questions_of, sitting_of
from quizzes.attempts.steps import histories, standing
from quizzes.items import Response
from quizzes.items.matching import choice_ident
from quizzes.models import Attempt, AttemptItem, Behaviour, ItemVersion, StepKind
from tests.conftest import NOW
from tests.quizzes.attempts.make import begin, give, make_house

WRONG, RIGHT = {"option": "a"}, {"option": "b"}
HINTS = ["Think of April.", "Think of the station."]


def sitting(session: Session, kinds: str = "single", behaviour: Behaviour = Behaviour.tries, **quiz: Any) -> Attempt:
    attempt = begin(session, make_house(session, kinds, behaviour=behaviour, **quiz))
    for item in attempt.items:
        version = session.get_one(ItemVersion, item.item_version_id)
        version.data = version.data | {"hints": HINTS}
    session.flush()
    return attempt


def try_it(session: Session, attempt: Attempt, item: AttemptItem, response: Response) -> str | None:
    tip = histories(session, attempt)[item.id].tip
    give(session, attempt, item, response, base=tip)
    return check(session, attempt, item, by=attempt.user_id, now=NOW)


def kinds(session: Session, attempt: Attempt, item: AttemptItem) -> list[str]:
    return [step.kind.value for step in histories(session, attempt)[item.id].steps]


def test_two_tries_and_the_score_of_the_second(session: Session) -> None:
    attempt = sitting(session)
    item = attempt.items[0]
    assert try_it(session, attempt, item, WRONG) is None
    try_again(session, attempt, item, by=attempt.user_id, now=NOW)
    assert try_it(session, attempt, item, RIGHT) is None
    submit_attempt(session, attempt, now=NOW)
    assert kinds(session, attempt, item) == ["save", "check", "again", "save", "check", "score"]
    assert attempt.points == pytest.approx(2 / 3)


def test_a_later_try_says_what_the_question_is_worth_after_those_before_it(session: Session) -> None:
    attempt = sitting(session)
    for response, words in ((WRONG, "Not right, 0 of 1 point"), (RIGHT, "Right, 0.67 of 1 point, in 2 tries")):
        try_again(session, attempt, attempt.items[0], by=attempt.user_id, now=NOW)
        try_it(session, attempt, attempt.items[0], response)
        (shown,) = questions_of(attempt.items, standing(session, attempt), str, sitting_of(session, attempt))
        assert shown.checked is not None
        assert shown.checked.score_words == words


def test_a_blank_and_the_same_answer_cost_nothing(session: Session) -> None:
    attempt = sitting(session)
    item = attempt.items[0]
    assert check(session, attempt, item, by=attempt.user_id, now=NOW) == BLANK
    try_it(session, attempt, item, WRONG)
    try_again(session, attempt, item, by=attempt.user_id, now=NOW)
    assert check(session, attempt, item, by=attempt.user_id, now=NOW) == SAME
    assert kinds(session, attempt, item) == ["save", "check", "again"]


def test_what_is_not_filled_in_wholly_costs_nothing(session: Session) -> None:
    attempt = sitting(session, "matching")
    item = attempt.items[0]
    assert try_it(session, attempt, item, {"pairs": {"lenin": choice_ident("Bolsheviks")}}) == PARTLY
    assert kinds(session, attempt, item) == ["save"]


def test_a_checked_question_takes_no_further_answer_until_it_is_opened_again(session: Session) -> None:
    attempt = sitting(session)
    item = attempt.items[0]
    try_it(session, attempt, item, WRONG)
    tip = histories(session, attempt)[item.id].tip
    outcome = give(session, attempt, item, RIGHT, base=tip).outcomes[item.id]  # no page of ours sends this
    assert outcome.kept is not None
    assert histories(session, attempt)[item.id].response == WRONG


def test_a_page_that_shows_no_fields_of_a_checked_question_changes_nothing_of_it(session: Session) -> None:
    attempt = sitting(session)
    item = attempt.items[0]
    try_it(session, attempt, item, WRONG)
    outcome = give(session, attempt, item, None).outcomes[item.id]
    assert (outcome.counting, outcome.overtaken, outcome.kept) == (WRONG, False, None)
    assert kinds(session, attempt, item) == ["save", "check"]


def test_an_answer_taken_back_on_a_page_from_before_the_check_is_kept(session: Session) -> None:
    attempt = sitting(session)
    item = attempt.items[0]
    try_it(session, attempt, item, WRONG)
    outcome = give(session, attempt, item, None, base=1).outcomes[item.id]
    assert (outcome.counting, outcome.overtaken) == (WRONG, True)
    assert outcome.kept is not None


def test_a_page_from_before_the_check_overwrites_nothing(session: Session) -> None:
    attempt = sitting(session)
    item = attempt.items[0]
    try_it(session, attempt, item, WRONG)
    try_again(session, attempt, item, by=attempt.user_id, now=NOW)
    outcome = give(session, attempt, item, RIGHT, base=1).outcomes[item.id]
    assert outcome.kept is not None
    assert histories(session, attempt)[item.id].response == WRONG


def test_no_try_more_than_there_are(session: Session) -> None:
    attempt = sitting(session, behaviour=Behaviour.see)
    item = attempt.items[0]
    try_it(session, attempt, item, WRONG)
    try_again(session, attempt, item, by=attempt.user_id, now=NOW)
    try_it(session, attempt, item, RIGHT)
    submit_attempt(session, attempt, now=NOW)
    assert attempt.points == 0


def test_where_everything_is_scored_at_the_end_nothing_is_checked(session: Session) -> None:
    attempt = sitting(session, behaviour=Behaviour.end)
    assert try_it(session, attempt, attempt.items[0], RIGHT) is None
    assert kinds(session, attempt, attempt.items[0]) == ["save"]


def test_a_check_after_the_time_is_up_does_nothing(session: Session) -> None:
    attempt = sitting(session, time_limit=60)
    give(session, attempt, attempt.items[0], RIGHT)
    check(session, attempt, attempt.items[0], by=attempt.user_id, now=NOW + timedelta(hours=1))
    assert StepKind.check.value not in kinds(session, attempt, attempt.items[0])
