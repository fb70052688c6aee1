"""What is needed by when: by the meetings and the quizzes of all groups somebody is in."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from course.completion.models import State
from course.groups.models import Role
from course.rules import due_instant
from course.syllabus.models import Assignment, AssignmentTarget
from kruzhok.calendar.dates import dates_of
from kruzhok.review.needs import needs_of
from quizzes.review.candidates import AHEAD
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.review.make import TODAY, TUESDAY, Circle, days


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def test_a_meeting_needs_the_items_of_its_lesson(circle: Circle):
    circle.meet(1, days(2))
    needs = circle.needs()
    assert needs.keys() == circle.items(1)
    need = needs[circle.checks(1)[0]]
    assert (need.by, need.day, need.kind, need.lesson) == (days(2), days(2), "meeting", 1)
    assert (need.title, need.group, need.slug, need.number) == ("Lesson 1", circle.group.name, circle.group.slug, 1)


@pytest.mark.parametrize(
    ("begins", "by"), [(time(9), days(1)), (None, days(1)), (time(16), days(2)), (time(21), days(2))]
)
def test_what_is_needed_in_the_morning_is_studied_the_day_before(circle: Circle, begins: time | None, by: object):
    circle.meet(1, days(2), begins=begins)
    assert {need.by for need in circle.needs().values()} == {by}
    assert {need.day for need in circle.needs().values()} == {days(2)}


def test_the_last_day_of_study_is_by_the_clocks_of_the_user(session: Session):
    sydney = factories.make_user(session, zone="Australia/Sydney")
    circle = Circle(session, sydney)
    circle.meet(1, days(2))  # half past five in the morning of the day after, in Sydney
    assert {need.by for need in circle.needs().values()} == {days(2)}
    assert {need.day for need in circle.needs().values()} == {days(2)}


def test_a_meeting_that_is_cancelled_or_past_needs_nothing(circle: Circle):
    circle.meet(1, days(-1))
    circle.meet(2, days(1)).cancelled_at = NOW
    circle.session.flush()
    assert circle.needs() == {}


def test_a_meeting_of_today_needs_its_items_until_it_begins(circle: Circle):
    circle.meet(1, TODAY)
    assert circle.needs(TUESDAY).keys() == circle.items(1)
    assert circle.needs(TUESDAY + timedelta(hours=8)) == {}


def test_a_meeting_this_morning_is_needed_for_now(circle: Circle):
    circle.meet(1, TODAY, begins=time(9))
    needs = circle.needs(datetime(2026, 12, 1, 7, tzinfo=UTC))
    assert {need.by for need in needs.values()} == {TODAY}


def test_a_meeting_that_moves_moves_the_need(circle: Circle):
    meeting = circle.meet(1, days(2))
    meeting.day = days(9)
    circle.session.flush()
    assert {need.by for need in circle.needs().values()} == {days(9)}


def test_the_earliest_of_three_groups_is_what_counts(session: Session):
    first = Circle(session)
    others = [Circle(session, first.user, course=first.course) for _ in range(2)]
    for circle, after in ((first, 7), (others[0], 3), (others[1], 12)):
        circle.meet(1, days(after))
    needs = first.needs()
    assert {(need.by, need.slug) for need in needs.values()} == {(days(3), others[0].group.slug)}


def test_a_lesson_that_goes_on_is_needed_for_its_next_meeting(circle: Circle):
    circle.meet(1, days(-3))
    circle.meet(1, days(4))
    assert {(need.by, need.number) for need in circle.needs().values()} == {(days(4), 2)}


def test_a_tutor_needs_nothing_for_their_own_meetings(session: Session):
    circle = Circle(session, role=Role.tutor)
    circle.meet(1, days(2))
    circle.give(circle.quizzes[1], due_at=TUESDAY + timedelta(days=3))
    assert circle.needs() == {}


def test_an_archived_group_needs_nothing(circle: Circle):
    circle.meet(1, days(2))
    circle.group.archived_at = NOW
    circle.session.flush()
    assert circle.needs() == {}


def test_a_lesson_that_is_due_by_itself_needs_its_items(circle: Circle):
    circle.give(circle.lessons[1], due_at=due_instant(days(3), ZoneInfo("UTC")))
    needs = circle.needs()
    assert needs.keys() == circle.items(2)
    assert {(need.by, need.kind, need.title) for need in needs.values()} == {(days(3), "lesson", "Lesson 2")}


def test_a_quiz_that_is_due_needs_its_questions_until_it_is_done(circle: Circle):
    circle.give(circle.quizzes[0], due_at=due_instant(days(3), ZoneInfo("UTC")))
    needs = circle.needs()
    assert needs.keys() == set(circle.asked(1))
    assert {(need.by, need.kind) for need in needs.values()} == {(days(3), "quiz")}
    circle.reach(1, State.done, activity=circle.quizzes[0])
    assert circle.needs() == {}


def test_a_quiz_that_closes_needs_its_questions(circle: Circle):
    circle.session.execute(factories.update_quiz(circle.quizzes[0].id, closes_at=TUESDAY + timedelta(days=2)))
    needs = circle.needs()
    assert {(need.by, need.kind) for need in needs.values()} == {(days(1), "quiz")}


def test_of_a_meeting_and_what_is_due_at_it_the_meeting_is_told(circle: Circle):
    circle.meet(1, days(2))
    circle.session.execute(update(Assignment).values(due_at=due_instant(days(2), ZoneInfo("UTC"))))
    assert {need.kind for need in circle.needs().values()} == {"meeting"}


def test_what_is_given_to_others_is_not_needed(circle: Circle):
    meeting = circle.meet(2, days(2))
    other = factories.make_enrolment(circle.session, group=circle.group)
    given = factories.make_assignment(
        circle.session, circle.group, circle.lessons[0], meeting_id=meeting.id, due_at=None
    )
    factories.add(
        circle.session, AssignmentTarget(assignment_id=given.id, group_id=circle.group.id, enrolment_id=other.id)
    )
    assert circle.needs().keys() == circle.items(2)


def test_what_is_far_away_moves_nothing_yet(circle: Circle):
    circle.meet(1, TODAY + AHEAD + timedelta(days=1))
    circle.meet(2, TODAY + AHEAD)
    assert circle.needs().keys() == circle.items(2)


def test_who_studies_alone_needs_nothing(session: Session):
    mine = factories.make_enrolment(session)
    assert needs_of(session, mine.user, dates_of(session, mine.user, TUESDAY), TUESDAY) == {}
