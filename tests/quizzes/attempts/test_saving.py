"""Responses are saved as steps; none is lost and none overwrites a newer one."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from course.base.db import Database, read_first
from course.completion.models import Completion, State
from course.groups.models import Enrolment
from kruzhok.completions import rebuild
from quizzes.attempts import saving
from quizzes.attempts.ending import submit_attempt
from quizzes.attempts.saving import AskedItem, Outcome, Saved, Sent, keep, save_one, save_responses
from quizzes.attempts.steps import OneStanding, histories, standing_at
from quizzes.items import Response, parse_data
from quizzes.models import Attempt, AttemptItem, Step
from quizzes.policy import Policy
from tests.conftest import NOW
from tests.quizzes.attempts.make import begin, give, make_house

A, B, C = ({"option": ident} for ident in "abc")

#: What somebody else does to an attempt.
Others = Callable[[Session, Attempt], Any]


def start(session: Session) -> tuple[Attempt, AttemptItem]:
    attempt = begin(session, make_house(session, "single"))
    return attempt, attempt.items[0]


def steps_of(session: Session, attempt: Attempt, item: AttemptItem) -> list[Step]:
    return list(histories(session, attempt)[item.id].steps)


def test_each_change_is_a_step_and_a_repetition_none(session: Session) -> None:
    attempt, item = start(session)
    assert give(session, attempt, item, A).outcomes[item.id].step == 1
    assert give(session, attempt, item, A).outcomes[item.id].step == 1
    saved = give(session, attempt, item, B)
    assert told(saved, item) == (2, B, False, None)
    assert saved.answered == 1
    assert [(step.response, step.base_step, step.counts) for step in steps_of(session, attempt, item)] == [
        (A, 0, True),
        (B, 1, True),
    ]


def told(saved: Saved, item: AttemptItem) -> tuple[int, Response | None, bool, int | None]:
    """Return what a page is told of ITEM: the last step it has seen, what counts, if it was overtaken, what is kept."""
    step, counting, overtaken, kept = saved.outcomes[item.id]
    return step, counting, overtaken, kept.number if kept else None


def test_a_blank_after_an_answer_is_a_step_that_counts(session: Session) -> None:
    attempt, item = start(session)
    give(session, attempt, item, None)
    assert steps_of(session, attempt, item) == []
    give(session, attempt, item, A)
    saved = give(session, attempt, item, None)
    assert saved.answered == 0
    assert histories(session, attempt)[item.id].response is None
    submit_attempt(session, attempt, now=NOW)
    assert attempt.points == 0


def test_a_save_on_an_older_page_is_kept_and_does_not_count(session: Session) -> None:
    attempt, item = start(session)
    give(session, attempt, item, A)
    assert told(give(session, attempt, item, B, base=0), item) == (2, A, True, 2)
    assert [step.counts for step in steps_of(session, attempt, item)] == [True, False]
    assert told(give(session, attempt, item, B, base=0), item) == (2, A, True, 2)  # the same page, sent again
    # That page has been told. Until somebody chooses, what it changes is kept as well.
    assert told(give(session, attempt, item, B, base=2), item) == (2, A, True, 2)
    assert told(give(session, attempt, item, C, base=2), item) == (3, A, True, 3)
    assert histories(session, attempt)[item.id].response == A


def test_of_two_saves_the_one_that_is_chosen_counts_by_a_new_step(session: Session) -> None:
    attempt, item = start(session)
    give(session, attempt, item, A)
    give(session, attempt, item, B, base=0)
    keep(session, attempt, item, 2, by=attempt.user_id, now=NOW)
    history = histories(session, attempt)[item.id]
    assert (history.response, history.tip, history.kept) == (B, 3, None)
    assert [step.response for step in history.steps] == [A, B, B]
    keep(session, attempt, item, 1, by=attempt.user_id, now=NOW)  # an old page: nothing is left to choose
    assert len(steps_of(session, attempt, item)) == 3


@pytest.mark.parametrize("number", [1, 0], ids=["its number", "0, where the page was told no number"])
def test_what_counts_can_be_left_as_it_is_and_the_other_is_not_asked_about_again(session: Session, number: int) -> None:
    attempt, item = start(session)
    give(session, attempt, item, A)
    give(session, attempt, item, B, base=0)
    keep(session, attempt, item, number, by=attempt.user_id, now=NOW)
    history = histories(session, attempt)[item.id]
    assert (history.response, history.kept) == (A, None)


def test_nothing_is_chosen_after_the_submission(session: Session) -> None:
    attempt, item = start(session)
    give(session, attempt, item, A)
    give(session, attempt, item, B, base=0)
    submit_attempt(session, attempt, now=NOW)
    keep(session, attempt, item, 2, by=attempt.user_id, now=NOW)
    assert histories(session, attempt)[item.id].response == A


def test_an_older_page_that_changed_nothing_takes_nothing_back(session: Session) -> None:
    attempt, item = start(session)
    give(session, attempt, item, A)
    give(session, attempt, item, B)
    assert told(give(session, attempt, item, A, base=1), item) == (1, B, True, None)
    assert told(give(session, attempt, item, None, base=0), item) == (0, B, True, None)
    assert len(steps_of(session, attempt, item)) == 2


def test_a_repeated_token_is_one_save(session: Session) -> None:
    attempt, item = start(session)
    assert give(session, attempt, item, A, base=0, once="t").outcomes[item.id].step == 1
    assert give(session, attempt, item, A, base=0, once="t").outcomes[item.id].step == 1
    give(session, attempt, item, B)
    assert told(give(session, attempt, item, A, base=0, once="t"), item) == (1, B, True, None)
    assert len(steps_of(session, attempt, item)) == 2


def test_a_base_of_the_future_is_no_error(session: Session) -> None:
    attempt, item = start(session)
    assert give(session, attempt, item, A, base=999_999).outcomes[item.id].step == 1


def test_flags_are_kept_and_are_no_steps(session: Session) -> None:
    attempt, item = start(session)
    give(session, attempt, item, None, flagged=True)
    assert item.flagged
    assert steps_of(session, attempt, item) == []


def test_what_comes_after_the_submission_is_kept_and_not_scored(session: Session) -> None:
    attempt, item = start(session)
    give(session, attempt, item, A)
    submit_attempt(session, attempt, now=NOW)
    for _again in range(2):
        outcome = give(session, attempt, item, B, base=1, flagged=True).outcomes[item.id]
        assert outcome.kept
    late = steps_of(session, attempt, item)[-1]
    assert (late.number, late.response, late.counts) == (3, B, False)
    assert attempt.points == 0
    assert not item.flagged


def test_a_problem_saves_the_others(session: Session) -> None:
    attempt = begin(session, make_house(session, "single single"))
    first, second = attempt.items
    sent = {first.id: Sent(A), second.id: Sent(problem="No.", flagged=True)}
    saved = save_responses(session, attempt, sent, by=attempt.user_id, now=NOW)
    assert set(saved.outcomes) == {first.id}
    assert second.flagged


def test_the_first_answer_begins_the_quiz_and_its_lesson(session: Session) -> None:
    house = make_house(session, "single single")
    attempt = begin(session, house)
    states = select(Completion.activity_id, Completion.state).where(Completion.enrolment_id == house.enrolment.id)
    assert session.execute(states).all() == []
    give(session, attempt, attempt.items[0], A)
    begun = {house.quiz.id: State.begun, house.lesson.id: State.begun}
    assert {row.activity_id: row.state for row in session.execute(states)} == begun
    submit_attempt(session, attempt, now=NOW + timedelta(minutes=1))
    assert {row.activity_id: row.state for row in session.execute(states)} == dict.fromkeys(begun, State.done)
    assert session.scalar(select(func.count()).select_from(Completion)) == 2


def test_an_answer_that_came_too_late_begins_the_quiz_too_so_that_rebuilding_finds_what_is_stored(
    session: Session,
) -> None:
    attempt, item = start(session)
    submit_attempt(session, attempt, now=NOW)
    give(session, attempt, item, A)
    stored = {row.activity_id: row.state for row in session.scalars(select(Completion))}
    assert stored[attempt.activity_id or 0] is State.begun
    rebuild(session, [session.get_one(Enrolment, attempt.enrolment_id)], now=NOW)
    assert {row.activity_id: row.state for row in session.scalars(select(Completion))} == stored


def asked(attempt: Attempt, item: AttemptItem) -> AskedItem:
    """Return ITEM as a request to save it reads it."""
    return AskedItem(
        Policy.read(attempt.policy),
        parse_data(item.version.data),
        attempt.id,
        attempt.user_id,
        attempt.submitted_at,
        attempt.deadline_at,
        len(attempt.items),
        item.id,
        item.shown,
        item.flagged,
    )


def save_beside(
    database: Database, monkeypatch: pytest.MonkeyPatch, first: Sequence[Response | None], sent: Sent, others: Others
) -> tuple[Saved, list[tuple[Response | None, int, bool]]]:
    """Save what was SENT of an item at which there are the responses FIRST, while OTHERS do something to its attempt
    between its reading and its writing; return what it is told, and the steps there are then."""
    with database.transaction() as session:
        attempt, item = start(session)
        for response in first:
            give(session, attempt, item, response)
        one = asked(attempt, item)

    def read(*about: Any) -> OneStanding:
        found = standing_at(*about)
        with database.transaction() as other:
            others(other, other.get_one(Attempt, one.attempt_id))
        return found

    monkeypatch.setattr(saving, "standing_at", read)
    with database.transaction() as session:
        read_first(session)
        saved = save_one(session, one, sent, by=one.user_id, now=NOW, at_once=True)
    with database.transaction() as session:
        steps = histories(session, session.get_one(Attempt, one.attempt_id))[one.id].steps
        return saved, [(step.response, step.base_step, step.counts) for step in steps if step.score is None]


def test_an_answer_is_saved_by_one_statement_as_it_is_by_several(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved, steps = save_beside(database, monkeypatch, [A], Sent(B, base=1), lambda *_nobody: None)
    assert (saved.answered, saved.late, [*saved.outcomes.values()]) == (1, False, [Outcome(2, B)])
    assert steps == [(A, 0, True), (B, 1, True)]
    saved, steps = save_beside(database, monkeypatch, [A, B], Sent(C, base=1), lambda *_nobody: None)
    assert [(one.step, one.counting, one.overtaken) for one in saved.outcomes.values()] == [(3, B, True)]
    assert steps == [(A, 0, True), (B, 1, True), (C, 1, False)]


def test_one_statement_saves_nothing_that_counts_where_the_attempt_was_handed_in_while_it_was_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hand_in(session: Session, attempt: Attempt) -> None:
        submit_attempt(session, attempt, now=NOW)

    saved, steps = save_beside(database, monkeypatch, [A], Sent(B, base=1), hand_in)
    assert saved.late
    assert steps == [(A, 0, True), (B, 1, False)]


def test_one_statement_overwrites_nothing_that_another_saved_while_it_was_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_another(session: Session, attempt: Attempt) -> None:
        give(session, attempt, attempt.items[0], C)

    saved, steps = save_beside(database, monkeypatch, [A], Sent(B, base=1), give_another)
    assert [(one.counting, one.overtaken) for one in saved.outcomes.values()] == [(C, True)]
    assert steps == [(A, 0, True), (C, 1, True), (B, 1, False)]


def test_what_was_saved_under_the_same_token_while_it_was_read_is_saved_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def repeat(session: Session, attempt: Attempt) -> None:
        give(session, attempt, attempt.items[0], B, once="t")

    saved, steps = save_beside(database, monkeypatch, [A], Sent(B, base=1, once="t"), repeat)
    assert [*saved.outcomes.values()] == [Outcome(2, B)]
    assert steps == [(A, 0, True), (B, 1, True)]
