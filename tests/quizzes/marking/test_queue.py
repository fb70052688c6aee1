"""What waits for a tutor, and in which order essays are seen."""

import contextlib
import random
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Role
from quizzes.explaining.correcting import NotToBeChanged, accept, override
from quizzes.marking.queue import MOST_COUNTED, answers_to, questions_in, waiting_for
from quizzes.marking.releasing import release
from quizzes.models import AttemptItem, Purpose, StepKind
from tests import factories
from tests.conftest import NOW
from tests.quizzes.marking.make import (
    FAIR,
    GOOD,
    HALF,
    Circle,
    add_essay,
    change_version,
    draft,
    make_circle,
    sit,
    write,
)


def ids(session: Session, circle: Circle) -> list[int]:
    return [line.id for line in answers_to(session, circle.group.id, circle.essay.id)]


def test_a_question_says_how_many_essays_wait_are_drafted_and_are_released(session: Session) -> None:
    circle = make_circle(session)
    for _waiting in range(3):
        write(session, circle)
    for levels in (GOOD, HALF):
        draft(session, write(session, circle), levels)
    factories.make_step(
        session, write(session, circle), number=2, kind=StepKind.mark, response={"text": "So."}, score=1.0
    )
    (asked,) = questions_in(session, circle.group.id)
    assert (asked.waits, asked.drafts, asked.released, asked.total) == (3, 2, 1, 6)
    assert (asked.item_id, asked.quiz, asked.stem, asked.criteria) == (circle.essay.id, "A quiz", "Why *then*?", 2)


def test_what_is_drafted_and_not_released_waits_too(session: Session) -> None:
    circle = make_circle(session)
    write(session, circle)
    draft(session, write(session, circle))
    assert waiting_for(session, circle.tutor) == 2


@pytest.mark.parametrize("seed", range(8))
def test_as_many_wait_as_the_questions_say(session: Session, seed: int) -> None:
    chance, circle = random.Random(seed), make_circle(session)
    second = add_essay(session, circle, 3)
    other = circle._replace(group=factories.make_group(session, circle.course))
    if chance.random() < 0.3:  # what is handed in meanwhile waits for nobody
        circle.tutor.left_at = NOW
        session.flush()
    for number in range(8):
        if number == 3:
            circle.tutor.left_at = None
            session.flush()
        house = other if chance.random() < 0.2 else circle
        student = factories.make_enrolment(session, course=circle.course, group=house.group)
        attempt = sit(session, house, student, *chance.choices(["So.", None], k=2))
        for item in attempt.items[1:]:
            act = chance.choice(["draft", "release", "release and draft", "accept", "override", "nothing", "nothing"])
            _do(session, act, item, circle.tutor.user_id)
        if chance.random() < 0.2:
            student.left_at = NOW
    session.flush()
    asked = questions_in(session, circle.group.id)
    assert {one.item_id for one in asked} <= {circle.essay.id, second.id}
    assert waiting_for(session, circle.tutor) == sum(one.waits + one.drafts for one in asked)


def _do(session: Session, act: str, item: AttemptItem, by: int) -> None:
    """Do to an essay what tutors do, as far as it can be done."""
    written = any(step.response for step in item.steps)
    if act == "accept":
        late = {"number": 20, "response": {"text": "Late."}, "counts": False}
        factories.make_step(session, item, kind=StepKind.save, **late)
        accept(session, item.attempt, item, 20, by=by, now=NOW)
    elif act == "override":
        with contextlib.suppress(NotToBeChanged):
            override(session, item.attempt, item, Fraction(1, 2), "So it is.", by=by, now=NOW)
    elif written and act != "nothing":
        draft(session, item)
        if act != "draft":
            release(session, [item.id], by=by, now=NOW)
        if act == "release and draft":
            draft(session, item, FAIR)


def test_no_more_are_counted_than_it_takes_to_say_that_there_are_many(session: Session) -> None:
    circle = make_circle(session)
    for _waiting in range(MOST_COUNTED):
        write(session, circle)
    assert waiting_for(session, circle.tutor) == MOST_COUNTED
    draft(session, write(session, circle))
    write(session, circle)
    assert waiting_for(session, circle.tutor) == MOST_COUNTED
    assert questions_in(session, circle.group.id)[0].waits == MOST_COUNTED + 1


def test_the_question_that_waits_longest_comes_first_and_what_is_all_released_last(session: Session) -> None:
    circle = make_circle(session)
    second, third = (add_essay(session, circle, position) for position in (3, 4))
    for hours, texts in ((5, ("a", None, "c")), (2, (None, "b", None))):
        student = factories.make_enrolment(session, course=circle.course, group=circle.group)
        attempt = sit(session, circle, student, *texts, hours=hours)
        if texts[0]:
            factories.make_step(
                session, attempt.items[1], number=2, kind=StepKind.mark, response={"text": "a"}, score=0.5
            )
    assert [one.item_id for one in questions_in(session, circle.group.id)] == [second.id, third.id, circle.essay.id]
    assert questions_in(session, circle.group.id)[0].oldest == NOW.replace(hour=NOW.hour + 2)


