"""Where everybody stands at once is where each stands: one definition of progress, whatever is asked of whom."""

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from course.completion.everybody import asked_in, done_by, named, standpoints_of, states_of
from course.completion.models import Completion, CompletionFact, FactKind, State
from course.completion.records import standings_of
from course.groups.models import Enrolment, Role, StudyGroup, Subgroup
from course.outline.models import Activity
from course.syllabus.meetings import syllabi_of
from course.syllabus.models import AssignmentTarget
from tests import factories
from tests.conftest import NOW


class House:
    """A study group in which everything is as chance has it: who is asked what until when, and did what."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance = session, random.Random(seed)
        course = factories.make_empty_course(session)
        unit = factories.make_unit(session, course)
        self.lessons = [factories.make_lesson(session, course, unit, number=number) for number in (1, 2, 3)]
        self.parts: list[Activity] = []
        for lesson in self.lessons:
            for make in (factories.make_reading, factories.make_reading, factories.make_prompt):
                added = self.some_moment() if self.one_in(4) else factories.LOADED
                part = make(session, lesson, required=not self.one_in(3), added_at=added)
                part.retired_at = NOW if self.one_in(9) else None
                self.parts.append(part)
        self.group = factories.make_group(session, course, zone=self.chance.choice(["UTC", "Europe/Moscow"]))
        self.parts.append(factories.make_group_reading(session, self.group))
        factories.make_assignment(session, factories.make_group(session, course), self.parts[0])
        self.students = [factories.make_enrolment(session, group=self.group) for _ in range(7)]
        self.others = [
            factories.make_enrolment(session, group=self.group, role=Role.tutor),
            factories.make_enrolment(session, group=self.group, left_at=NOW),
        ]
        self.subgroups = [
            factories.make_subgroup(session, self.group, *self.some([*self.students, *self.others])) for _ in range(3)
        ]
        for _ in range(self.chance.choice([0, 1, 6, 9])):
            self.assign()
        for _ in range(self.chance.choice([0, 5])):
            self.except_somebody()
        for student in [*self.students, *self.others]:
            self.work(student)
        session.flush()

    def one_in(self, count: int) -> bool:
        return self.chance.randrange(count) == 0

    def some_moment(self) -> datetime:
        return NOW + timedelta(hours=self.chance.randrange(-100, 100))

    def some(self, members: list[Enrolment]) -> list[Enrolment]:
        return self.chance.sample(members, self.chance.randrange(len(members)))

    def assign(self) -> None:
        activity = self.chance.choice([*self.lessons, *self.parts])
        told = {
            "required": not self.one_in(4),
            "due_at": None if self.one_in(5) else self.some_moment(),
            "withdrawn_at": NOW if self.one_in(6) else None,
        }
        given = factories.make_assignment(self.session, self.group, activity, **told)
        targets = {"assignment_id": given.id, "group_id": self.group.id}
        if self.one_in(2):
            for subgroup in self.chance.sample(self.subgroups, self.chance.choice([0, 1, 2])):
                self.session.add(AssignmentTarget(**targets, subgroup_id=subgroup.id))
            for member in self.chance.sample([*self.students, *self.others], self.chance.choice([0, 1, 2])):
                self.session.add(AssignmentTarget(**targets, enrolment_id=member.id))

    def except_somebody(self) -> None:
        audiences: list[Enrolment | Subgroup] = [*self.students, *self.subgroups]
        audience = self.chance.choice(audiences)
        if isinstance(audience, Enrolment) and self.one_in(2):
            if not getattr(audience, "eased", False):
                factories.make_accommodation(self.session, audience, days=self.chance.randrange(3))
                audience.eased = True  # type: ignore[attr-defined]
            return
        part = self.chance.choice(self.parts)
        key = (type(audience), audience.id, part.id)
        if key not in (done := self.__dict__.setdefault("excepted", set())):
            done.add(key)
            value = None if self.one_in(4) else self.some_moment().isoformat()
            told = {"field": "due", "value": {"value": value}, "revoked_at": NOW if self.one_in(5) else None}
            factories.make_exception(self.session, audience, part, **told)

    def work(self, student: Enrolment) -> None:
        reached_before = {lesson.id: self.chance.choice([0, 0, 1, 2]) for lesson in self.lessons}
        begun = {
            activity.id for activity in self.chance.sample([*self.lessons, *self.parts], self.chance.randrange(10))
        }
        for activity_id in sorted(begun | {key for key, times in reached_before.items() if times}):
            state = self.chance.choice([State.begun, State.done])
            told = {"state": state, "done_at": NOW if state is State.done else None}
            self.session.add(Completion(enrolment_id=student.id, activity_id=activity_id, **told))
        for lesson in self.lessons:
            for _ in range(reached_before[lesson.id]):
                at = self.some_moment()
                reached = {"enrolment_id": student.id, "activity_id": lesson.id, "kind": FactKind.reached}
                self.session.add(CompletionFact(**reached, done=True, at=at))
                self.session.flush()

    def reached(self, student: Enrolment) -> dict[int | None, datetime]:
        """Return lesson -> when STUDENT reached it last."""
        facts = select(CompletionFact.activity_id, CompletionFact.at).where(CompletionFact.enrolment_id == student.id)
        return {row[0]: row[1] for row in self.session.execute(facts.order_by(CompletionFact.id))}


@pytest.mark.parametrize("seed", range(30))
def test_everybody_stands_where_each_does(session: Session, seed: int) -> None:
    house = House(session, seed)
    group = session.get_one(StudyGroup, house.group.id)
    asked = asked_in(session, group, NOW)
    ids = [one.id for one in house.students]
    standpoints = standpoints_of(session, group.id, asked, ids, everybody=True)
    assert standpoints_of(session, group.id, asked, ids[:2], everybody=False) == {
        key: standpoints[key] for key in ids[:2]
    }
    standings = standings_of(session, house.students)
    syllabi = syllabi_of(session, group.id, house.students)
    for student in house.students:
        here, there, syllabus = standpoints[student.id], standings[student.id], syllabi[student.id]
        assert here.progress == there.progress
        assert here.counting == there.required
        assert all(here.state(part.id) is there.state(part.id) for part in house.parts)
        live = [part for part in house.parts if part.retired_at is None]
        reached = house.reached(student)
        late_comers = {part.id for part in live if part.added_at > reached.get(part.parent_id, part.added_at)}
        assert here.new == late_comers, "came in after their lesson was done"
        overdue = {part.id for part in live if syllabus.was_due(NOW, *named(part.id, part.parent_id))}
        assert here.audience.overdue == overdue
        late = {part.id for part in live if there.counts(part) and part.id in overdue}
        assert here.late == {part for part in late if there.state(part) is not State.done}
        assert here.audience.syllabus.assigned == syllabus.assigned
    done = {
        part.id: sum(standings[one.id].state(part.id) is State.done for one in house.students) for part in house.parts
    }
    counted = done_by(session, group.id)
    assert {part: counted.get(part, 0) for part in done} == done


def test_of_some_the_states_are_those_of_all(session: Session) -> None:
    house = House(session, 1917)
    every = states_of(session, house.group.id)
    two = [one.id for one in house.students[:2]]
    assert states_of(session, house.group.id, two) == {key: every[key] for key in two if key in every}
