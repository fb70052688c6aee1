"""Meetings are laid out and changed; what is assigned, due and counted follows, and students are told once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.completion.models import Completion, State
from course.completion.records import standing_of
from course.groups.models import Enrolment, Role, StudyGroup
from course.notices.models import Notice
from course.outline.models import Activity, ActivityKind
from course.rules import INSTANT
from course.syllabus import planning
from course.syllabus.meetings import Syllabus, syllabus_of, today_of
from course.syllabus.models import Assignment, Meeting
from kruzhok.completions import rebuild
from lessons.readings import tick_reading
from tests import factories
from tests.conftest import NOW

MONDAY, THURSDAY = 0, 3
FIRST = date(2026, 12, 3)  # a Thursday, and NOW is the Monday of the week before
WEEK = timedelta(weeks=1)


class Circle:
    """A group in Warsaw on a course of three lessons, with an organiser, a tutor and a student."""

    def __init__(self, session: Session, *, zone: str = "Europe/Warsaw") -> None:
        self.session = session
        course = factories.make_empty_course(session)
        unit = factories.make_unit(session, course)
        self.lessons = [factories.make_lesson(session, course, unit, number=number) for number in (1, 2, 3)]
        self.readings = [factories.make_reading(session, lesson) for lesson in self.lessons]
        for lesson in self.lessons:
            factories.make_reading(session, lesson)
            factories.make_reading(session, lesson, required=False)
        self.group = factories.make_group(session, course, zone=zone)
        self.organiser = factories.make_enrolment(session, group=self.group, organiser=True)
        self.tutor = factories.make_enrolment(session, group=self.group, role=Role.tutor)
        self.student = factories.make_enrolment(session, group=self.group)

    def plan(self, *numbers: int, now: datetime = NOW) -> list[Meeting]:
        """Lay out meetings on Thursdays; NUMBERS are of lessons, 0 is none."""
        lessons = [self.lessons[number - 1].id if number else None for number in numbers]
        by_id = self.organiser.user_id
        return planning.plan_meetings(
            self.session, self.group, start=FIRST, weekday=THURSDAY, lessons=lessons, by_id=by_id, now=now
        )

    def change(self, meeting: Meeting, *, lesson: int, now: datetime = NOW, day: date | None = None, **more) -> None:
        wanted = [self.lessons[lesson - 1].id] if lesson else []
        told = {"day": day or meeting.day, "title": meeting.title, "by_id": self.organiser.user_id, "now": now}
        planning.change_meeting(self.session, self.group, meeting, lessons=wanted, **(told | more))

    @property
    def syllabus(self) -> Syllabus:
        return syllabus_of(self.session, self.student)

    @property
    def lesson_numbers(self) -> list[list[int]]:
        """Which lessons are at each meeting."""
        number = {lesson.id: place for place, lesson in enumerate(self.lessons, 1)}
        return [[number[key] for key in one.activity_ids] for one in self.syllabus.meetings]

    def due(self, lesson: int) -> datetime | None:
        return self.syllabus.due_of(self.lessons[lesson - 1].id)

    def progress(self) -> tuple[int, int]:
        progress = standing_of(self.session, self.student).progress
        return progress.done, progress.required


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def notices(session: Session) -> Sequence[tuple[int, str]]:
    return [(one.user_id, one.ref) for one in session.scalars(select(Notice).order_by(Notice.id))]


def end_of(day: date) -> datetime:
    """Return the end of DAY in Warsaw in winter."""
    return datetime(day.year, day.month, day.day, 23, tzinfo=UTC) - INSTANT


def test_meetings_are_numbered_weekly_with_their_lessons_due_at_the_end_of_the_day_there(circle: Circle):
    meetings = circle.plan(1, 2, 3)
    assert [(one.number, one.day) for one in meetings] == [(1, FIRST), (2, FIRST + WEEK), (3, FIRST + 2 * WEEK)]
    assert circle.lesson_numbers == [[1], [2], [3]]
    assert [circle.due(number) for number in (1, 2, 3)] == [end_of(FIRST + n * WEEK) for n in range(3)]


def test_a_meeting_may_go_on_with_the_lesson_before_which_is_then_due_later_and_counted_once(circle: Circle):
    circle.plan(1, 1, 2)
    assert circle.lesson_numbers == [[1], [1], [2]]
    assert [one.goes_on for one in circle.syllabus.meetings] == [False, True, False]
    assert circle.due(1) == end_of(FIRST + WEEK)
    assert circle.progress() == (0, 4)
    required = select(Assignment.activity_id).where(Assignment.required)
    assert list(circle.session.scalars(required.order_by(Assignment.id))) == [one.id for one in circle.lessons[:2]]


def test_a_lesson_that_comes_back_after_another_is_refused(circle: Circle):
    with pytest.raises(planning.DoesNotFit) as refused:
        circle.plan(1, 2, 1)
    assert (refused.value.field, refused.value.number) == ("lesson", 3)
    assert circle.syllabus.meetings == []


def test_a_meeting_without_a_lesson_does_not_part_those_around_it(circle: Circle):
    circle.plan(1, 0, 1)
    assert circle.lesson_numbers == [[1], [], [1]]


def test_what_is_no_lesson_of_this_course_is_refused(circle: Circle):
    other = Circle(circle.session).lessons[0]
    for activity in (other, circle.readings[0]):
        with pytest.raises(planning.DoesNotFit, match="Choose a lesson"):
            planning.plan_meetings(
                circle.session, circle.group, start=FIRST, weekday=0, lessons=[activity.id], by_id=1, now=NOW
            )


def test_a_plan_is_laid_out_once(circle: Circle):
    circle.plan(1)
    with pytest.raises(planning.AlreadyPlanned):
        circle.plan(1, 2)


def test_a_whole_plan_is_one_notice_to_each_student(circle: Circle):
    gone = factories.make_enrolment(circle.session, group=circle.group, left_at=NOW)
    first, *_rest = circle.plan(1, 2, 3)
    assert notices(circle.session) == [(circle.student.user_id, f"meeting:{first.id}")]
    assert gone.user_id not in {user for user, _ref in notices(circle.session)}


def test_a_plan_that_began_before_tells_of_the_meeting_at_hand(circle: Circle):
    meetings = circle.plan(1, 2, 3, now=NOW + 2 * WEEK)  # Monday 7 December
    assert notices(circle.session) == [(circle.student.user_id, f"meeting:{meetings[1].id}")]


def test_another_lesson_is_told_anew_and_another_title_is_not(circle: Circle):
    first, second = circle.plan(1, 2)
    session = circle.session
    session.scalars(select(Notice)).one().seen_at = NOW
    circle.change(first, lesson=1, title="Room 12")
    assert session.scalars(select(Notice)).one().seen_at == NOW
    circle.change(second, lesson=3)
    circle.change(first, lesson=1, day=FIRST + timedelta(days=1))
    assert {(one.ref, one.seen_at) for one in session.scalars(select(Notice))} == {
        (f"meeting:{first.id}", None),
        (f"meeting:{second.id}", None),
    }


def test_setting_right_what_is_over_is_no_news(circle: Circle):
    first, *_rest = circle.plan(1, 2)
    circle.session.execute(Notice.__table__.delete())
    circle.change(first, lesson=3, now=NOW + 2 * WEEK)
    assert notices(circle.session) == []


def test_progress_follows_what_is_assigned_and_needs_no_rebuilding(circle: Circle):
    session, student = circle.session, circle.student
    first, second, third = circle.plan(1, 2, 3)
    tick_reading(session, student, circle.readings[0], done=True, now=NOW)
    assert circle.progress() == (1, 6)
    stored = states(session, student)

    circle.change(first, lesson=0)
    assert circle.progress() == (0, 4)
    circle.change(first, lesson=1)
    assert circle.progress() == (1, 6)
    circle.change(second, lesson=1)
    assert circle.progress() == (1, 4)
    planning.cancel_meeting(session, circle.group, third, by_id=1, now=NOW)
    assert circle.progress() == (1, 2)

    assert states(session, student) == stored
    rebuild(session, [student], now=NOW)
    assert states(session, student) == stored


def states(session: Session, enrolment: Enrolment) -> dict[int, State]:
    rows = select(Completion.activity_id, Completion.state).where(Completion.enrolment_id == enrolment.id)
    return {row.activity_id: row.state for row in session.execute(rows)}


def test_changing_to_a_lesson_of_before_and_back_moves_when_it_is_due(circle: Circle):
    _first, second = circle.plan(1, 2)
    circle.change(second, lesson=1)
    assert circle.due(1) == end_of(FIRST + WEEK)
    assert circle.due(2) is None
    circle.change(second, lesson=3)
    assert (circle.due(1), circle.due(3)) == (end_of(FIRST), end_of(FIRST + WEEK))


def test_what_was_assigned_before_is_withdrawn_and_kept(circle: Circle):
    first = circle.plan(1)[0]
    later = NOW + timedelta(hours=1)
    circle.change(first, lesson=2, now=later)
    rows = circle.session.scalars(select(Assignment).order_by(Assignment.id)).all()
    assert [(row.activity_id, row.withdrawn_at) for row in rows] == [
        (circle.lessons[0].id, later),
        (circle.lessons[1].id, None),
    ]


def test_a_moved_meeting_moves_what_is_due(circle: Circle):
    first, _second = circle.plan(1, 2)
    circle.change(first, lesson=1, day=FIRST + timedelta(days=2))
    assert (circle.due(1), circle.due(2)) == (end_of(FIRST + timedelta(days=2)), end_of(FIRST + WEEK))


def test_a_day_past_a_neighbour_is_refused_and_nothing_is_moved(circle: Circle):
    first, second = circle.plan(1, 2)
    with pytest.raises(planning.DoesNotFit, match="Meeting 2 is on 10 December 2026"):
        circle.change(first, lesson=1, day=FIRST + WEEK)
    with pytest.raises(planning.DoesNotFit, match="Meeting 1 is on 3 December 2026"):
        circle.change(second, lesson=2, day=FIRST)
    circle.session.expire_all()
    assert [first.day, second.day] == [FIRST, FIRST + WEEK]


def test_later_meetings_may_move_along(circle: Circle):
    first, second, third = circle.plan(1, 2, 3)
    circle.change(second, lesson=2, day=second.day + WEEK, with_later=True)
    assert [first.day, second.day, third.day] == [FIRST, FIRST + 2 * WEEK, FIRST + 3 * WEEK]
    assert circle.due(3) == end_of(FIRST + 3 * WEEK)


def test_a_meeting_is_added_at_the_end(circle: Circle):
    circle.plan(1, 2)
    told = {"title": "Looking back", "by_id": circle.tutor.user_id, "now": NOW}
    third = circle.lessons[2].id
    with pytest.raises(planning.DoesNotFit, match="choose a later day"):
        planning.add_meeting(circle.session, circle.group, day=FIRST + WEEK, lessons=[], **told)
    added = planning.add_meeting(circle.session, circle.group, day=FIRST + 2 * WEEK, lessons=[third], **told)
    assert (added.number, added.title) == (3, "Looking back")
    assert circle.due(3) == end_of(FIRST + 2 * WEEK)
    assert notices(circle.session)[-1][1] == f"meeting:{added.id}"


def test_a_cancelled_meeting_keeps_its_number_and_asks_nothing(circle: Circle):
    _first, second, _third = circle.plan(1, 2, 3)
    planning.cancel_meeting(circle.session, circle.group, second, by_id=1, now=NOW)
    assert [one.meeting.number for one in circle.syllabus.live()] == [1, 3]
    assert [one.meeting.number for one in circle.syllabus.meetings] == [1, 2, 3]
    assert circle.due(2) is None
    with pytest.raises(planning.NoLongerSo):
        circle.change(second, lesson=2)


def test_cancelling_where_a_lesson_ended_lets_it_end_earlier(circle: Circle):
    _first, second = circle.plan(1, 1)
    planning.cancel_meeting(circle.session, circle.group, second, by_id=1, now=NOW)
    assert circle.due(1) == end_of(FIRST)
    assert circle.progress() == (0, 2)


def test_a_cancelled_meeting_is_held_after_all_with_its_lesson_unless_that_is_elsewhere(circle: Circle):
    session, group = circle.session, circle.group
    first, second, third = circle.plan(1, 2, 3)
    planning.cancel_meeting(session, group, second, by_id=1, now=NOW)
    planning.hold_meeting(session, group, second, by_id=1, now=NOW)
    assert circle.lesson_numbers == [[1], [2], [3]]
    planning.cancel_meeting(session, group, first, by_id=1, now=NOW)
    circle.change(third, lesson=1)
    planning.hold_meeting(session, group, first, by_id=1, now=NOW)
    assert circle.lesson_numbers == [[], [2], [1]]


def test_the_meeting_at_hand_is_reckoned_in_the_group_s_zone(session: Session):
    circle = Circle(session, zone="Pacific/Auckland")
    circle.plan(1, 2)
    late_in_utc = datetime(2026, 12, 3, 12, tzinfo=UTC)  # already Friday there
    today = today_of(circle.group, late_in_utc)
    at_hand = circle.syllabus.at_hand(today)
    assert at_hand is not None
    assert at_hand.meeting.number == 2
    assert circle.syllabus.at_hand(FIRST + 5 * WEEK) is None


def test_of_two_who_lay_out_at_once_one_wins_and_the_other_is_told(database: Database):
    with database.transaction() as session:
        circle = Circle(session)
        group_id, lesson_id, by_id = circle.group.id, circle.lessons[0].id, circle.organiser.user_id
    together, ended = Barrier(2), []

    def lay_out() -> None:
        try:
            with database.transaction() as session:
                together.wait(10)
                group = session.get_one(StudyGroup, group_id)
                planning.plan_meetings(
                    session, group, start=FIRST, weekday=0, lessons=[lesson_id, None], by_id=by_id, now=NOW
                )
            ended.append("laid out")
        except planning.AlreadyPlanned as error:
            ended.append(error.title)

    both = [Thread(target=lay_out) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert sorted(ended) == ["The meetings are laid out already", "laid out"]
    with database.transaction(writing=False) as session:
        assert [one.number for one in session.scalars(select(Meeting).order_by(Meeting.id))] == [1, 2]


def test_only_whole_lessons_are_planned_and_other_assignments_stay(circle: Circle):
    """What is given to one member beside the plan is no business of the plan's."""
    part = session_part(circle)
    first = circle.plan(1)[0]
    own = factories.make_assignment(circle.session, circle.group, part, meeting_id=first.id)
    circle.change(first, lesson=2)
    assert own.withdrawn_at is None


