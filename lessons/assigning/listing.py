"""What is assigned in a study group, as those who plan see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from course.groups.models import Enrolment, StudyGroup, Subgroup, SubgroupMember
from course.outline.models import Activity
from course.relative import When
from course.syllabus.giving import is_of_meeting, whens_of
from course.syllabus.models import Assignment, Meeting, RuleException
from course.users.models import User
from lessons.models import Lesson, Reading


@dataclass(frozen=True, slots=True)
class Line:
    """An assignment: of what (in the lesson with that number, 0 for none), for whom by name (nobody: for all), when."""

    assignment: Assignment
    lesson: Activity | None
    number: int
    names: Sequence[str]
    whens: Mapping[str, When]
    #: The meeting at which it stands in the syllabus, where it is the lesson of one.
    meeting: Meeting | None
    #: How many members and subgroups it is due at another time for.
    excepted: int
    #: Where it is read, if it is outside.
    address: str | None

    @property
    def activity(self) -> Activity:
        """What is assigned."""
        return self.assignment.activity

    @property
    def is_over(self) -> bool:
        """Whether it was taken back."""
        return self.assignment.withdrawn_at is not None


def assigned_in(session: Session, group: StudyGroup) -> list[Line]:
    """Return all that is assigned in GROUP, by when it is due, and last what was taken back. Six queries."""
    rows = session.execute(
        _query(group.id).order_by(
            Assignment.withdrawn_at.is_not(None), Assignment.due_at.is_(None), Assignment.due_at, Assignment.id
        )
    ).all()
    return _lines(session, group, [tuple(row) for row in rows])


def _query(group_id: int):  # type: ignore[no-untyped-def]
    lesson = aliased(Activity)
    return (
        select(Assignment, lesson, Lesson.number, Meeting, Reading.address)
        .join(Assignment.activity)
        .outerjoin(lesson, lesson.id == func.coalesce(Activity.parent_id, Activity.id))
        .outerjoin(Lesson, Lesson.activity_id == lesson.id)
        .outerjoin(Meeting, Meeting.id == Assignment.meeting_id)
        .outerjoin(Reading, Reading.activity_id == Activity.id)
        .where(Assignment.group_id == group_id)
        .options(joinedload(Assignment.activity), selectinload(Assignment.targets))
    )


def _lines(session: Session, group: StudyGroup, rows: Sequence[tuple]) -> list[Line]:  # type: ignore[type-arg]
    assignments = [row[0] for row in rows]
    names, whens = names_of(session, group.id, assignments), whens_of(session, group, assignments)
    excepted = _excepted(session, group.id)
    return [
        Line(
            assignment,
            lesson if number else None,
            number or 0,
            names[assignment.id],
            whens[assignment.id],
            meeting if is_of_meeting(assignment.activity, assignment) else None,
            excepted.get(assignment.activity_id, 0),
            address,
        )
        for assignment, lesson, number, meeting, address in rows
    ]


def names_of(session: Session, group_id: int, assignments: Sequence[Assignment]) -> dict[int, list[str]]:
    """Return assignment -> the names of the subgroups and members it is for, whole groups none. Two queries.

    Of a subgroup without a name they are those of its members; somebody who left is still named."""
    targets = [target for one in assignments for target in one.targets]
    people = {target.enrolment_id for target in targets if target.enrolment_id is not None}
    subgroups: dict[int, list[str]] = {}
    rows = session.execute(
        select(Subgroup.id, Subgroup.name, User.name)
        .outerjoin(SubgroupMember, (SubgroupMember.subgroup_id == Subgroup.id) & Subgroup.name.is_(None))
        .outerjoin(Enrolment, Enrolment.id == SubgroupMember.enrolment_id)
        .outerjoin(User, User.id == Enrolment.user_id)
        .where(Subgroup.group_id == group_id)
        .order_by(Subgroup.id, User.name)
    )
    for subgroup_id, name, member in rows:
        if (said := name or member) is not None:
            subgroups.setdefault(subgroup_id, []).append(said)
    users = select(Enrolment.id, User.name).join(User, User.id == Enrolment.user_id).where(Enrolment.id.in_(people))
    members = {key: name or "" for key, name in session.execute(users)}
    found: dict[int, list[str]] = {one.id: [] for one in assignments}
    for target in targets:
        if target.enrolment_id is not None:
            found[target.assignment_id].append(members[target.enrolment_id])
        else:
            found[target.assignment_id] += subgroups.get(target.subgroup_id or 0, [])
    return {key: sorted(one) for key, one in found.items()}


def _excepted(session: Session, group_id: int) -> dict[int, int]:
    """Return activity -> how many members and subgroups of the group something else holds for. One query."""
    members = select(Enrolment.id).where(Enrolment.group_id == group_id)
    subgroups = select(Subgroup.id).where(Subgroup.group_id == group_id)
    rows = session.execute(
        select(
            RuleException.activity_id,
            func.count(RuleException.enrolment_id.distinct()) + func.count(RuleException.subgroup_id.distinct()),
        )
        .where(RuleException.revoked_at.is_(None))
        .where(or_(RuleException.enrolment_id.in_(members), RuleException.subgroup_id.in_(subgroups)))
        .group_by(RuleException.activity_id)
    )
    return {activity_id: int(count) for activity_id, count in rows}


def is_past(line: Line, now: datetime) -> bool:
    """Return whether LINE was due before NOW."""
    return line.assignment.due_at is not None and line.assignment.due_at < now


def audience_of(session: Session, given: Assignment) -> list[str]:
    """Return whom GIVEN is for, as a form says it: the members of a subgroup without a name stand there themselves."""
    subgroups = [one.subgroup_id for one in given.targets if one.subgroup_id is not None]
    rows = session.execute(
        select(Subgroup.id, Subgroup.name, SubgroupMember.enrolment_id)
        .outerjoin(SubgroupMember, (SubgroupMember.subgroup_id == Subgroup.id) & Subgroup.name.is_(None))
        .where(Subgroup.id.in_(subgroups))
        .order_by(Subgroup.id, SubgroupMember.id)
    ).all()
    members = [one.enrolment_id for one in given.targets if one.enrolment_id is not None]
    members += [enrolment_id for _key, name, enrolment_id in rows if name is None and enrolment_id is not None]
    named = [f"subgroup-{key}" for key, name, _member in rows if name is not None]
    return [*named, *(f"member-{key}" for key in members)]
