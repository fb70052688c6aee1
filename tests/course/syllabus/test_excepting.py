"""Exceptions and accommodations are added and revoked, never changed; what they say is what holds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from course import rules
from course.base.db import Database
from course.groups.models import Enrolment, Subgroup
from course.outline.models import Activity, ActivityKind
from course.rules import Layer, Level, Value, resolve
from course.syllabus import models
from course.syllabus.excepting import Refused, except_rule, revoke_exception, set_accommodation, stored
from course.syllabus.exceptions import accommodations_of, layers, layers_for_all, layers_of, value_of
from course.syllabus.meetings import syllabi_of, syllabus_of
from course.syllabus.models import AssignmentTarget, RuleException
from tests import factories
from tests.conftest import NOW

#: NOW without its zone, for hypothesis to add one.
BARE = NOW.replace(tzinfo=None)
LATER = NOW + timedelta(hours=1)
MONDAY = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)


class Circle:
    """A study group with a quiz, a tutor, two students, one of them in a subgroup."""

    def __init__(self, session: Session) -> None:
        self.session = session
        course = factories.make_bare_course(session)
        self.quiz = factories.activity_of(session, course, ActivityKind.quiz)
        self.lesson = factories.activity_of(session, course, ActivityKind.lesson)
        self.group = factories.make_group(session, course)
        self.anna, self.boris = (factories.make_enrolment(session, group=self.group) for _ in range(2))
        self.readers = factories.make_subgroup(session, self.group, self.anna)
        self.tutor = factories.make_user(session)

    def excepts(
        self, whom: Enrolment | Subgroup, field: str, value: Value, reason: str = "Was ill", now: datetime = NOW
    ) -> RuleException:
        return except_rule(self.session, self.quiz, whom, field, value, reason=reason, by_id=self.tutor.id, now=now)

    def gives(self, factor: str, days: int, reason: str = "", now: datetime = NOW) -> models.Accommodation | None:
        return set_accommodation(
            self.session, self.anna, Decimal(factor), days, reason=reason, by_id=self.tutor.id, now=now
        )

    def layers(self, whom: Enrolment, activity: Activity | None = None) -> list[Layer]:
        return layers(self.session, whom, activity or self.quiz)

    def all_exceptions(self) -> list[RuleException]:
        return list(self.session.scalars(select(RuleException).order_by(RuleException.id)))


@pytest.fixture
def circle(session: Session) -> Circle:
    return Circle(session)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("open", MONDAY),
        ("due", MONDAY),
        ("reply_due", MONDAY),
        ("close", MONDAY),
        ("time_limit", timedelta(minutes=90)),
        ("attempts", 3),
        ("close", None),
        ("time_limit", None),
        ("attempts", None),
    ],
)
def test_an_exception_says_what_it_was_told(circle: Circle, field: str, value: Value) -> None:
    made = circle.excepts(circle.anna, field, value)
    circle.session.expire(made)
    assert value_of(made) == value
    assert (made.by_id, made.at, made.revoked_at) == (circle.tutor.id, NOW, None)
    said = resolve(circle.layers(circle.anna), field)
    assert (said.value, said.level, said.layers[0].why) == (value, Level.user_exception, "Was ill")


def test_an_exception_is_nobody_else_s(circle: Circle) -> None:
    circle.excepts(circle.anna, "attempts", 3)
    assert circle.layers(circle.boris) == []


def test_an_exception_of_one_quiz_is_not_one_of_another(circle: Circle) -> None:
    circle.excepts(circle.anna, "attempts", 3)
    assert circle.layers(circle.anna, factories.make_quiz(circle.session, circle.lesson)) == []


def test_an_exception_of_a_subgroup_is_for_its_members_alone(circle: Circle) -> None:
    circle.excepts(circle.readers, "attempts", 3)
    assert [layer.level for layer in circle.layers(circle.anna)] == [Level.subgroup_exception]
    assert circle.layers(circle.boris) == []


def test_a_second_exception_takes_the_place_of_the_first_which_is_kept(circle: Circle) -> None:
    circle.excepts(circle.anna, "attempts", 3)
    circle.excepts(circle.anna, "attempts", 2, now=LATER)
    assert [(value_of(one), one.revoked_at) for one in circle.all_exceptions()] == [(3, LATER), (2, None)]
    assert resolve(circle.layers(circle.anna), "attempts").value == 2


def test_exceptions_of_other_fields_and_audiences_stand_beside_it(circle: Circle) -> None:
    circle.excepts(circle.anna, "attempts", 3)
    circle.excepts(circle.anna, "time_limit", None)
    circle.excepts(circle.readers, "attempts", 4)
    circle.excepts(circle.boris, "attempts", 5)
    assert all(one.revoked_at is None for one in circle.all_exceptions())


def test_the_same_exception_sent_twice_is_made_once(circle: Circle) -> None:
    assert circle.excepts(circle.anna, "due", MONDAY) is circle.excepts(circle.anna, "due", MONDAY, now=LATER)
    assert len(circle.all_exceptions()) == 1


def test_a_revoked_exception_holds_no_longer_and_is_kept_as_it_was_first_revoked(circle: Circle) -> None:
    made = circle.excepts(circle.anna, "attempts", 3)
    revoke_exception(circle.session, made, now=NOW)
    revoke_exception(circle.session, made, now=LATER)
    assert circle.layers(circle.anna) == []
    assert [one.revoked_at for one in circle.all_exceptions()] == [NOW]


@pytest.mark.parametrize("reason", ["", " \n"])
def test_an_exception_without_a_reason_is_refused(circle: Circle, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        circle.excepts(circle.anna, "attempts", 3, reason)
    assert refused.value.field == "reason"
    assert circle.all_exceptions() == []


@pytest.mark.parametrize("value", [0, -1, 1001, timedelta(seconds=59), timedelta(weeks=1, minutes=1)])
def test_no_exception_gives_less_than_one_or_more_than_anybody_means(circle: Circle, value: Value) -> None:
    with pytest.raises(Refused) as refused:
        circle.excepts(circle.anna, "attempts" if isinstance(value, int) else "time_limit", value)
    assert refused.value.field == "value"


def test_what_is_for_many_is_what_each_would_be_told_alone(circle: Circle) -> None:
    session, group = circle.session, circle.group
    alone = factories.make_enrolment(session, course=circle.anna.course)
    circle.excepts(circle.anna, "due", MONDAY)
    circle.excepts(circle.readers, "close", None)
    circle.excepts(circle.boris, "attempts", 2)
    factories.make_assignment(session, group, circle.lesson, opens_at=NOW, note="For all")
    for_one = factories.make_assignment(session, group, circle.quiz, note="For Boris")
    for_some = factories.make_assignment(session, group, circle.quiz, closes_at=MONDAY)
    target = {"group_id": group.id}
    factories.add(session, AssignmentTarget(assignment_id=for_one.id, enrolment_id=circle.boris.id, **target))
    factories.add(session, AssignmentTarget(assignment_id=for_some.id, subgroup_id=circle.readers.id, **target))
    everybody = [circle.anna, circle.boris, alone]
    found = layers_of(session, everybody, circle.quiz)
    assert found == {one.id: circle.layers(one) for one in everybody}
    assert {layer.level for layer in found[circle.anna.id]} == {
        Level.user_exception,
        Level.subgroup_exception,
        Level.subgroup_assignment,
        Level.group_assignment,
    }
    assert resolve(found[circle.boris.id], "due").layers[0].why == "For Boris"
    assert found[alone.id] == []


def test_what_is_for_many_takes_two_queries_however_many_they_are(circle: Circle) -> None:
    factories.make_assignment(circle.session, circle.group, circle.lesson)
    many = [circle.anna, circle.boris, *(factories.make_enrolment(circle.session, group=circle.group) for _ in "12345")]
    said: list[str] = []
    event.listen(circle.session.connection(), "before_cursor_execute", lambda *told: said.append(told[2]))
    layers_of(circle.session, many, circle.quiz)
    assert len(said) == 2


def test_what_is_for_everybody_leaves_out_what_is_for_some(circle: Circle) -> None:
    session, group = circle.session, circle.group
    circle.excepts(circle.readers, "attempts", 2)
    circle.excepts(circle.anna, "attempts", 3)
    factories.make_assignment(session, group, circle.lesson, opens_at=NOW)
    for_some = factories.make_assignment(session, group, circle.quiz, closes_at=MONDAY)
    factories.add(
        session, AssignmentTarget(assignment_id=for_some.id, subgroup_id=circle.readers.id, group_id=group.id)
    )
    for_all = layers_for_all(session, group.id, circle.quiz)
    assert {layer.level for layer in for_all} == {Level.group_assignment}
    for_readers = layers_for_all(session, group.id, circle.quiz, circle.readers)
    assert {layer.level for layer in for_readers} == {
        Level.subgroup_exception,
        Level.subgroup_assignment,
        Level.group_assignment,
    }


def due_by_the_rules(circle: Circle, member: Enrolment) -> datetime | None:
    """Return when the quiz is due for MEMBER as its own rules say it."""
    given_to = accommodations_of(circle.session, [member]).get(member.id, rules.NO_ACCOMMODATION)
    return rules.own_date(circle.layers(member), "due", given_to, ZoneInfo(circle.group.zone))


def test_the_syllabus_says_of_each_what_the_rules_of_the_quiz_say(circle: Circle) -> None:
    session, group, target = circle.session, circle.group, {"group_id": circle.group.id}
    seen = set()

    def compare() -> None:
        syllabi = syllabi_of(session, group.id, [circle.anna, circle.boris])
        for one in (circle.anna, circle.boris):
            due_at = syllabi[one.id].due_of(circle.quiz.id, circle.lesson.id)
            assert due_at == due_by_the_rules(circle, one)
            seen.add(due_at)

    compare()
    factories.make_assignment(session, group, circle.lesson, due_at=MONDAY)
    compare()
    for_some = factories.make_assignment(session, group, circle.quiz, due_at=MONDAY - timedelta(days=1))
    factories.add(session, AssignmentTarget(assignment_id=for_some.id, subgroup_id=circle.readers.id, **target))
    compare()
    for_one = factories.make_assignment(session, group, circle.quiz, due_at=MONDAY - timedelta(days=2))
    factories.add(session, AssignmentTarget(assignment_id=for_one.id, enrolment_id=circle.anna.id, **target))
    compare()
    circle.gives("1", 10)
    compare()
    circle.excepts(circle.readers, "due", MONDAY + timedelta(days=3))
    compare()
    circle.excepts(circle.anna, "due", MONDAY + timedelta(days=4))
    compare()
    circle.excepts(circle.anna, "due", None)
    compare()
    assert len(seen) == 7


def test_an_exception_from_the_rules_of_a_lesson_is_none_from_those_of_its_quiz(circle: Circle) -> None:
    factories.make_assignment(circle.session, circle.group, circle.lesson, due_at=MONDAY)
    factories.make_exception(circle.session, circle.anna, circle.lesson, field="due")
    syllabus = syllabus_of(circle.session, circle.anna)
    assert syllabus.due_of(circle.lesson.id) is None
    assert syllabus.due_of(circle.quiz.id, circle.lesson.id) == due_by_the_rules(circle, circle.anna) == MONDAY


def test_an_accommodation_is_what_it_was_told(circle: Circle) -> None:
    made = circle.gives("1.25", 3, "Dyslexia")
    assert made is not None
    circle.session.expire(made)
    assert (made.factor, made.days, made.reason, made.by_id, made.at) == (
        Decimal("1.25"),
        3,
        "Dyslexia",
        circle.tutor.id,
        NOW,
    )
    given_to = accommodations_of(circle.session, [circle.anna, circle.boris])
    assert given_to == {circle.anna.id: rules.Accommodation(Fraction(5, 4), 3)}


def test_a_second_accommodation_takes_the_place_of_the_first_which_is_kept(circle: Circle) -> None:
    circle.gives("1.5", 0)
    circle.gives("2", 7, now=LATER)
    rows = circle.session.scalars(select(models.Accommodation).order_by(models.Accommodation.id))
    assert [(row.factor, row.days, row.revoked_at) for row in rows] == [
        (Decimal("1.5"), 0, LATER),
        (Decimal(2), 7, None),
    ]


def test_the_same_accommodation_sent_twice_is_made_once(circle: Circle) -> None:
    assert circle.gives("1.5", 0) is circle.gives("1.50", 0, now=LATER)


def test_once_the_time_and_no_day_only_takes_the_accommodation_away(circle: Circle) -> None:
    made = circle.gives("1.5", 2)
    assert circle.gives("1", 0, now=LATER) is None
    assert made is not None
    assert made.revoked_at == LATER
    assert accommodations_of(circle.session, [circle.anna]) == {}
    assert circle.session.scalars(select(models.Accommodation)).all() == [made]


@pytest.mark.parametrize(
    ("factor", "days", "field"),
    [("0.99", 0, "factor"), ("10.01", 0, "factor"), ("1.234", 0, "factor"), ("2", -1, "days"), ("2", 366, "days")],
)
def test_an_accommodation_out_of_bounds_is_refused(circle: Circle, factor: str, days: int, field: str) -> None:
    with pytest.raises(Refused) as refused:
        circle.gives(factor, days)
    assert refused.value.field == field


@given(when=st.datetimes(BARE - timedelta(days=9000), BARE + timedelta(days=27000), timezones=st.timezones()))
def test_a_moment_of_any_zone_is_kept_exactly(when: datetime) -> None:
    # In UTC: a moment that its own clocks show twice equals none of another zone.
    assert value_of(RuleException(field="due", value={"value": stored(when)})) == when.astimezone(UTC)


def test_of_two_tutors_at_once_one_exception_holds(database: Database) -> None:
    with database.transaction() as session:
        circle = Circle(session)
    together, ended = Barrier(2), []

    def make(value: int) -> None:
        with database.transaction() as session:
            together.wait(10)
            quiz, anna = session.get_one(Activity, circle.quiz.id), session.get_one(Enrolment, circle.anna.id)
            except_rule(session, quiz, anna, "attempts", value, reason="Both", by_id=circle.tutor.id, now=NOW)
        ended.append(value)

    both = [Thread(target=make, args=(value,)) for value in (2, 3)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert sorted(ended) == [2, 3]
    with database.transaction(writing=False) as session:
        live = [one.revoked_at is None for one in session.scalars(select(RuleException))]
    assert sorted(live) == [False, True]


def test_replies_are_due_when_an_exception_says_where_they_are_due_at_all(circle: Circle) -> None:
    session, later = circle.session, MONDAY + timedelta(days=5)
    prompt = factories.make_prompt(session, circle.lesson)
    factories.make_exception(
        session, circle.anna, prompt, field="reply_due", value={"value": later.isoformat()}, reason="She was ill."
    )
    assert syllabus_of(session, circle.anna).reply_due_of(prompt.id, circle.lesson.id) is None
    factories.make_assignment(session, circle.group, prompt, due_at=MONDAY, reply_due_at=MONDAY + timedelta(days=1))
    syllabus = syllabus_of(session, circle.anna)
    assert (syllabus.reply_due_of(prompt.id, circle.lesson.id), syllabus.why_moved(prompt.id)) == (
        later,
        "She was ill.",
    )
    assert syllabus_of(session, circle.boris).reply_due_of(prompt.id) == MONDAY + timedelta(days=1)
