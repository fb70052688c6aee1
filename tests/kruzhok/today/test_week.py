"""In a study group the plan is that of the week: what the meeting at hand asks, for when, and how long it takes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.web import Application
from course.completion.models import State
from course.completion.records import store
from course.groups.models import Role
from course.rules import INSTANT
from course.syllabus import planning
from kruzhok.today.plan import GoOn
from kruzhok.today.today import Here, today_of
from kruzhok.today.week import Weeks, weeks_of
from lessons.journal import keep_draft
from lessons.models import Prompt
from lessons.readings import tick_reading
from tests import factories
from tests.conftest import NOW

WEEK = timedelta(weeks=1)
FIRST = date(2026, 12, 3)  # a Thursday
TUESDAY_AFTER = datetime(2026, 12, 8, 12, tzinfo=UTC)  # in the second week
END = datetime(2026, 12, 3, 22, 59, tzinfo=UTC)  # 23:59 in Warsaw


class Circle:
    """A group on three lessons of a reading of ten minutes, a prompt and notes of twenty, and one of its students."""

    def __init__(self, session: Session, *, role: Role = Role.student) -> None:
        self.session = session
        course = factories.make_empty_course(session)
        unit = factories.make_unit(session, course)
        self.lessons = [factories.make_lesson(session, course, unit, number=number) for number in (1, 2, 3)]
        self.readings = [factories.make_reading(session, lesson) for lesson in self.lessons]
        self.prompts = [factories.make_prompt(session, lesson) for lesson in self.lessons]
        self.group = factories.make_group(session, course, zone="Europe/Warsaw")
        self.mine = factories.make_enrolment(session, group=self.group, role=role)

    def meet(self, *numbers: int) -> None:
        lessons = [self.lessons[number - 1].id if number else None for number in numbers]
        by_id = factories.make_user(self.session).id
        planning.plan_meetings(self.session, self.group, start=FIRST, weekday=3, lessons=lessons, by_id=by_id, now=NOW)

    def tick(self, lesson: int, at: datetime) -> None:
        tick_reading(self.session, self.mine, self.readings[lesson - 1], done=True, now=at)

    def finish(self, lesson: int, at: datetime) -> None:
        """Do all of a lesson."""
        parts = self.lessons[lesson - 1].parts
        store(self.session, {(self.mine.id, part.id): State.done for part in parts}, [self.lessons[lesson - 1]], now=at)

    def weeks(self, now: datetime) -> Weeks:
        return weeks_of(self.session, self.mine, now)[0]

    def here(self, now: datetime) -> Here:
        here = today_of(self.session, self.mine.user, now).here
        assert here is not None
        return here

    def go_on(self, now: datetime) -> tuple[str, str, int]:
        go_on = self.here(now).go_on
        assert isinstance(go_on, GoOn)
        return go_on.reason, go_on.task.kind, go_on.task.lesson_number


@pytest.fixture(autouse=True)
def _in_a_request(app: Application) -> Iterator[None]:
    """What one was told of is put into words with addresses."""
    with app.test_request_context():
        yield


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def test_the_week_says_what_is_asked_until_when_and_how_long_it_takes(circle: Circle):
    circle.meet(1, 2, 3)
    week = circle.weeks(TUESDAY_AFTER).this_week
    assert week is not None
    assert (week.meeting.number, week.title, week.minutes) == (2, "Lesson 2", 40)
    assert (week.due_day, week.due_at) == (FIRST + WEEK, datetime(2026, 12, 10, 23, tzinfo=UTC) - INSTANT)
    assert [task.kind for task in week.asked] == ["reading", "prompt"]


def test_the_minutes_are_those_still_asked_of_this_member(circle: Circle):
    circle.meet(1, 2, 3)
    circle.tick(2, TUESDAY_AFTER)
    week = circle.weeks(TUESDAY_AFTER).this_week
    assert week is not None
    assert week.minutes == 10


def test_a_week_lasts_until_the_end_of_its_day_in_the_group_s_zone(circle: Circle):
    circle.meet(1, 2)
    numbers = []
    for now in (END, END + timedelta(minutes=2)):
        week = circle.weeks(now).this_week
        assert week is not None
        numbers.append(week.meeting.number)
    assert numbers == [1, 2]


def test_without_meetings_or_after_the_last_there_is_no_week(circle: Circle):
    assert circle.weeks(NOW).this_week is None
    circle.meet(1)
    assert circle.weeks(TUESDAY_AFTER).this_week is None
    assert circle.weeks(TUESDAY_AFTER).coming == []


def test_what_was_due_and_is_not_done_is_late_and_nothing_else(circle: Circle):
    circle.meet(1, 2, 3)
    circle.tick(1, NOW)
    late = circle.weeks(TUESDAY_AFTER).late
    assert [(task.id, task.sign) for task in late] == [(circle.prompts[0].id, "late")]
    assert circle.weeks(END).late == []


def test_whom_days_are_given_has_them_everywhere(circle: Circle):
    circle.meet(1, 2, 3)
    other = factories.make_enrolment(circle.session, group=circle.group)
    factories.make_accommodation(circle.session, circle.mine, days=6)
    in_time = TUESDAY_AFTER
    assert circle.weeks(in_time).late == []
    assert len(weeks_of(circle.session, other, in_time)[0].late) == 2
    assert len(circle.weeks(in_time + timedelta(days=2)).late) == 2
    week = circle.weeks(in_time).this_week
    assert week is not None
    assert (week.due_at, week.moved) == (datetime(2026, 12, 16, 23, tzinfo=UTC) - INSTANT, True)
    plain = weeks_of(circle.session, other, in_time)[0].this_week
    assert plain is not None
    assert (plain.due_at, plain.moved) == (datetime(2026, 12, 10, 23, tzinfo=UTC) - INSTANT, False)


def test_an_exception_moves_one_part_for_one_member(circle: Circle):
    circle.meet(1, 2, 3)
    later = TUESDAY_AFTER + timedelta(hours=6)
    factories.make_exception(
        circle.session, circle.mine, circle.prompts[0], field="due", value={"value": later.isoformat()}
    )
    late = {task.id: task.due_at for task in circle.weeks(TUESDAY_AFTER).late}
    assert late == {circle.readings[0].id: None}
    late = {task.id: task.due_at for task in circle.weeks(later + INSTANT).late}
    assert late == {circle.readings[0].id: None, circle.prompts[0].id: later}
    assert [one.moved for one in circle.weeks(TUESDAY_AFTER).meetings] == [False] * 3


def test_what_an_exception_makes_due_on_no_day_is_never_late(circle: Circle):
    circle.meet(1, 2)
    factories.make_exception(circle.session, circle.mine, circle.prompts[0], field="due")
    assert [task.id for task in circle.weeks(TUESDAY_AFTER).late] == [circle.readings[0].id]


def test_a_lesson_that_goes_on_is_late_only_after_its_last_meeting(circle: Circle):
    circle.meet(1, 1, 2)
    assert circle.weeks(TUESDAY_AFTER).late == []
    assert len(circle.weeks(TUESDAY_AFTER + WEEK).late) == 2


def test_a_tutor_is_never_late(session: Session):
    circle = Circle(session, role=Role.tutor)
    circle.meet(1, 2)
    assert circle.weeks(TUESDAY_AFTER).late == []


def test_who_has_begun_nothing_begins_with_what_this_week_asks(circle: Circle):
    assert circle.go_on(TUESDAY_AFTER) == ("begin", "lesson", 1)
    circle.meet(1, 2, 3)
    assert circle.go_on(TUESDAY_AFTER) == ("week", "lesson", 2)


def test_what_was_begun_in_an_earlier_week_gives_way_to_this_week(circle: Circle):
    circle.meet(1, 2, 3)
    circle.tick(1, NOW)
    assert circle.go_on(NOW + timedelta(hours=1)) == ("here", "prompt", 1)
    assert circle.go_on(TUESDAY_AFTER) == ("week", "lesson", 2)


def test_what_was_begun_since_the_week_began_comes_first(circle: Circle):
    circle.meet(1, 2, 3)
    circle.tick(1, TUESDAY_AFTER - timedelta(hours=1))
    assert circle.go_on(TUESDAY_AFTER) == ("here", "prompt", 1)
    prompt = circle.session.scalars(select(Prompt).filter_by(activity_id=circle.prompts[2].id)).one()
    keep_draft(circle.session, circle.mine, prompt, "Because", base=0, now=TUESDAY_AFTER)
    assert circle.go_on(TUESDAY_AFTER) == ("draft", "prompt", 3)


def test_with_the_lesson_done_that_one_was_in_the_week_comes_next(circle: Circle):
    circle.meet(1, 2, 3)
    circle.finish(1, TUESDAY_AFTER - timedelta(hours=1))
    assert circle.go_on(TUESDAY_AFTER) == ("week", "lesson", 2)


def test_with_the_week_done_the_next_lesson_of_the_syllabus_comes(circle: Circle):
    circle.meet(1, 2, 0)
    circle.finish(1, NOW)
    assert circle.go_on(NOW + timedelta(hours=1)) == ("next", "lesson", 2)


def test_what_is_not_assigned_is_not_asked_in_a_group_with_a_syllabus(circle: Circle):
    circle.meet(1)
    circle.finish(1, NOW)
    assert circle.go_on(NOW + timedelta(hours=1)) == ("done", "lesson", 1)


def test_today_shows_the_week_and_another_lesson_beside_it(circle: Circle):
    circle.meet(1, 2, 3)
    circle.tick(1, TUESDAY_AFTER)
    asked = circle.here(TUESDAY_AFTER).asked
    assert asked.week is not None
    assert asked.week.meeting.number == 2
    assert asked.lesson is not None
    assert asked.lesson.task.lesson_number == 1
    assert asked.late == []
    circle.tick(2, TUESDAY_AFTER + timedelta(hours=1))
    asked = circle.here(TUESDAY_AFTER + timedelta(hours=2)).asked
    assert asked.lesson is None
    assert [task.lesson_number for task in asked.late] == [1]


def test_a_part_assigned_by_itself_is_asked_for_its_meeting(circle: Circle):
    circle.meet(0, 2)
    meeting = circle.weeks(NOW).meetings[0].meeting
    factories.make_assignment(circle.session, circle.group, circle.readings[2], meeting_id=meeting.id, due_at=END)
    week = circle.weeks(NOW).this_week
    assert week is not None
    assert ([task.id for task in week.asked], week.minutes) == ([circle.readings[2].id], 10)
    assert circle.go_on(NOW) == ("week", "reading", 3)
