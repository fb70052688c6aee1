"""Marks given out: what they come to, for whom, once."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.models import State
from course.notices.models import Notice
from quizzes.attempts.replay import final_score
from quizzes.attempts.steps import histories
from quizzes.explaining.correcting import accept
from quizzes.items import parse_data
from quizzes.marking.queue import answers_to, waiting_for
from quizzes.marking.releasing import release
from quizzes.models import AttemptItem, StepKind
from quizzes.policy import Policy
from tests import factories
from tests.conftest import NOW
from tests.factories import states_of
from tests.quizzes.marking.make import (
    FAIR,
    GOOD,
    HALF,
    Circle,
    add_essay,
    draft,
    drafts_in,
    make_circle,
    marks_of,
    sit,
    write,
)


def give(session: Session, circle: Circle, *essays: AttemptItem) -> int:
    return release(session, [essay.id for essay in essays], by=circle.tutor.user_id, now=NOW)


def test_a_release_is_a_step_that_says_all_of_the_mark(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    draft(session, essay, FAIR)
    assert give(session, circle, essay) == 1
    (mark,) = marks_of(session, essay)
    assert mark.data == {"levels": FAIR, "comment": "Well argued."}
    assert (mark.response, mark.base_step, mark.by_id, mark.at) == (
        {"text": "So it was."},
        1,
        circle.tutor.user_id,
        NOW,
    )
    assert mark.score == 0.8


def test_a_release_gives_the_attempt_its_points(session: Session) -> None:
    circle = make_circle(session, essay={"points": 5})
    essay = write(session, circle)
    before = essay.attempt.points
    draft(session, essay, FAIR)
    give(session, circle, essay)
    assert [before, essay.attempt.points, essay.attempt.max_points] == [None, 5.0, 6.0]


def test_a_released_mark_is_what_the_steps_replay_to(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    draft(session, essay, FAIR)
    give(session, circle, essay)
    history = histories(session, essay.attempt)[essay.id]
    data, policy = parse_data(essay.version.data), Policy.read(essay.attempt.policy)
    assert final_score(data, policy, history, ()) == Fraction(4, 5)


def test_the_points_wait_for_the_last_essay_of_the_attempt(session: Session) -> None:
    circle = make_circle(session)
    add_essay(session, circle, 3)
    student = factories.make_enrolment(session, course=circle.course, group=circle.group)
    attempt = sit(session, circle, student, "one", "two")
    points = []
    for essay in attempt.items[1:]:
        draft(session, essay)
        give(session, circle, essay)
        points.append(attempt.points)
    assert points == [None, 3.0]


@pytest.mark.parametrize(("levels", "state"), [(GOOD, State.done), (FAIR, State.done), (None, State.begun)])
def test_a_quiz_with_a_pass_mark_is_done_only_once_a_mark_that_reaches_it_is_released(
    session: Session, levels: dict[str, str] | None, state: State
) -> None:
    circle = make_circle(session, pass_mark=0.9)
    student = factories.make_enrolment(session, course=circle.course, group=circle.group)
    essay = sit(session, circle, student, "So it was.", policy={"pass_mark": 0.9}).items[-1]
    assert states_of(session, student.id) == {circle.quiz.id: "begun", circle.lesson.id: "begun"}
    draft(session, essay, levels or {"argument": "poor", "sources": "poor"})
    give(session, circle, essay)
    assert states_of(session, student.id)[circle.quiz.id] == state.value


def test_a_mark_released_twice_is_one(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    draft(session, essay)
    assert [give(session, circle, essay), give(session, circle, essay)] == [1, 0]
    assert len(marks_of(session, essay)) == 1


def test_a_release_drops_the_draft_and_what_waits_is_one_less(session: Session) -> None:
    circle = make_circle(session)
    essay, _other = write(session, circle), write(session, circle)
    draft(session, essay)
    give(session, circle, essay)
    assert drafts_in(session) == []
    assert waiting_for(session, circle.tutor) == 1
    states = {line.id: line.state for line in answers_to(session, circle.group.id, circle.essay.id)}
    assert states[essay.id] == "released"


def test_a_draft_that_is_not_complete_is_left_as_it_is(session: Session) -> None:
    circle = make_circle(session)
    ready, begun = write(session, circle), write(session, circle)
    draft(session, ready)
    draft(session, begun, HALF)
    assert give(session, circle, ready, begun) == 1
    assert [one.attempt_item_id for one in drafts_in(session)] == [begun.id]
    assert marks_of(session, begun) == []


def test_a_mark_is_changed_by_a_further_step(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    for levels in (FAIR, GOOD):
        draft(session, essay, levels)
        give(session, circle, essay)
    assert [mark.score for mark in marks_of(session, essay)] == [0.8, 1.0]
    assert essay.attempt.points == 2.0


def test_a_draft_that_says_what_is_released_gives_no_second_mark(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    for _time in range(2):
        draft(session, essay)
        give(session, circle, essay)
    assert len(marks_of(session, essay)) == 1
    assert drafts_in(session) == []


def notices_to(session: Session, user_id: int) -> list[tuple[str, str, bool]]:
    rows = session.scalars(select(Notice).where(Notice.user_id == user_id).order_by(Notice.id))
    return [(one.kind, one.ref, one.seen_at is None) for one in rows]


def test_the_student_is_told_at_the_release_and_not_before(session: Session) -> None:
    circle = make_circle(session)
    essay, other = write(session, circle), write(session, circle)
    draft(session, essay)
    assert notices_to(session, essay.attempt.user_id) == []
    give(session, circle, essay)
    assert notices_to(session, essay.attempt.user_id) == [("marked", f"attempt_item:{essay.id}", True)]
    assert notices_to(session, other.attempt.user_id) == []


def test_a_changed_mark_is_told_anew(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    draft(session, essay, FAIR)
    give(session, circle, essay)
    for notice in session.scalars(select(Notice)):
        notice.seen_at = NOW
    draft(session, essay, GOOD)
    give(session, circle, essay)
    assert notices_to(session, essay.attempt.user_id) == [("marked", f"attempt_item:{essay.id}", True)]


def test_a_mark_is_of_the_response_that_counts(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    factories.make_step(session, essay, number=2, response={"text": "Too late."}, counts=False)
    draft(session, essay)
    give(session, circle, essay)
    (mark,) = marks_of(session, essay)
    assert (mark.number, mark.base_step, mark.response) == (3, 1, {"text": "So it was."})
    assert mark.kind is StepKind.mark


def test_an_answer_accepted_in_the_place_of_another_is_to_be_marked_anew(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    factories.make_step(session, essay, number=2, response={"text": "Too late."}, counts=False)
    draft(session, essay)
    give(session, circle, essay)
    later = NOW + timedelta(hours=1)
    accept(session, essay.attempt, essay, 2, by=circle.tutor.user_id, now=later)
    (line,) = answers_to(session, circle.group.id, circle.essay.id)
    assert (line.state, essay.attempt.points) == ("waits", None)
    draft(session, essay, FAIR, at=later)
    give(session, circle, essay)
    assert [mark.response for mark in marks_of(session, essay)] == [{"text": "So it was."}, {"text": "Too late."}]
    assert essay.attempt.points == 1.8


def test_a_draft_of_an_answer_that_was_replaced_is_not_released(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    factories.make_step(session, essay, number=2, response={"text": "Too late."}, counts=False)
    draft(session, essay)
    accept(session, essay.attempt, essay, 2, by=circle.tutor.user_id, now=NOW + timedelta(hours=1))
    (line,) = answers_to(session, circle.group.id, circle.essay.id)
    assert (line.state, line.is_ready) == ("draft", False)
    assert give(session, circle, essay) == 0
    assert len(drafts_in(session)) == 1
