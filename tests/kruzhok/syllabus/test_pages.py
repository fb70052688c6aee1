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
from course.syllabus.models import Assignment, AssignmentTarget, Meeting
from kruzhok.completions import rebuild
from lessons.agenda.models import AgendaItem
from tests import factories
from tests.conftest import NOW
from tests.test_access import browser_of
from tests.web import post

FIRST = date(2026, 12, 3)  # a Thursday
WEEK = timedelta(weeks=1)
PLAN = "/groups/circle/syllabus/plan"
THURSDAYS = {"start": "2026-12-01", "weekdays": "3", "pace": "course", "do": "preview"}


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

    def id_of(self, number: int) -> int:
        with self.database.transaction(writing=False) as session:
            its = select(Meeting.id).where(Meeting.group_id == self.group_id, Meeting.number == number)
            return session.scalars(its).one()

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
    return re.findall(r'<select id="(lesson-[\d-]+)"', page)


def chosen(page: str, field: str) -> str:
    found = re.search(rf'<select id="{field}".*?<option value="([^"]*)" selected', page, re.S)
    assert found
    return found[1]


def test_a_planner_is_led_to_lay_out_and_a_member_told_that_it_will_come(circle: Circle):
    assert "Lay out the meetings" in circle.browser("organiser").get("/groups/circle/syllabus").text
    page = circle.browser("student").get("/groups/circle/syllabus").text
    assert "Lay out the meetings" not in page
    assert "No meetings yet" in page


def preview(circle: Circle, who: str = "tutor", **more: str) -> str:
    """Return the page that shows what the choices come to."""
    answer = post(circle.browser(who), PLAN, THURSDAYS | more)
    assert answer.status_code == 200, answer.text
    return answer.text


def shown(page: str, **more: str | int) -> dict[str, str | int]:
    """Return what a preview sends as it stands when it is to be made, but for MORE."""
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("rows", "seen")}
    told = {name: found[1] for name, found in hidden.items() if found}
    return THURSDAYS | told | {row: chosen(page, row) for row in rows_of(page)} | {"do": "make"} | more


def test_three_choices_come_to_a_meeting_for_each_lesson_and_nothing_is_made_yet(circle: Circle):
    first = circle.browser("tutor").get(PLAN).text
    assert rows_of(first) == []
    assert re.search(r'name="pace"[^>]*>\s*<option value="course" selected>as the course suggests: 7 days', first)
    page = preview(circle)
    assert "Look before it is made" in page
    assert "2 meetings, the first on Thursday 3 December" in page
    assert rows_of(page) == ["lesson-1", "lesson-2"]
    assert [chosen(page, row) for row in rows_of(page)] == [str(key) for key in circle.lessons]
    assert circle.days() == []


def test_meetings_are_laid_out_as_they_were_shown_and_students_told(circle: Circle):
    more = {"pace": "1/2", "begins": "18:30", "lasts": "90", "where": "Room 12"}
    page = preview(circle, **more)
    assert [chosen(page, row) for row in rows_of(page)] == [str(circle.lessons[0]), "on", str(circle.lessons[1]), "on"]
    answer = post(circle.browser("tutor"), PLAN, shown(page, **more, **{"lesson-4": ""}))
    assert (answer.status_code, answer.location) == (303, "/groups/circle/syllabus")
    assert circle.days() == [FIRST + n * WEEK for n in range(4)]
    assert circle.assigned() == [(1, 1, False), (2, 1, True), (3, 2, True)]
    assert "18:30 · 1 h 30 min · Room 12" in circle.browser("student").get("/groups/circle/syllabus").text
    with circle.database.transaction(writing=False) as session:
        assert list(session.scalars(select(Notice.user_id).order_by(Notice.user_id))) == sorted(
            [circle.users["organiser"], circle.users["student"]]
        )


def test_several_lessons_at_a_meeting_on_several_days_pass_the_holidays(circle: Circle):
    more = {"pace": "2/1", "weekdays": ["3", "0"], "start": "2026-12-20", "breaks": "21 Dec - 6 Jan Christmas"}
    page = preview(circle, **more)
    assert rows_of(page) == ["lesson-1", "lesson-1-2"]
    assert "21 December 2026 to 6 January 2027: Christmas, no meeting" in page
    assert post(circle.browser("tutor"), PLAN, shown(page, **more)).status_code == 303
    assert circle.days() == [date(2027, 1, 7)]
    assert circle.assigned() == [(1, 1, True), (1, 2, True)]
    assert "Lesson 1; Lesson 2" in circle.browser("student").get("/groups/circle/syllabus").text


