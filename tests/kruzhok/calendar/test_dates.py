"""The dated things of a user: by the rules that hold for them, in all their groups together."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from course.base.held import HELD, Held
from course.completion.models import State
from course.completion.records import store
from course.groups.models import Role, StudyGroup
from course.outline.models import Activity, Course
from course.rules import due_instant
from course.syllabus.models import Assignment, AssignmentTarget, Meeting
from course.users.models import User
from kruzhok.calendar.dates import CLOSES, DUE, MEETING, OPENS, REPLIES, Dated, dates_of
from kruzhok.today.week import weeks_of
from quizzes.limits import limits_at
from quizzes.models import Quiz
from tests import factories
from tests.conftest import NOW

WARSAW = ZoneInfo("Europe/Warsaw")
FIRST = date(2026, 12, 3)  # a Thursday
WEEK = timedelta(weeks=1)
SOON = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Circle:
    """A group in Warsaw on two lessons, each of a reading, a prompt and a quiz; and one of its students."""

    def __init__(self, session: Session, user: User | None = None, *, role: Role = Role.student) -> None:
        self.session = session
        self.course = factories.make_empty_course(session)
        unit = factories.make_unit(session, self.course)
        self.lessons = [factories.make_lesson(session, self.course, unit, number=number) for number in (1, 2)]
        self.readings = [factories.make_reading(session, lesson) for lesson in self.lessons]
        self.prompts = [factories.make_prompt(session, lesson) for lesson in self.lessons]
        self.quizzes = [factories.make_quiz(session, lesson, items=1) for lesson in self.lessons]
        self.group = factories.make_group(session, self.course, zone="Europe/Warsaw")
        self.mine = factories.make_enrolment(session, user, group=self.group, role=role)
        self.user = self.mine.user

    def meet(self, *numbers: int, first: date = FIRST) -> list[Meeting]:
        """Meet on these lessons, once a week; each is due at the end of its day."""
        zone, meetings = ZoneInfo(self.group.zone), []
        for week, number in enumerate(numbers):
            meeting = factories.make_meeting(self.session, self.group, number=week + 1, day=first + week * WEEK)
            self.give(self.lessons[number - 1], meeting_id=meeting.id, due_at=due_instant(meeting.day, zone))
            meetings.append(meeting)
        return meetings

    def cancel(self, meeting: Meeting) -> None:
        meeting.cancelled_at = NOW
        self.session.execute(update(Assignment).where(Assignment.meeting_id == meeting.id).values(withdrawn_at=NOW))
        self.session.flush()

    def give(self, activity: Activity, **columns: object) -> None:
        factories.make_assignment(self.session, self.group, activity, **({"due_at": None} | columns))

    def dates(self, **told: int) -> list[Dated]:
        self.session.expire_all()
        return dates_of(self.session, self.user, SOON, **told)

    def told(self, *kinds: str) -> list[tuple[str, str, datetime]]:
        return [(one.kind, one.title, one.moment) for one in self.dates() if one.kind in (kinds or {one.kind})]


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


def test_meetings_and_what_is_due_at_them(circle: Circle):
    circle.meet(1, 2)
    ends = [due_instant(FIRST, WARSAW), due_instant(FIRST + WEEK, WARSAW)]
    assert circle.told() == [
        (MEETING, circle.lessons[0].title, datetime(2026, 12, 2, 23, tzinfo=UTC)),
        (DUE, circle.lessons[0].title, ends[0]),
        (MEETING, circle.lessons[1].title, datetime(2026, 12, 9, 23, tzinfo=UTC)),
        (DUE, circle.lessons[1].title, ends[1]),
    ]
    meeting, due, *_rest = circle.dates()
    assert (meeting.whole_day, meeting.day, meeting.number) == (True, FIRST, 1)
    assert (due.whole_day, due.day, due.asked, due.slug) == (False, FIRST, True, circle.group.slug)


def test_the_same_is_due_as_on_the_page_of_the_week(circle: Circle):
    circle.meet(1, 2)
    factories.make_accommodation(circle.session, circle.mine)
    weeks, _progress = weeks_of(circle.session, circle.mine, SOON)
    assert [moment for _kind, _title, moment in circle.told(DUE)] == [one.due_at for one in weeks.meetings]
    assert circle.dates()[1].day == FIRST + timedelta(days=3)


def test_a_meeting_with_an_hour_begins_then(circle: Circle):
    factories.make_meeting(circle.session, circle.group, day=FIRST, begins=time(18, 30), lasts=90, where="Room 4")
    (meeting,) = circle.dates()
    assert (meeting.whole_day, meeting.moment, meeting.where) == (False, datetime(2026, 12, 3, 17, 30, tzinfo=UTC),
        "Room 4")  # fmt: skip
    assert meeting.ends == datetime(2026, 12, 3, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "moment"),
    [
        ("Europe/Warsaw", date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, tzinfo=UTC)),  # jumped over
        ("Europe/Warsaw", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # shown twice
        ("America/New_York", date(2026, 7, 1), time(18), datetime(2026, 7, 1, 22, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 11, 4), None, datetime(2018, 11, 4, 3, tzinfo=UTC)),  # without a midnight
        ("Pacific/Apia", date(2011, 12, 30), None, datetime(2011, 12, 30, 10, tzinfo=UTC)),  # a day that never was
    ],
)
def test_an_hour_that_is_not_or_is_twice(circle: Circle, zone: str, day: date, begins: time | None, moment: datetime):
    circle.group.zone = zone
    factories.make_meeting(circle.session, circle.group, day=day, begins=begins)
    assert [(one.day, one.moment) for one in circle.dates()] == [(day, moment)]


def test_a_cancelled_meeting_stays_and_says_so(circle: Circle):
    circle.cancel(circle.meet(1, 2)[0])
    assert [(one.kind, one.number, one.cancelled) for one in circle.dates() if one.number] == [
        (MEETING, 1, True), (MEETING, 2, False)]  # fmt: skip
    assert [title for _kind, title, _moment in circle.told(DUE)] == [circle.lessons[1].title]


def test_a_part_with_another_date_stands_for_itself(circle: Circle):
    circle.meet(1)
    factories.make_exception(
        circle.session, circle.mine, circle.readings[0], field="due", value={"value": at(9).isoformat()}
    )
    assert circle.told(DUE)[1:] == [(DUE, circle.readings[0].title, at(9))]


def test_an_exception_for_a_subgroup_is_for_those_in_it(circle: Circle):
    circle.give(circle.readings[0], due_at=at(5))
    subgroup = factories.make_subgroup(circle.session, circle.group)
    told = {"field": "due", "value": {"value": at(9).isoformat()}}
    factories.make_exception(circle.session, subgroup, circle.readings[0], **told)
    assert circle.told() == [(DUE, circle.readings[0].title, at(5))]
    other = factories.make_enrolment(circle.session, group=circle.group)
    theirs = factories.make_subgroup(circle.session, circle.group, other)
    factories.make_exception(circle.session, theirs, circle.readings[0], **told)
    assert [one.moment for one in dates_of(circle.session, other.user, SOON)] == [at(9)]


def test_what_is_given_to_another_is_not_mine(circle: Circle):
    other = factories.make_enrolment(circle.session, group=circle.group)
    row = factories.make_assignment(circle.session, circle.group, circle.readings[0], due_at=at(5))
    told = {"assignment_id": row.id, "group_id": circle.group.id, "enrolment_id": other.id}
    circle.session.add(AssignmentTarget(**told))
    circle.session.flush()
    assert circle.told() == []
    assert [one.moment for one in dates_of(circle.session, other.user, SOON)] == [at(5)]


def test_a_quiz_opens_and_closes_by_the_limits_that_hold_for_it(circle: Circle):
    circle.give(circle.lessons[0], due_at=at(4), closes_at=at(8))
    factories.make_accommodation(circle.session, circle.mine)
    told = {"field": "open", "value": {"value": at(2).isoformat()}}
    factories.make_exception(circle.session, circle.mine, circle.quizzes[0], **told)
    quiz = circle.session.query(Quiz).filter_by(activity_id=circle.quizzes[0].id).one()
    limits = limits_at(circle.session, quiz, circle.mine)
    title = circle.quizzes[0].title
    assert circle.told(OPENS, CLOSES) == [(OPENS, title, limits.opens_at), (CLOSES, title, limits.closes_at)]
    assert limits.closes_at == at(11)


def test_alone_only_a_quiz_of_the_course_has_dates(circle: Circle):
    alone = factories.make_enrolment(circle.session, course=circle.course)
    circle.session.execute(factories.update_quiz(circle.quizzes[1].id, opens_at=at(2), closes_at=at(20)))
    found = dates_of(circle.session, alone.user, SOON)
    assert [(one.kind, one.moment, one.group, one.slug) for one in found] == [
        (OPENS, at(2), None, None), (CLOSES, at(20), None, None)]  # fmt: skip


def test_replies_are_due_at_the_one_prompt_of_a_lesson(circle: Circle):
    circle.give(circle.lessons[0], due_at=at(4), reply_due_at=at(7))
    assert circle.told(DUE, REPLIES) == [
        (DUE, circle.lessons[0].title, at(4)),
        (REPLIES, circle.prompts[0].title, at(7)),
    ]


def test_replies_to_several_prompts_of_a_lesson_are_due_with_it(circle: Circle):
    second = factories.make_prompt(circle.session, circle.lessons[0])
    circle.give(circle.lessons[0], due_at=at(4), reply_due_at=at(7))
    assert circle.told(REPLIES) == [(REPLIES, circle.lessons[0].title, at(7))]
    told = {"field": "reply_due", "value": {"value": at(9).isoformat()}}
    factories.make_exception(circle.session, circle.mine, second, **told)
    assert circle.told(REPLIES)[1:] == [(REPLIES, second.title, at(9))]


def test_one_s_own_post_is_what_a_round_asks_first(circle: Circle):
    circle.give(circle.prompts[0], due_at=at(4), reply_due_at=at(7))
    assert [one.done for one in circle.dates()] == [False, False]
    discussion = factories.make_discussion(circle.session, circle.group, circle.prompts[0])
    factories.make_post(circle.session, discussion, circle.mine)
    assert [one.done for one in circle.dates()] == [True, False]


def test_a_lesson_is_done_with_the_last_of_its_required_parts(circle: Circle):
    circle.meet(1)
    parts = [part for part in circle.lessons[0].parts if part.required]
    store(circle.session, {(circle.mine.id, part.id): State.done for part in parts[:-1]}, [circle.lessons[0]], now=NOW)
    assert [one.done for one in circle.dates() if one.kind == DUE] == [False]
    store(circle.session, {(circle.mine.id, parts[-1].id): State.done}, [circle.lessons[0]], now=NOW)
    assert [(one.done, one.required, one.asked) for one in circle.dates() if one.kind == DUE] == [(True, True, False)]


def test_nothing_is_asked_of_a_tutor(session: Session):
    circle = Circle(session, role=Role.tutor)
    circle.meet(1)
    assert [(one.required, one.asked) for one in circle.dates() if one.kind == DUE] == [(False, False)]


def test_what_was_due_and_is_not_done_is_late(circle: Circle):
    circle.give(circle.readings[0], due_at=SOON - WEEK)
    circle.give(circle.readings[1], due_at=SOON + WEEK)
    assert [one.task and one.task.late for one in circle.dates()] == [True, False]


@pytest.fixture
def both(circle: Circle) -> Iterator[tuple[Circle, Circle]]:
    circle.meet(1, 2)
    other = Circle(circle.session, circle.user)
    other.meet(2)
    return circle, other


def test_all_places_are_there_together_or_one_by_itself(both: tuple[Circle, Circle]):
    here, there = both
    assert {one.slug for one in here.dates()} == {here.group.slug, there.group.slug}
    assert {one.slug for one in here.dates(group_id=there.group.id)} == {there.group.slug}


def test_a_group_that_was_left_or_is_over_says_nothing(both: tuple[Circle, Circle]):
    here, there = both
    there.mine.left_at = NOW
    here.session.flush()
    assert {one.slug for one in here.dates()} == {here.group.slug}
    here.session.execute(update(StudyGroup).where(StudyGroup.id == here.group.id).values(archived_at=NOW))
    assert here.dates() == []
    assert here.dates(group_id=here.group.id) != []


def test_one_never_sees_what_was_withdrawn_or_retired(circle: Circle):
    circle.give(circle.readings[0], due_at=at(5), withdrawn_at=NOW)
    circle.give(circle.readings[1], due_at=at(5))
    circle.readings[1].retired_at = NOW
    circle.session.flush()
    assert circle.dates() == []


def test_the_queries_are_as_many_for_three_groups_as_for_one(circle: Circle):
    circle.meet(1, 2)
    circle.give(circle.readings[0], due_at=at(5), reply_due_at=at(6))
    one = _count(circle)
    for _more in range(2):
        other = Circle(circle.session, circle.user)
        other.meet(1, 2)
        other.give(other.readings[0], due_at=at(5), reply_due_at=at(6))
    assert (one, _count(circle)) == (9, 9)


def _count(circle: Circle) -> int:
    circle.session.expire_all()
    user = circle.session.get_one(User, circle.mine.user_id)
    circle.session.info.clear()
    circle.session.info[HELD] = Held()
    dates_of(circle.session, user, SOON)  # what is read once of a course is held from then on
    for key in circle.session.info.keys() - {HELD}:
        del circle.session.info[key]
    connection, asked = circle.session.connection(), []

    def ask(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", ask)
    dates_of(circle.session, user, SOON)
    event.remove(connection, "before_cursor_execute", ask)
    return len(asked)


def test_an_address_outlasts_a_new_date_and_the_change_is_later(circle: Circle):
    meeting, *_rest = circle.meet(1, 2)
    before = {one.uid: one for one in circle.dates()}
    meeting.day -= timedelta(days=1)
    (row,) = circle.session.scalars(select(Assignment).where(Assignment.meeting_id == meeting.id))
    row.due_at = due_instant(meeting.day, WARSAW)
    circle.session.flush()
    after = {one.uid: one for one in circle.dates()}
    assert list(before) == list(after)
    moved = [uid for uid in after if after[uid].moment != before[uid].moment]
    assert [after[uid].kind for uid in moved] == [MEETING, DUE]
    for uid, one in after.items():
        assert (one.changed_at > before[uid].changed_at) == (uid in moved)


def test_an_exception_made_and_revoked_are_changes_both(circle: Circle):
    circle.give(circle.readings[0], due_at=at(5))
    (before,) = circle.dates()
    later = datetime(2030, 1, 1, tzinfo=UTC)
    told = {"field": "due", "value": {"value": at(9).isoformat()}, "at": later}
    exception = factories.make_exception(circle.session, circle.mine, circle.readings[0], **told)
    (excepted,) = circle.dates()
    exception.revoked_at = later + WEEK
    circle.session.flush()
    (after,) = circle.dates()
    assert before.moment == after.moment != excepted.moment
    assert before.changed_at < excepted.changed_at < after.changed_at


def test_courses_are_told_apart(both: tuple[Circle, Circle]):
    courses = {one.course for one in both[0].dates()}
    assert courses == {both[0].session.get_one(Course, one.course.id).ident for one in both}