def session_part(circle: Circle) -> Activity:
    return circle.session.scalars(
        select(Activity).where(Activity.kind == ActivityKind.reading, Activity.required.is_(False)).limit(1)
    ).one()


# Replies are due after a meeting


def replies_due(circle: Circle) -> list[tuple[int, date]]:
    """Return (lesson, day in the group's zone) of each assignment with a date for replies; it ends that day."""
    rows = circle.session.scalars(
        select(Assignment)
        .where(Assignment.reply_due_at.is_not(None), Assignment.withdrawn_at.is_(None))
        .order_by(Assignment.id)
    )
    ids = [lesson.id for lesson in circle.lessons]
    zone = ZoneInfo(circle.group.zone)
    found = []
    for row in rows:
        assert row.reply_due_at is not None
        moment = row.reply_due_at.astimezone(zone)
        assert moment.time() == time(23, 59, 59, 999999)
        found.append((ids.index(row.activity_id) + 1, moment.date()))
    return found


def test_replies_are_due_so_many_days_after_a_meeting(session: Session) -> None:
    circle = Circle(session)
    first, _second = circle.plan(1, 2)
    circle.change(first, lesson=1, replies=3)
    assert replies_due(circle) == [(1, FIRST + timedelta(days=3))]
    assert planning.replies_after(session, first) == 3
    circle.change(first, lesson=1)
    assert replies_due(circle) == []


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland", "America/Santiago"])
def test_they_move_with_their_meeting_and_with_the_zone_over_the_change_of_clocks(session: Session, zone: str) -> None:
    circle = Circle(session, zone="UTC")
    first, second = circle.plan(1, 2)
    circle.change(second, lesson=2, replies=5)
    circle.change(first, lesson=1, day=date(2027, 3, 25), with_later=True)  # the clocks of London change on the 28th
    assert replies_due(circle) == [(2, date(2027, 4, 1) + timedelta(days=5))]
    circle.change(first, lesson=1, day=date(2027, 3, 19), with_later=True)
    circle.group.zone = zone
    planning.settle(session, circle.group)
    assert replies_due(circle) == [(2, date(2027, 3, 26) + timedelta(days=5))]
    assert planning.replies_after(session, second) == 5