def test_it_may_be_spread_out_until_the_last_day(circle: Circle):
    more = {"pace": "spread", "ends": "2026-12-17"}
    page = preview(circle, **more)
    assert [chosen(page, row) for row in rows_of(page)] == [str(circle.lessons[0]), str(circle.lessons[1]), "on"]


def test_a_path_of_the_course_is_a_pace_and_each_of_its_weeks_a_meeting(circle: Circle):
    with circle.database.transaction() as session:
        group = session.get_one(StudyGroup, circle.group_id)
        one, two = (session.get_one(Activity, key).ident for key in circle.lessons)
        weeks = [{"title": None, "lessons": slugs} for slugs in ([two], ["of-old"], [one])]
        group.course.paths = [{"ident": "back", "title": "Backwards", "note": "", "weeks": weeks}]
    assert "Backwards: 2 weeks, 2 lessons, each week a meeting" in circle.browser("tutor").get(PLAN).text
    page = preview(circle, pace="path-back")
    assert [chosen(page, row) for row in rows_of(page)] == [str(key) for key in reversed(circle.lessons)]
    assert circle.days() == []
    assert post(circle.browser("tutor"), PLAN, shown(page, pace="path-back")).status_code == 303
    assert circle.assigned() == [(1, 2, True), (2, 1, True)]


def test_other_choices_are_shown_again_before_anything_is_made(circle: Circle):
    page = preview(circle)
    for more in ({"start": "2026-12-08"}, {"pace": "1/2"}, {"breaks": "3 December"}, {"weekdays": "2"}):
        answer = post(circle.browser("tutor"), PLAN, shown(page, **more))
        assert (answer.status_code, circle.days()) == (200, [])
        assert "Look before it is made" in answer.text
    slower = post(circle.browser("tutor"), PLAN, shown(page, pace="1/2")).text
    assert rows_of(slower) == ["lesson-1", "lesson-2", "lesson-3", "lesson-4"]


