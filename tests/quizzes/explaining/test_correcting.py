"""A tutor sets a score, or lets a late answer count: by steps, with the reason, and the attempt is added up anew."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment
from quizzes.attempts.ending import is_awaited, submit_attempt
from quizzes.attempts.missed import missed_passages
from quizzes.attempts.results import answers_of
from quizzes.attempts.steps import histories
from quizzes.explaining.correcting import NotToBeChanged, accept, override
from quizzes.explaining.explaining import explain
from quizzes.items import Response
from quizzes.models import Attempt, AttemptItem, Behaviour, Quiz, Step, StepKind
from quizzes.policy import THINGS
from tests import factories
from tests.conftest import NOW
from tests.factories import notes_of, states_of
from tests.quizzes.attempts.make import House, begin, give, make_house

LATER = NOW + timedelta(hours=1)


def say(moment: datetime) -> str:
    return f"{moment:%H:%M}"


class Marked:
    """A student of a group who handed in, answered again afterwards, and has a tutor."""

    def __init__(self, session: Session, kinds: str, *responses: Response | None, **quiz: Any) -> None:
        self.session = session
        behaviour = quiz.pop("behaviour", Behaviour.end)
        house = make_house(session, kinds, **quiz)
        session.scalars(select(Quiz).where(Quiz.activity_id == house.quiz.id)).one().behaviour = behaviour
        group = factories.make_group(session, house.course)
        student = factories.make_enrolment(session, course=house.course, group=group)
        user = factories.make_user(session, name="Sofia")
        self.tutor: Enrolment = factories.make_enrolment(session, user, group=group, role=factories.Role.tutor)
        self.house = House(house.course, house.lesson, house.quiz, student)
        self.attempt: Attempt = begin(session, self.house)
        for item, response in zip(self.attempt.items, responses, strict=False):
            give(session, self.attempt, item, response)

    def hand_in(self) -> "Marked":
        submit_attempt(self.session, self.attempt, now=NOW)
        return self

    @property
    def items(self) -> Sequence[AttemptItem]:
        return self.attempt.items

    def steps(self, number: int) -> Sequence[Step]:
        return histories(self.session, self.attempt)[self.items[number - 1].id].steps

    def late(self, number: int, response: Response | None) -> int:
        """Have the student answer after the attempt was submitted; return the step that keeps it."""
        give(self.session, self.attempt, self.items[number - 1], response)
        return self.steps(number)[-1].number

    def override(self, number: int, points: float, reason: str = "It is fair.") -> None:
        told = {"by": self.tutor.user_id, "now": LATER}
        override(self.session, self.attempt, self.items[number - 1], Fraction(points), reason, **told)

    def accept(self, number: int, step: int) -> None:
        told = {"by": self.tutor.user_id, "now": LATER}
        accept(self.session, self.attempt, self.items[number - 1], step, **told)

    def told(self, number: int) -> list[str]:
        """Return the story of a question, a line each."""
        item = self.items[number - 1]
        found = explain(self.session, self.attempt, item, seen=THINGS, looker_id=self.tutor.user_id, say=say)
        assert found.agrees
        return [line for entry in found.entries for line in (entry.words, *entry.details)]

    def says(self, number: int) -> tuple[str, Sequence[str]]:
        """Return of a question of the result how it came out, and what was answered."""
        told = {"course_id": self.house.course.id, "course": self.house.course.ident}
        answer = answers_of(self.session, self.attempt, **told)[number - 1]
        return answer.score_words, answer.says


def test_what_a_tutor_sets_stands_in_the_place_of_what_was_earned(session: Session) -> None:
    made = Marked(session, "single single", {"option": "a"}, {"option": "b"}, pass_mark=0.7).hand_in()
    assert made.attempt.points == 1
    assert states_of(session, made.house.enrolment.id)[made.house.quiz.id] == "begun"
    made.override(1, 0.5)
    assert made.attempt.points == 1.5
    assert states_of(session, made.house.enrolment.id)[made.house.quiz.id] == "done"
    step = made.steps(1)[-1]
    assert (step.kind, step.score, step.by_id, step.at) == (StepKind.override, 0.5, made.tutor.user_id, LATER)
    assert made.told(1)[-3:] == [
        "Scored 14:02: 0",
        "Set by Sofia, 15:02, to 0.5 of 1 point, in place of what it was before",
        "Reason: It is fair\\.",
    ]


def test_setting_the_same_twice_is_once_and_another_is_one_more(session: Session) -> None:
    made = Marked(session, "single", {"option": "a"}).hand_in()
    for points in (1, 1, 0.25):
        made.override(1, points)
    assert [step.score for step in made.steps(1) if step.kind is StepKind.override] == [1, 0.25]
    assert made.attempt.points == 0.25


def test_what_was_set_right_is_not_to_be_read_again(session: Session) -> None:
    made = Marked(session, "single", {"option": "a"}).hand_in()
    text_id = notes_of(session, made.house.lesson).id
    assert missed_passages(session, made.house.enrolment, [text_id])
    made.override(1, 1)
    assert missed_passages(session, made.house.enrolment, [text_id]) == {}


def test_an_essay_that_waits_is_marked_and_not_set(session: Session) -> None:
    made = Marked(session, "single essay", {"option": "b"}, {"text": "So it was."}).hand_in()
    with pytest.raises(NotToBeChanged):
        made.override(2, 1)
    made.override(1, 0)
    assert made.attempt.points is None
    assert made.attempt.max_points == 2


def test_an_essay_that_nobody_was_there_to_mark_stays_out_of_the_result(session: Session) -> None:
    made = Marked(session, "single essay", {"option": "a"}, {"text": "So it was."})
    made.tutor.left_at = NOW
    made.hand_in()
    made.override(1, 1)
    assert (made.attempt.points, made.attempt.max_points) == (1, 1)
    made.override(2, 0.5)
    assert (made.attempt.points, made.attempt.max_points) == (1.5, 2)


def test_a_late_answer_counts_once_a_tutor_accepts_it(session: Session) -> None:
    made = Marked(session, "single", {"option": "a"}).hand_in()
    step = made.late(1, {"option": "b"})
    assert made.attempt.points == 0
    assert made.says(1) == ("Not right, 0 of 1 point", ["Text of a"])
    before = [(one.number, one.kind, one.response, one.score, one.counts) for one in made.steps(1)]
    made.accept(1, step)
    made.accept(1, step)
    assert made.attempt.points == 1
    assert made.says(1) == ("Right, 1 of 1 point", ["Text of b"])
    after = [(one.number, one.kind, one.response, one.score, one.counts) for one in made.steps(1)]
    assert after[: len(before)] == before
    assert [(one.kind, one.score) for one in made.steps(1)[len(before) :]] == [
        (StepKind.accept, None),
        (StepKind.score, 1),
    ]
    assert made.told(1)[-3:] == [
        "Scored 14:02: 0",
        "Sofia let an answer count, 15:02, that had not: from here on the score is that of this answer",
        "Scored 15:02: 1",
    ]


def test_what_was_set_for_one_answer_does_not_hold_for_another(session: Session) -> None:
    made = Marked(session, "single", {"option": "a"}).hand_in()
    made.override(1, 0.5)
    made.accept(1, made.late(1, {"option": "b"}))
    assert made.attempt.points == 1


def test_a_late_essay_goes_back_to_be_marked(session: Session) -> None:
    made = Marked(session, "single essay", {"option": "b"}, None).hand_in()
    assert made.attempt.points == 1  # a blank is worth 0, and no tutor is asked
    made.accept(2, made.late(2, {"text": "Late it was."}))
    assert made.attempt.points is None
    assert is_awaited(session, made.attempt)
    assert made.says(2)[0] == "Waits for a tutor to mark it"


def test_of_several_late_answers_any_can_be_accepted_and_another_later(session: Session) -> None:
    made = Marked(session, "single", {"option": "a"}).hand_in()
    first, second = made.late(1, {"option": "b"}), made.late(1, {"option": "c"})
    for step, points in ((second, 0), (first, 1)):
        made.accept(1, step)
        assert made.attempt.points == points


@pytest.mark.parametrize("number", [0, 1, 99])
def test_what_is_no_late_answer_cannot_be_accepted(session: Session, number: int) -> None:
    made = Marked(session, "single", {"option": "a"}).hand_in()
    with pytest.raises(NotToBeChanged):
        made.accept(1, number)


def test_after_the_last_try_no_answer_can_count(session: Session) -> None:
    from quizzes.attempts.checking import check

    made = Marked(session, "single", {"option": "a"}, behaviour=Behaviour.see)
    check(session, made.attempt, made.items[0], by=made.attempt.user_id, now=NOW)
    made.hand_in()
    with pytest.raises(NotToBeChanged):
        made.accept(1, made.late(1, {"option": "b"}))
    assert made.attempt.points == 0


def test_nothing_is_changed_of_an_attempt_that_is_open(session: Session) -> None:
    made = Marked(session, "single", {"option": "a"})
    with pytest.raises(NotToBeChanged):
        made.override(1, 1)
    with pytest.raises(NotToBeChanged):
        made.accept(1, 1)
