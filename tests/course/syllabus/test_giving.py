"""Giving something to a group: its dates, which hang on meetings or stay, and whom it is for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.completion.models import Completion, State
from course.groups.models import Enrolment, StudyGroup, Subgroup, SubgroupMember
from course.outline.models import Activity, ActivityKind
from course.relative import When
from course.rules import due_instant
from course.syllabus import giving, planning
from course.syllabus.giving import BadDates, Terms
from course.syllabus.models import Assignment, Meeting, RelativeDate
from tests import factories
from tests.conftest import NOW

ZONE = "Europe/Berlin"


class Place:
    """A group with three meetings on Thursdays, a tutor and two students."""

    def __init__(self, session: Session) -> None:
        self.session = session
        course = factories.make_bare_course(session)
        self.group: StudyGroup = factories.make_group(session, course, zone=ZONE)
        self.tutor = factories.make_user(session)
        self.one = factories.make_enrolment(session, group=self.group)
        self.two = factories.make_enrolment(session, group=self.group)
        self.lesson, self.reading, self.prompt, self.quiz = (
            factories.activity_of(session, course, kind) for kind in ActivityKind
        )
        self.meetings = planning.plan_meetings(
            session, self.group, start=date(2026, 12, 3), weekday=3, lessons=[None] * 3, by_id=self.tutor.id, now=NOW
        )

    def give(self, activity: Activity, *members: Enrolment, **dates: When) -> Assignment:
        terms = Terms(None, None, True, members=frozenset(one.id for one in members), dates=dates)
        return giving.give(self.session, self.group, activity, terms, "", by_id=self.tutor.id, now=NOW)

    def move(self, number: int, days: int) -> None:
        meeting = self.meetings[number - 1]
        meeting.day += timedelta(days=days)
        planning.settle(self.session, self.group)

    def do(self, activity: Activity, *students: Enrolment, state: State = State.done) -> None:
        done_at = NOW if state is State.done else None
        self.session.add_all(
            Completion(enrolment_id=one.id, activity_id=activity.id, state=state, done_at=done_at) for one in students
        )
        self.session.flush()

    def relative(self) -> list[tuple[str, int]]:
        rows = self.session.scalars(select(RelativeDate).order_by(RelativeDate.field))
        return [(row.field, row.days) for row in rows]


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def dates_of(given: Assignment) -> list[Any]:
    return [given.opens_at, given.due_at, given.reply_due_at, given.closes_at]


def end(day: date) -> Any:
    return due_instant(day, ZoneInfo(ZONE))


def test_a_date_by_a_meeting_goes_along_with_it(place: Place):
    given = place.give(place.reading, due=When(2, 2))
    assert given.due_at == end(date(2026, 12, 12))
    place.move(2, 1)
    assert given.due_at == end(date(2026, 12, 13))


def test_what_is_due_by_a_meeting_is_for_it_and_what_is_due_after_it_is_not(place: Place):
    assert place.give(place.reading, due=When(2, -1)).meeting_id == place.meetings[1].id
    assert place.give(place.reading, due=When(2, 1)).meeting_id is None
    assert place.give(place.lesson, place.one, due=When(2)).meeting_id is None


def test_a_date_that_names_a_day_stays(place: Place):
    given = place.give(place.reading, due=When(day=date(2026, 12, 12)))
    place.move(2, 1)
    assert (given.due_at, given.meeting_id, place.relative()) == (end(date(2026, 12, 12)), None, [])


def test_a_date_stays_where_its_meeting_is_cancelled(place: Place):
    given = place.give(place.reading, due=When(2))
    place.meetings[1].cancelled_at = NOW
    place.move(2, 1)
    assert given.due_at == end(date(2026, 12, 10))


def test_what_is_handed_in_stays_where_it_was(place: Place):
    given = place.give(place.reading, due=When(2))
    own = place.give(place.quiz, place.one, open=When(1), due=When(2), close=When(3))
    before = dates_of(own)
    place.do(place.reading, place.one, place.two)
    place.do(place.quiz, place.one)
    for number in (1, 2, 3):
        place.move(number, 1)
    assert (given.due_at, dates_of(own)) == (end(date(2026, 12, 10)), before)


def test_what_one_has_still_to_hand_in_goes_along(place: Place):
    given = place.give(place.reading, due=When(2))
    own = place.give(place.quiz, place.one, due=When(2))
    place.do(place.reading, place.one)
    place.do(place.quiz, place.two)
    place.do(place.reading, place.two, state=State.begun)
    place.move(2, 1)
    assert {one.due_at for one in (given, own)} == {end(date(2026, 12, 11))}


def test_dates_go_along_again_when_somebody_comes_who_has_it_to_do(place: Place):
    given = place.give(place.reading, due=When(2))
    place.do(place.reading, place.one, place.two)
    place.move(2, 1)
    factories.make_enrolment(place.session, group=place.group)
    place.move(2, 1)
    assert given.due_at == end(date(2026, 12, 12))


def test_who_left_has_nothing_to_hand_in(place: Place):
    given = place.give(place.reading, due=When(2))
    place.do(place.reading, place.one)
    place.two.left_at = NOW
    place.move(2, 1)
    assert given.due_at == end(date(2026, 12, 10))


def test_a_date_said_anew_is_kept_as_it_is_said(place: Place):
    place.give(place.prompt, due=When(2), reply_due=When(3))
    assert place.relative() == [("due", 0), ("reply_due", 0)]
    place.give(place.prompt, due=When(2, -1))
    assert place.relative() == [("due", -1)]


def test_a_relative_date_waits_beside_a_fixed_one_and_goes_back(place: Place):
    given = place.give(place.prompt, due=When(2), reply_due=When(day=date(2026, 12, 14)))
    place.move(2, 6)
    assert given.due_at == given.reply_due_at == end(date(2026, 12, 14))
    place.move(2, -6)
    assert (given.due_at, given.reply_due_at) == (end(date(2026, 12, 10)), end(date(2026, 12, 14)))


def test_what_closes_by_a_meeting_closes_after_it_opens_wherever_the_meeting_goes(place: Place):
    given = place.give(place.quiz, open=When(day=date(2026, 12, 8)), due=When(2), close=When(2))
    place.move(2, -5)
    assert given.opens_at is not None
    assert given.closes_at is not None
    assert given.opens_at < given.closes_at
    place.move(2, 5)
    assert given.closes_at == end(date(2026, 12, 10))


def test_dates_said_are_told_as_they_were_said(place: Place):
    given = place.give(place.prompt, open=When(day=date(2026, 12, 1)), due=When(2, -1), reply_due=When(3))
    assert giving.whens_of(place.session, place.group, [given])[given.id] == {
        "open": When(day=date(2026, 12, 1)),
        "due": When(2, -1),
        "reply_due": When(3),
    }


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        ({"due": When(9)}, "due"),
        ({"due": When(1), "open": When(2)}, "open"),
        ({"open": When(2), "close": When(1)}, "close"),
        ({"due": When(2), "reply_due": When(1)}, "reply_due"),
    ],
)
def test_dates_that_cannot_be_are_told(place: Place, dates: dict[str, When], field: str):
    with pytest.raises(BadDates) as told:
        place.give(place.prompt if "reply_due" in dates else place.quiz, **dates)
    assert told.value.field == field


def test_only_a_quiz_is_closed_and_only_talk_has_replies(place: Place):
    given = place.give(place.reading, due=When(1), reply_due=When(2), close=When(2))
    assert (given.reply_due_at, given.closes_at, place.relative()) == (None, None, [("due", 0)])


def test_a_prompt_for_people_makes_a_subgroup_of_them_without_a_name(place: Place, session: Session):
    given = place.give(place.prompt, place.one, place.two, due=When(1))
    (target,) = given.targets
    subgroup = session.get_one(Subgroup, target.subgroup_id)
    assert subgroup.name is None
    members = select(SubgroupMember.enrolment_id).where(SubgroupMember.subgroup_id == subgroup.id)
    assert set(session.scalars(members)) == {place.one.id, place.two.id}
    assert set(giving.students_of(session, given)) == {place.one.user_id, place.two.user_id}
    again = place.give(place.prompt, place.one, place.two, due=When(2))
    assert (again.id, [one.subgroup_id for one in again.targets]) == (given.id, [subgroup.id])


def test_given_to_others_it_is_another_assignment(place: Place):
    assert place.give(place.quiz, place.one).id != place.give(place.quiz, place.two).id
    assert place.give(place.quiz, place.one).id == place.give(place.quiz, place.one).id


def test_a_lesson_given_besides_leaves_that_of_the_meeting_alone(place: Place, session: Session):
    meeting: Meeting = place.meetings[0]
    planning.change_meeting(
        session,
        place.group,
        meeting,
        day=meeting.day,
        title="",
        lessons=[place.lesson.id],
        by_id=place.tutor.id,
        now=NOW,
    )
    (of_meeting,) = session.scalars(select(Assignment))
    besides = place.give(place.lesson, place.one, due=When(1))
    for_all = place.give(place.lesson, due=When(3))
    assert len({of_meeting.id, besides.id, for_all.id}) == 3
    assert for_all.meeting_id is None
    place.move(3, 1)
    assert for_all.due_at == end(date(2026, 12, 18))
    assert of_meeting.due_at == end(meeting.day)


def test_two_planners_at_once_give_one_thing_once(database: Database):
    with database.transaction() as session:
        place = Place(session)
        group, reading, tutor = place.group.id, place.reading.id, place.tutor.id

    def give(_n: int) -> int:
        with database.transaction() as session:
            return giving.give(
                session,
                session.get_one(StudyGroup, group),
                session.get_one(Activity, reading),
                Terms(None, None, True, dates={"due": When(2, 2)}),
                "",
                by_id=tutor,
                now=NOW,
            ).id

    with ThreadPoolExecutor(4) as planners:
        given = set(planners.map(give, range(4)))
    assert len(given) == 1
    with database.transaction(writing=False) as session:
        assert len(session.scalars(select(RelativeDate)).all()) == 1