def test_what_was_chosen_for_a_meeting_stays_when_days_change(circle: Circle):
    one, two = circle.lessons
    swapped = shown(preview(circle), **{"lesson-1": two, "lesson-2": one, "start": "2026-12-08"})
    page = post(circle.browser("tutor"), PLAN, swapped).text
    assert [chosen(page, row) for row in rows_of(page)] == [str(two), str(one)]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"start": "soon"}, "start", "Not a valid date"),
        ({"start": "1026-12-01"}, "start", "Choose a day between 2000 and 2100"),
        ({"weekdays": []}, "weekdays", "Choose one day of the week"),
        ({"weekdays": "9"}, "weekdays", "valid choice"),
        ({"pace": "fast"}, "pace", "Not a valid choice"),
        ({"pace": "spread"}, "pace", "by which day it ends"),
        ({"pace": "spread", "ends": "2026-12-02"}, "ends", "no day to meet on"),
        ({"ends": "2026-11-30"}, "ends", "This is before it starts"),
        ({"ends": "2026-12-09"}, "ends", "2 meetings do not fit: until 9 December 2026 there are 1 days"),
        ({"breaks": "1 May\nChristmas"}, "breaks", "Line 2: There is no day in “Christmas”"),
        ({"breaks": "\n".join(f"1 January {n} - 1 July {n}\n2 July {n} - 31 December {n}" for n in range(2026, 2040))},
         "breaks", "These holidays leave no room"),
        ({"begins": "25:00"}, "begins", "Not a valid time"),
        ({"lasts": "0"}, "lasts", "Choose a number from 1 to 1,440"),
        ({"where": "x" * 121}, "where", "121 characters"),
        ({"begins": "02:30", "start": "2027-03-28", "weekdays": "6"}, "begins",
         "On 28 March 2027 the clocks leave out 02:30. The next hour there is: 03:00"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(circle: Circle, wrong: dict, field: str, said: str):
    answer = post(circle.browser("tutor"), PLAN, THURSDAYS | {"breaks": "2 May Remembered"} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'id="{field}-error"' in answer.text
    assert f'<a href="#{field}{"-0" if field == "weekdays" else ""}">' in answer.text
    assert ("2 May Remembered" in answer.text) == ("breaks" not in wrong)
    assert circle.days() == []


def test_an_hour_that_comes_twice_is_told(circle: Circle):
    page = preview(circle, begins="02:30", start="2027-10-31", weekdays="6")
    assert "On 31 October 2027 the clocks show 02:30 twice: the first is meant" in page


def test_what_is_wrong_with_a_choice_keeps_what_was_chosen_below(circle: Circle):
    one, two = circle.lessons
    told = shown(preview(circle), **{"lesson-1": two, "lesson-2": one, "start": "soon"})
    answer = post(circle.browser("tutor"), PLAN, told)
    assert answer.status_code == 422
    assert [chosen(answer.text, row) for row in rows_of(answer.text)] == [str(two), str(one)]


def test_a_lesson_that_comes_back_or_is_none_is_refused_beside_its_row(circle: Circle):
    page = preview(circle, pace="1/2")
    one, two = circle.lessons
    for wrong, row in (({"lesson-2": two, "lesson-3": one}, "lesson-3"), ({"lesson-2": "99999999"}, "lesson-2")):
        answer = post(circle.browser("tutor"), PLAN, shown(page, pace="1/2", **wrong))
        assert answer.status_code == 422
        assert f'id="{row}-error"' in answer.text
    assert circle.days() == []


def test_who_lays_out_second_is_told_and_a_second_click_is_none(circle: Circle):
    told = shown(preview(circle))
    assert post(circle.browser("tutor"), PLAN, told).status_code == 303
    assert post(circle.browser("tutor"), PLAN, told).status_code == 303
    other = shown(preview(circle, start="2026-12-08"), start="2026-12-08")
    answer = post(circle.browser("organiser"), PLAN, other)
    assert (answer.status_code, circle.days()) == (409, [FIRST, FIRST + WEEK])
    assert "laid out already" in answer.text
    assert circle.browser("organiser").get(PLAN).location == "/groups/circle/syllabus"


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


def ticked(page: str, field: str) -> list[str]:
    """Return the values of the boxes of FIELD that are ticked."""
    return re.findall(rf'<input type="checkbox"[^>]*name="{field}" value="([^"]*)" checked', page)


def changed(page: str, **more) -> dict:
    """Return what the form of a meeting sends as it stands, but for MORE."""
    shown = re.search(r'name="shown" value="([^"]*)"', page)
    day = re.search(r'name="day" value="([^"]*)"', page)
    assert shown
    assert day
    return {"shown": shown[1], "day": day[1], "title": "", "lessons": ticked(page, "lessons")} | more


def test_a_meeting_is_moved_named_and_given_another_lesson(circle: Circle):
    circle.plan(1, 2)
    client = circle.browser("organiser")
    at = "/groups/circle/syllabus/2"
    told = changed(client.get(at).text, day="2026-12-11", title=" A Friday, for once ", lessons=str(circle.lessons[0]))
    answer = post(client, at, told)
    assert (answer.status_code, answer.location) == (303, "/groups/circle/syllabus#meeting-2")
    assert circle.days() == [FIRST, FIRST + timedelta(days=8)]
    assert circle.assigned() == [(1, 1, False), (2, 1, True)]
    assert "A Friday, for once" in circle.browser("student").get("/groups/circle/syllabus").text
    page = client.get(at).text
    assert ticked(page, "lessons") == [str(circle.lessons[0])]
    assert "(also at meeting 1)" in page
    assert ticked(page, "fixed") == ["y"]


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
    assert ticked(page, "lessons") == [str(circle.lessons[1])]
    assert post(client, at, {"day": "2026-12-03", "title": ""}).status_code == 422
    told = changed(page, lessons=str(circle.lessons[0]))
    assert post(client, at, told).status_code == 303
    assert post(client, at, told).status_code == 303  # a second click
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


def test_lessons_may_go_to_the_next_meeting_and_later_ones_close_up(circle: Circle):
    circle.plan(1, 0, 2)
    told = {"later": "close", "its_lessons": "pass", "meeting": circle.id_of(1)}
    assert post(circle.browser("tutor"), "/groups/circle/syllabus/1/cancel", told).status_code == 303
    assert circle.days() == [FIRST, FIRST, FIRST + WEEK]
    assert circle.assigned() == [(2, 1, True), (3, 2, True)]
    other = {"meeting": circle.id_of(3)}
    for act in ("cancel", "hold"):  # the page showed another meeting under this number
        assert post(circle.browser("tutor"), f"/groups/circle/syllabus/1/{act}", other).status_code == 409


def test_a_meeting_is_put_before_another_and_taken_out_again(circle: Circle):
    circle.plan(1, 2)
    client, at = circle.browser("tutor"), "/groups/circle/syllabus/2/insert"
    page = client.get(at).text
    assert "A meeting before meeting 2" in page
    told = {"shown": str(circle.id_of(2)), "others": "move", "title": "A film"}
    assert post(client, at, told | {"others": "stay"}).status_code == 422
    assert post(client, at, told | {"others": "stay", "day": "2026-12-24"}).status_code == 422
    assert post(client, at, told).location == "/groups/circle/syllabus#meeting-2"
    assert post(client, at, told).status_code == 303  # a second click
    assert post(client, at, told | {"title": "Another"}).status_code == 409
    assert circle.days() == [FIRST, FIRST + WEEK, FIRST + 2 * WEEK]
    out = {"meeting": circle.id_of(2), "later": "close"}
    assert "Take meeting 2 out" in client.get("/groups/circle/syllabus/2").text
    for _click in range(2):
        assert post(client, "/groups/circle/syllabus/2/remove", out).status_code == 303
    assert circle.days() == [FIRST, FIRST + WEEK]
    assert circle.assigned() == [(1, 1, True), (2, 2, True)]
    assert post(client, "/groups/circle/syllabus/1/remove", {"meeting": circle.id_of(2)}).status_code == 409
    assert post(client, "/groups/circle/syllabus/9/remove").status_code == 404


def test_a_meeting_with_an_agenda_is_not_taken_out(circle: Circle, database: Database):
    circle.plan(1)
    with database.transaction() as session:
        student = session.scalars(select(Enrolment).filter_by(user_id=circle.users["student"])).one()
        session.add(AgendaItem(meeting_id=circle.id_of(1), enrolment_id=student.id, words="Why bread?", at=NOW))
    client = circle.browser("tutor")
    assert "Take meeting 1 out" not in client.get("/groups/circle/syllabus/1").text
    answer = post(client, "/groups/circle/syllabus/1/remove", {"meeting": circle.id_of(1)})
    assert answer.status_code == 409
    assert "Cancel it instead" in answer.text
    assert circle.days() == [FIRST]


def test_meetings_are_put_in_another_order_one_step_at_a_time(circle: Circle):
    circle.plan(1, 2)
    client, at = circle.browser("tutor"), "/groups/circle/syllabus/arrange"
    page = client.get(at).text
    assert "Meeting 2 up" in page
    told = {"meeting": circle.id_of(2), "to": "1"}
    for _click in range(2):
        assert post(client, at, told).status_code == 303
    assert circle.assigned() == [(1, 2, True), (2, 1, True)]
    for wrong in ({"to": "7"}, {"to": "x"}, {"meeting": "99999"}, {"meeting": ""}):
        assert post(client, at, told | wrong).status_code == 422


def test_a_move_that_would_part_a_lesson_is_refused_with_why(circle: Circle):
    circle.plan(1, 1, 2)
    answer = post(circle.browser("tutor"), "/groups/circle/syllabus/arrange", {"meeting": circle.id_of(3), "to": "2"})
    assert answer.status_code == 422
    assert "would part the meetings" in answer.text


def test_other_holidays_are_kept_once_what_they_move_was_seen(circle: Circle):
    circle.plan(1, 2)
    client, at = circle.browser("tutor"), "/groups/circle/syllabus/holidays"
    first = post(client, at, {"breaks": "10 December 2026 Strike"})
    assert (first.status_code, circle.days()) == (200, [FIRST, FIRST + WEEK])
    assert "from Thursday 10 December to" in first.text
    seen = re.search(r'name="seen" value="([^"]+)"', first.text)
    assert seen
    assert post(client, at, {"breaks": "10 December 2026 Strike", "seen": seen[1]}).status_code == 303
    assert circle.days() == [FIRST, FIRST + 2 * WEEK]
    assert "10 December 2026 Strike" in client.get(at).text
    for wrong in ("Strike", "1 January 2026 - 1 June 2026\n1 June 1926", "2 May 2027 - 1 May 2027"):
        answer = post(client, at, {"breaks": wrong})
        assert (answer.status_code, 'id="breaks-error"' in answer.text) == (422, True)


def test_an_hour_the_clocks_leave_out_is_refused_and_one_they_show_twice_told(circle: Circle):
    circle.plan(1)
    client, at = circle.browser("tutor"), "/groups/circle/syllabus/1"
    told = changed(client.get(at).text, day="2027-03-28", begins="02:30")
    answer = post(client, at, told)
    assert answer.status_code == 422
    assert "The next hour there is: 03:00" in answer.text
    answer = post(client, at, told | {"day": "2027-10-31"})
    assert answer.status_code == 303
    assert "the first is meant" in client.get("/groups/circle/syllabus").text


def test_on_paper_stands_what_is_for_the_whole_group_and_nothing_else(circle: Circle, database: Database):
    circle.plan(1, 1, 2)
    with database.transaction() as session:
        group = session.get_one(StudyGroup, circle.group_id)
        student = session.scalars(select(Enrolment).filter_by(user_id=circle.users["student"])).one()
        for title in ("For everybody", "For one alone"):
            given = factories.make_assignment(session, group, factories.make_group_reading(session, group, title=title))
        session.add(AssignmentTarget(assignment_id=given.id, group_id=group.id, enrolment_id=student.id))
    page = circle.browser("student").get("/groups/circle/syllabus/print").text
    assert page.count("Reading of Lesson 1") == 1  # where it begins
    assert "due Thursday 10 December" in page
    assert "For everybody" in page
    assert "For one alone" not in page


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