def test_a_lesson_that_goes_on_takes_them_along_to_its_last_meeting(session: Session) -> None:
    circle = Circle(session)
    first, second = circle.plan(1, 0)
    circle.change(first, lesson=1, replies=2)
    circle.change(second, lesson=1)
    assert replies_due(circle) == [(1, FIRST + WEEK + timedelta(days=2))]


def test_replies_are_asked_only_where_a_lesson_is_due(session: Session) -> None:
    circle = Circle(session)
    first, _second, third = circle.plan(1, 1, 0)
    for meeting, lesson in ((first, 1), (third, 0)):
        with pytest.raises(planning.DoesNotFit) as error:
            circle.change(meeting, lesson=lesson, replies=2)
        assert error.value.field == "replies"
    assert replies_due(circle) == []


def test_a_meeting_held_after_all_asks_for_replies_again(session: Session) -> None:
    circle = Circle(session)
    (first,) = circle.plan(1)
    circle.change(first, lesson=1, replies=4)
    by_id = circle.organiser.user_id
    planning.cancel_meeting(session, circle.group, first, by_id=by_id, now=NOW)
    assert replies_due(circle) == []
    planning.hold_meeting(session, circle.group, first, by_id=by_id, now=NOW)
    assert replies_due(circle) == [(1, FIRST + timedelta(days=4))]


def test_asking_for_replies_is_told(session: Session) -> None:
    circle = Circle(session)
    (first,) = circle.plan(1)
    session.execute(delete(Notice))
    circle.change(first, lesson=1, replies=4)
    assert [notice.user_id for notice in session.scalars(select(Notice))] == [circle.student.user_id]
