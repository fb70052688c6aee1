"""The page of a study group says what this week asks of who looks, and leads there."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select

from course.base.db import Database
from course.base.web import Application
from course.completion.models import State
from course.completion.records import store
from course.groups.models import Enrolment, Role
from course.outline.models import Activity
from tests import factories
from tests.conftest import NOW
from tests.kruzhok.syllabus.test_pages import Circle


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def page_of(circle: Circle, who: str) -> str:
    answer = circle.browser(who).get("/groups/circle")
    assert answer.status_code == 200
    return answer.text


def test_it_says_for_which_day_what_is_asked_and_how_long_it_takes(circle: Circle):
    circle.plan(1, 2)
    page = page_of(circle, "student")
    assert '<time datetime="2026-12-03">Thursday 3 December</time>' in page
    assert '<a href="/groups/circle/meetings/1">meeting 1</a>' in page
    assert "About 30 min to do" in page
    assert "Reading of Lesson 1" in page
    assert "Meetings to come" in page
    assert page.count("button primary") == 1
    assert "group=circle" in page.split("button primary")[1].split(">")[0]


def test_without_meetings_a_planner_is_led_to_lay_them_out_and_a_student_to_the_course(circle: Circle):
    assert "/groups/circle/syllabus/plan" in page_of(circle, "tutor")
    page = page_of(circle, "student")
    assert "/groups/circle/syllabus/plan" not in page
    assert "See the course" in page


def test_what_was_due_before_is_shown_late(circle: Circle):
    circle.plan(1, 2)
    with time_machine.travel(datetime(2026, 12, 5, tzinfo=UTC), tick=False):
        page = page_of(circle, "student")
    assert "Was due before" in page
    assert "late, not done" in page


def test_a_week_that_is_done_says_so_and_leads_nowhere(circle: Circle, database: Database):
    circle.plan(1, 2)
    with database.transaction() as session:
        lesson = session.get_one(Activity, circle.lessons[0])
        mine = session.scalars(select(Enrolment).filter_by(user_id=circle.users["student"])).one()
        store(session, {(mine.id, part.id): State.done for part in lesson.parts}, [lesson], now=NOW)
    page = page_of(circle, "student")
    assert "All that this week asks of you is done." in page
    assert "button primary" not in page


def test_tutors_are_led_to_the_progress_of_all_and_students_to_their_own(circle: Circle):
    assert '"/groups/circle/progress"' in page_of(circle, "tutor")
    page = page_of(circle, "student")
    assert '"/groups/circle/progress"' not in page
    assert "/me/places/" in page


def test_after_the_last_meeting_it_says_that_it_is_over(circle: Circle):
    circle.plan(1)
    with time_machine.travel(datetime(2026, 12, 5, tzinfo=UTC), tick=False):
        assert "The last meeting is over" in page_of(circle, "student")


def test_members_stand_there_with_their_roles_and_many_as_a_number(circle: Circle, database: Database):
    with database.transaction() as session:
        group = session.get_one(factories.StudyGroup, circle.group_id)
        factories.make_enrolment(session, factories.make_user(session, name="Gone"), group=group, left_at=NOW)
        factories.make_enrolment(session, factories.make_user(session, name="Vera"), group=group, role=Role.tutor)
        for _more in range(30):
            factories.make_enrolment(session, group=group)
    page = page_of(circle, "student")
    assert "34 members" in page
    assert "Student · organiser" in page
    assert "7 more" in page
    assert "Gone" not in page
