"""Which items may come up although they have no card: of what somebody has come as far as."""

import pytest
from sqlalchemy.orm import Session

from course.completion.models import State
from course.groups.models import Role
from kruzhok.review.reached import reached_by
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.review.make import TODAY, TUESDAY, Circle, days, know


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session, lessons=3)


def reached(circle: Circle) -> list[int]:
    return reached_by(circle.session, circle.user, circle.dates(), TUESDAY)


def test_a_lesson_that_is_done_brings_its_self_checks_in_the_order_of_the_course(circle: Circle):
    circle.reach(2)
    circle.reach(1)
    assert reached(circle) == [*circle.checks(1), *circle.checks(2)]


def test_what_is_only_begun_brings_nothing_before_its_meeting(circle: Circle):
    circle.reach(1, State.begun)
    circle.meet(1, days(1))
    assert reached(circle) == []


@pytest.mark.parametrize("day", [TODAY, days(-1)])
def test_what_is_begun_brings_its_items_once_one_meets_about_it(circle: Circle, day: object):
    circle.reach(1, State.begun)
    circle.meet(1, day)  # type: ignore[arg-type]
    assert reached(circle) == circle.checks(1)


def test_what_nobody_began_brings_nothing_though_one_met_about_it(circle: Circle):
    circle.meet(1, days(-1))
    assert reached(circle) == []


def test_what_was_done_ahead_of_the_group_waits_for_its_meeting(circle: Circle):
    circle.meet(1, days(-5))
    circle.meet(2, days(2))
    circle.meet(3, days(9))
    for lesson in (1, 2, 3):
        circle.reach(lesson)
    assert reached(circle) == [*circle.checks(1), *circle.checks(2)]


def test_a_cancelled_meeting_holds_nobody_up(circle: Circle):
    circle.meet(2, days(2)).cancelled_at = NOW
    circle.meet(3, days(9))
    circle.session.flush()
    circle.reach(3)
    assert reached(circle) == circle.checks(3)


def test_what_was_done_alone_is_reached_whatever_the_group_does(circle: Circle):
    circle.meet(1, days(2))
    circle.meet(2, days(9))
    alone = factories.make_enrolment(circle.session, circle.user, circle.course)
    circle.reach(2, place=alone)
    assert reached(circle) == circle.checks(2)


def test_a_tutor_reaches_nothing_by_looking(session: Session):
    circle = Circle(session, role=Role.tutor)
    circle.reach(1)
    assert reached(circle) == []


def test_what_has_a_card_is_not_new(circle: Circle):
    circle.reach(1)
    first, *others = circle.checks(1)
    know(circle.session, circle.user, [first])
    assert reached(circle) == others


def test_of_a_quiz_only_what_stood_in_one_that_was_handed_in_may_come(circle: Circle):
    circle.reach(1)
    attempt = factories.make_attempt(circle.session, circle.mine, circle.quizzes[0])
    assert reached(circle) == circle.checks(1)
    attempt.submitted_at = NOW
    circle.session.flush()
    assert reached(circle) == [*circle.checks(1), *circle.asked(1)]
    circle.session.delete(attempt.items[0])
    assert reached(circle) == [*circle.checks(1), circle.asked(1)[1]]