def test_a_group_in_which_nobody_wrote_has_an_empty_queue(session: Session) -> None:
    circle = make_circle(session)
    factories.make_enrolment(session, course=circle.course, group=circle.group)
    assert questions_in(session, circle.group.id) == []
    assert waiting_for(session, circle.tutor) == 0


def test_an_essay_of_a_former_member_is_not_in_the_queue(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    session.get_one(Enrolment, essay.attempt.enrolment_id).left_at = NOW
    session.flush()
    assert ids(session, circle) == []
    assert questions_in(session, circle.group.id) == []


def test_an_essay_of_another_group_is_not_in_the_queue(session: Session) -> None:
    circle = make_circle(session)
    other = circle._replace(group=factories.make_group(session, circle.course))
    factories.make_enrolment(session, course=circle.course, group=other.group, role=Role.tutor)
    theirs, ours = write(session, other), write(session, circle)
    assert ids(session, circle) == [ours.id]
    assert ids(session, other) == [theirs.id]


def test_an_open_attempt_a_preview_and_a_blank_do_not_wait(session: Session) -> None:
    circle = make_circle(session)
    write(session, circle, None)
    sitting = factories.make_attempt(
        session, factories.make_enrolment(session, course=circle.course, group=circle.group), circle.quiz
    )
    factories.make_step(session, sitting.items[1], response={"text": "Not yet."})
    preview = factories.make_attempt(session, circle.tutor, circle.quiz, purpose=Purpose.preview, submitted_at=NOW)
    factories.make_step(session, preview.items[1], response={"text": "Mine."})
    assert ids(session, circle) == []


def test_an_essay_handed_in_before_there_was_a_tutor_does_not_wait(session: Session) -> None:
    circle = make_circle(session)
    circle.tutor.left_at = NOW
    session.flush()
    essay = write(session, circle)
    assert essay.attempt.points is not None
    circle.tutor.left_at = None
    session.flush()
    assert ids(session, circle) == []


def test_a_later_save_that_does_not_count_makes_no_second_essay_and_no_blank(session: Session) -> None:
    circle = make_circle(session)
    essay = write(session, circle)
    factories.make_step(session, essay, number=2, response=None, counts=False)
    assert [line.state for line in answers_to(session, circle.group.id, circle.essay.id)] == ["waits"]


def test_essays_on_all_versions_of_a_question_stand_together(session: Session) -> None:
    circle = make_circle(session)
    before = write(session, circle)
    change_version(session, circle.essay, stem="Why only then?")
    after = write(session, circle)
    assert set(ids(session, circle)) == {before.id, after.id}
    assert questions_in(session, circle.group.id)[0].stem == "Why only then?"


def test_the_order_is_the_same_at_every_visit_and_not_that_of_coming_in(session: Session) -> None:
    circle = make_circle(session)
    came = [write(session, circle, hours=hours).id for hours in range(12)]
    seen = ids(session, circle)
    assert seen == ids(session, circle)
    assert sorted(seen) == came
    assert seen != came


def test_an_essay_that_comes_later_leaves_the_others_in_their_order(session: Session) -> None:
    circle = make_circle(session)
    for _student in range(8):
        write(session, circle)
    before = ids(session, circle)
    later = {write(session, circle).id for _student in range(8)}
    assert [one for one in ids(session, circle) if one not in later] == before


def test_each_question_has_an_order_of_its_own(session: Session) -> None:
    circle = make_circle(session)
    second = add_essay(session, circle, 3)
    orders: list[list[int]] = []
    for _student in range(10):
        student = factories.make_enrolment(session, course=circle.course, group=circle.group)
        sit(session, circle, student, "one", "two")
    for item in (circle.essay, second):
        lines = answers_to(session, circle.group.id, item.id)
        attempts = attempts_of(session, [line.id for line in lines])
        orders.append(attempts)
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def attempts_of(session: Session, answer_ids: list[int]) -> list[int]:
    return [session.get_one(AttemptItem, answer_id).attempt_id for answer_id in answer_ids]


def test_a_draft_is_ready_once_every_criterion_has_a_level(session: Session) -> None:
    circle = make_circle(session)
    for levels in (FAIR, HALF, {}, {"argument": "good", "sources": "unheard-of"}):
        draft(session, write(session, circle), levels)
    lines = {line.id: line for line in answers_to(session, circle.group.id, circle.essay.id)}
    assert [lines[answer_id].is_ready for answer_id in sorted(lines)] == [True, False, False, False]
    assert [lines[answer_id].is_to_do for answer_id in sorted(lines)] == [False, True, True, True]
