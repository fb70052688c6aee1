"""The pages of the syllabus: members read it, planners lay it out and change it, and nothing typed is lost."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from course.base.db import Database
from course.base.web import Application
from course.completion.models import CompletionFact
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.outline.models import Activity
from course.rules import INSTANT
from course.syllabus import planning
from course.syllabus.models import Assignment, Meeting
from kruzhok.completions import rebuild
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post

FIRST = date(2026, 12, 3)  # a Thursday
WEEK = timedelta(weeks=1)
THURSDAYS = {"start": "2026-12-01", "weekday": "3"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Circle:
    """The study group `circle` in Warsaw on two lessons, and browsers of its people."""

    def __init__(self, app: Application, database: Database) -> None:
        self.app, self.database = app, database
        with database.transaction() as session:
            course = factories.make_empty_course(session)
            unit = factories.make_unit(session, course)
            lessons = [factories.make_lesson(session, course, unit, number=number) for number in (1, 2)]
            for lesson in lessons:
                factories.make_reading(session, lesson, title=f"Reading of {lesson.title}")
            group = factories.make_group(session, course, slug="circle", zone="Europe/Warsaw")
            places = {
                "organiser": factories.make_enrolment(session, group=group, organiser=True),
                "tutor": factories.make_enrolment(session, group=group, role=Role.tutor),
                "student": factories.make_enrolment(session, group=group),
            }
            self.users = {who: place.user_id for who, place in places.items()}
            self.lessons = [lesson.id for lesson in lessons]
            self.group_id = group.id

    def browser(self, who: str) -> FlaskClient:
        return browser_of(self.app, self.database, self.users[who])

    def plan(self, *numbers: int) -> None:
        """Lay out Thursdays with lessons of these numbers, 0 for none."""
        with self.database.transaction() as session:
            planning.plan_meetings(
                session,
                session.get_one(StudyGroup, self.group_id),
                start=FIRST,
                weekday=3,
                lessons=[self.lessons[number - 1] if number else None for number in numbers],
                by_id=self.users["tutor"],
                now=NOW,
            )

    def days(self) -> list[date]:
        with self.database.transaction(writing=False) as session:
            return list(session.scalars(select(Meeting.day).order_by(Meeting.number)))

    def assigned(self) -> list[tuple[int, int, bool]]:
        """Return (meeting, lesson, whether it is required) of what is assigned, lessons by number."""
        rows = (
            select(Meeting.number, Assignment.activity_id, Assignment.required)
            .join(Assignment, Assignment.meeting_id == Meeting.id)
            .where(Assignment.withdrawn_at.is_(None))
            .order_by(Meeting.number)
        )
        with self.database.transaction(writing=False) as session:
            return [(number, self.lessons.index(key) + 1, required) for number, key, required in session.execute(rows)]


@pytest.fixture
def circle(app: Application, database: Database) -> Circle:
    return Circle(app, database)


def rows_of(page: str) -> list[str]:
    return re.findall(r'<select id="(lesson-\d+)"', page)


def chosen(page: str, field: str) -> str:
    found = re.search(rf'<select id="{field}".*?<option value="([^"]*)" selected', page, re.S)
    assert found
    return found[1]


def test_a_planner_is_led_to_lay_out_and_a_member_told_that_it_will_come(circle: Circle):
    assert "Lay out the meetings" in circle.browser("organiser").get("/groups/circle/syllabus").text
    page = circle.browser("student").get("/groups/circle/syllabus").text
    assert "Lay out the meetings" not in page
    assert "No meetings yet" in page


def test_the_form_comes_with_a_meeting_for_each_lesson(circle: Circle):
    page = circle.browser("tutor").get("/groups/circle/syllabus/plan").text
    assert rows_of(page) == ["lesson-1", "lesson-2"]
    assert [chosen(page, row) for row in rows_of(page)] == [str(key) for key in circle.lessons]


def test_meetings_are_laid_out_and_students_told(circle: Circle):
    one, two = circle.lessons
    told = THURSDAYS | {"meetings": "3", "lesson-1": one, "lesson-2": "on", "lesson-3": two}
    answer = post(circle.browser("tutor"), "/groups/circle/syllabus/plan", told)
    assert (answer.status_code, answer.location) == (303, "/groups/circle/syllabus")
    assert circle.days() == [FIRST, FIRST + WEEK, FIRST + 2 * WEEK]
    assert circle.assigned() == [(1, 1, False), (2, 1, True), (3, 2, True)]
    with circle.database.transaction(writing=False) as session:
        assert list(session.scalars(select(Notice.user_id).order_by(Notice.user_id))) == sorted(
            [circle.users["organiser"], circle.users["student"]]
        )


def test_another_number_of_meetings_brings_its_rows_and_keeps_what_was_chosen(circle: Circle):
    one, two = circle.lessons
    told = THURSDAYS | {"meetings": "4", "lesson-1": two, "lesson-2": one, "do": "plan"}
    answer = post(circle.browser("tutor"), "/groups/circle/syllabus/plan", told)
    assert (answer.status_code, circle.days()) == (200, [])
    assert rows_of(answer.text) == ["lesson-1", "lesson-2", "lesson-3", "lesson-4"]
    assert [chosen(answer.text, row) for row in rows_of(answer.text)] == [str(two), str(one), "on", "on"]
    assert 'value="2026-12-01"' in answer.text
    fewer = told | {"meetings": "1", "rows": "1"}
    assert rows_of(post(circle.browser("tutor"), "/groups/circle/syllabus/plan", fewer).text) == ["lesson-1"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"start": "soon"}, "Not a valid date"),
        ({"start": "1026-12-01"}, "Choose a day between 2000 and 2100"),
        ({"meetings": "0"}, "Choose a number from 1 to 60"),
        ({"meetings": "1000"}, "Choose a number from 1 to 60"),
        ({"meetings": ""}, "Say how many meetings"),
        ({"lesson-2": "99999999"}, "Not a valid choice"),
        ({"weekday": "9"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(circle: Circle, wrong: dict[str, str], said: str):
    told = THURSDAYS | {"meetings": "2", "lesson-1": circle.lessons[0], "lesson-2": circle.lessons[1]} | wrong
    answer = post(circle.browser("tutor"), "/groups/circle/syllabus/plan", told)
    assert answer.status_code == 422
    assert said in answer.text
    assert circle.days() == []


def test_a_lesson_that_comes_back_is_refused_beside_its_row(circle: Circle):
    one, two = circle.lessons
    told = THURSDAYS | {"meetings": "3", "lesson-1": one, "lesson-2": two, "lesson-3": one}
    answer = post(circle.browser("tutor"), "/groups/circle/syllabus/plan", told)
    assert answer.status_code == 422
    assert 'id="lesson-3-error"' in answer.text
    assert circle.days() == []


def test_who_lays_out_second_is_told(circle: Circle):
    circle.plan(1)
    told = THURSDAYS | {"meetings": "1", "lesson-1": circle.lessons[0]}
    answer = post(circle.browser("organiser"), "/groups/circle/syllabus/plan", told)
    assert (answer.status_code, circle.days()) == (409, [FIRST])
    assert "laid out already" in answer.text
    assert circle.browser("organiser").get("/groups/circle/syllabus/plan").location == "/groups/circle/syllabus"


def test_members_see_each_meeting_with_parts_states_minutes_and_when_it_is_due(circle: Circle):
    circle.plan(1, 2)
    page = circle.browser("student").get("/groups/circle/syllabus").text
    assert "Thursday 3 December" in page
    assert "Reading of Lesson 2" in page
    assert page.count("30 min to do") == 2
    assert "Due by the end of that day; on your clock 3 December 2026, 22:59" in page
    assert "The next meeting" in page
    assert ">Change<" not in page


def test_whose_clock_is_the_group_s_is_told_no_second_time(circle: Circle, database: Database):
    circle.plan(1)
    with database.transaction() as session:
        session.get_one(StudyGroup, circle.group_id).zone = "UTC"
    assert "on your clock" not in circle.browser("student").get("/groups/circle/syllabus").text


def test_what_is_past_and_not_done_is_late_in_words(circle: Circle):
    circle.plan(1, 2)
    with time_machine.travel(datetime(2026, 12, 5, tzinfo=UTC), tick=False):
        page = circle.browser("student").get("/groups/circle/syllabus").text
        assert "Late: 30 min to do" in page
        assert "Late" not in circle.browser("tutor").get("/groups/circle/syllabus").text


def changed(page: str, **more: str) -> dict[str, str]:
    """Return what the form of a meeting sends as it stands, but for MORE."""
    shown = re.search(r'name="shown" value="([^"]*)"', page)
    day = re.search(r'name="day" value="([^"]*)"', page)
    assert shown
    assert day
    return {"shown": shown[1], "day": day[1], "title": "", "lesson": chosen(page, "lesson")} | more


def test_a_meeting_is_moved_named_and_given_another_lesson(circle: Circle):
    circle.plan(1, 2)
    client = circle.browser("organiser")
    at = "/groups/circle/syllabus/2"
    told = changed(client.get(at).text, day="2026-12-11", title=" A Friday, for once ", lesson="on")
    answer = post(client, at, told)
    assert (answer.status_code, answer.location) == (303, "/groups/circle/syllabus#meeting-2")
    assert circle.days() == [FIRST, FIRST + timedelta(days=8)]
    assert circle.assigned() == [(1, 1, False), (2, 1, True)]
    assert "A Friday, for once" in circle.browser("student").get("/groups/circle/syllabus").text
    assert chosen(client.get(at).text, "lesson") == "on"


def test_a_day_past_the_next_meeting_is_refused_beside_the_field_and_moves_nothing(circle: Circle):
    circle.plan(1, 2)
    client = circle.browser("tutor")
    at = "/groups/circle/syllabus/1"
    told = changed(client.get(at).text, day="2026-12-24", title="On Christmas Eve")
    answer = post(client, at, told)
    assert answer.status_code == 422
    assert 'id="day-error"' in answer.text
    assert "On Christmas Eve" in answer.text
    assert circle.days() == [FIRST, FIRST + WEEK]
    assert post(client, at, told | {"with_later": "y"}).status_code == 303
    assert circle.days() == [FIRST + 3 * WEEK, FIRST + 4 * WEEK]


def test_of_two_who_change_a_meeting_the_second_overwrites_nothing_unseen(circle: Circle):
    circle.plan(1, 2)
    client = circle.browser("tutor")
    at = "/groups/circle/syllabus/2"
    page = client.get(at).text
    assert post(circle.browser("organiser"), at, changed(page, title="Debate")).status_code == 303
    answer = post(client, at, changed(page, title="A walk through the archive"))
    assert answer.status_code == 409
    assert "A walk through the archive" in answer.text
    assert "Debate" in client.get(at).text


def test_a_meeting_is_added_a_week_after_the_last(circle: Circle):
    circle.plan(1)
    client = circle.browser("tutor")
    at = "/groups/circle/syllabus/add"
    page = client.get(at).text
    assert 'value="2026-12-10"' in page
    assert chosen(page, "lesson") == str(circle.lessons[1])
    assert post(client, at, {"day": "2026-12-03", "title": "", "lesson": ""}).status_code == 422
    assert post(client, at, {"day": "2026-12-10", "title": "", "lesson": "on"}).status_code == 303
    assert circle.assigned() == [(1, 1, False), (2, 1, True)]


def test_a_meeting_is_cancelled_and_held_after_all(circle: Circle):
    circle.plan(1, 2)
    client = circle.browser("tutor")
    assert post(client, "/groups/circle/syllabus/2/cancel").status_code == 303
    page = circle.browser("student").get("/groups/circle/syllabus").text
    assert "Cancelled" in page
    assert circle.assigned() == [(1, 1, True)]
    assert "Hold it after all" in client.get("/groups/circle/syllabus/2").text
    assert post(client, "/groups/circle/syllabus/2/hold").status_code == 303
    assert circle.assigned() == [(1, 1, True), (2, 2, True)]


def test_with_the_group_s_zone_its_days_end_at_other_moments(circle: Circle):
    circle.plan(1)
    told = {"name": "Circle", "about": "", "zone": "America/New_York"}
    assert post(circle.browser("organiser"), "/groups/circle/settings", told).status_code == 303
    with circle.database.transaction(writing=False) as session:
        due_at = session.scalars(select(Assignment.due_at)).one()
    assert due_at == datetime(2026, 12, 4, 5, tzinfo=UTC) - INSTANT


def test_students_are_told_that_a_meeting_is_cancelled(circle: Circle):
    circle.plan(1)
    student = circle.browser("student")
    assert "there is work for 3 December 2026" in student.get("/notices").text
    post(circle.browser("tutor"), "/groups/circle/syllabus/1/cancel")
    assert "the meeting of 3 December 2026 is cancelled" in student.get("/notices").text


def test_a_meeting_there_is_none_of_is_not_found(circle: Circle):
    circle.plan(1)
    client = circle.browser("tutor")
    assert client.get(f"/groups/circle/syllabus/{2**70}").status_code == 404
    assert post(client, "/groups/circle/syllabus/2/cancel").status_code == 404


def test_nothing_is_planned_in_a_group_that_is_over(circle: Circle, database: Database):
    circle.plan(1)
    with database.transaction() as session:
        session.get_one(StudyGroup, circle.group_id).archived_at = NOW
    client = circle.browser("tutor")
    assert ">Change<" not in client.get("/groups/circle/syllabus").text
    assert post(client, "/groups/circle/syllabus/1/cancel").status_code == 409


def test_a_meeting_that_asks_for_replies_makes_rounds_of_its_prompts(circle: Circle, database: Database):
    circle.plan(1)
    with database.transaction() as session:
        lesson = session.get_one(Activity, circle.lessons[0])
        prompt = factories.make_prompt(session, lesson, title="Who held power?").id
        group = session.get_one(StudyGroup, circle.group_id)
        student = session.scalars(select(Enrolment).filter_by(user_id=circle.users["student"])).one()
        talk = factories.make_discussion(session, group, session.get_one(Activity, prompt))
        factories.make_post(session, talk, session.scalars(select(Enrolment).filter_by(role=Role.tutor)).one())
        factories.make_post(session, talk, student)
        rebuild(session, [student], now=NOW)
        session.execute(delete(CompletionFact))
    client, at = circle.browser("tutor"), "/groups/circle/syllabus/1"
    assert post(client, at, changed(client.get(at).text, replies="many")).status_code == 422
    assert post(client, at, changed(client.get(at).text, replies="61")).status_code == 422
    assert post(client, at, changed(client.get(at).text, replies="3")).status_code == 303
    assert re.search(r'name="replies"[^>]*value="3"', client.get(at).text)
    page = circle.browser("student").get("/groups/circle/syllabus").text
    assert "now reply to one of the others, by Sunday 6 December" in page

    def state() -> str:
        with database.transaction(writing=False) as session:
            return factories.states_of(session, student.id)[prompt]

    assert state() == "begun"  # rebuilt, for something more is asked now
    assert post(client, at, changed(client.get(at).text, replies="")).status_code == 303
    assert state() == "done"
