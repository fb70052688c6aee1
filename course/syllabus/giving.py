"""Giving a study group something of its own to do, besides the lessons of its meetings (`planning`)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from course.groups.models import Enrolment, Role, StudyGroup, Subgroup, SubgroupMember
from course.notices.records import ASSIGNED, tell_anew
from course.outline.models import Activity, ActivityKind
from course.rules import due_instant
from course.syllabus.models import Assignment, AssignmentTarget, Meeting


class Terms(NamedTuple):
    """Until when and for whom something is given: by a meeting or a day, or by no day; to all, or to those named."""

    meeting_id: int | None
    day: date | None
    required: bool
    subgroups: frozenset[int] = frozenset()
    members: frozenset[int] = frozenset()


def given_in(session: Session, activity: Activity) -> Assignment | None:
    """Return the last assignment of ACTIVITY, which is a group's own, with its targets; it may be withdrawn."""
    its = select(Assignment).where(Assignment.activity_id == activity.id).order_by(Assignment.id.desc()).limit(1)
    return session.scalar(its.options(selectinload(Assignment.targets)))


def give(
    session: Session, group: StudyGroup, activity: Activity, terms: Terms, note: str, *, by_id: int, now: datetime
) -> Assignment:
    """Return the assignment of ACTIVITY, which is GROUP's own, on TERMS with a NOTE: the one there is, or a new one.

    Students for whom it is are told; those who were told of it before, only where it is due at another time."""
    assignment = given_in(session, activity)
    told_before = set() if assignment is None else set(_students(session, assignment))
    due_before = None if assignment is None or assignment.withdrawn_at else (assignment.due_at, assignment.meeting_id)
    if assignment is None:
        own = {"group_id": group.id, "course_id": group.course_id, "activity_id": activity.id}
        assignment = Assignment(**own, made_by_id=by_id, made_at=now)
        session.add(assignment)
    assignment.meeting_id, assignment.required, assignment.note = terms.meeting_id, terms.required, note
    assignment.due_at, assignment.withdrawn_at = _due(session, group, terms), None
    session.flush()
    _aim(session, assignment, terms)
    same = due_before == (assignment.due_at, assignment.meeting_id)
    told = set(_students(session, assignment)) - (told_before if same else set()) - {by_id}
    tell_anew(session, told, ASSIGNED, f"assignment:{assignment.id}", now=now)
    return assignment


def take_back(session: Session, assignment: Assignment, *, now: datetime) -> None:
    """Ask ASSIGNMENT of nobody any longer. Work on it stays, and stays open to who did it."""
    assignment.withdrawn_at = assignment.withdrawn_at or now
    session.flush()


def follow_meetings(session: Session, group: StudyGroup) -> None:
    """Let what is GROUP's own and given for a meeting be due at the end of its day, wherever that is now."""
    rows = session.execute(
        select(Assignment, Meeting.day)
        .join(Meeting, Meeting.id == Assignment.meeting_id)
        .join(Activity, Activity.id == Assignment.activity_id)
        .where(Assignment.group_id == group.id, Assignment.withdrawn_at.is_(None))
        .where(Activity.group_id == group.id, Activity.kind == ActivityKind.reading)
    )
    for assignment, day in rows:
        assignment.due_at = due_instant(day, ZoneInfo(group.zone))
    session.flush()


def named_subgroups(session: Session, group_id: int) -> Sequence[Subgroup]:
    """Return the subgroups of a group that have a name, by it."""
    theirs = select(Subgroup).where(Subgroup.group_id == group_id, Subgroup.name.is_not(None))
    return session.scalars(theirs.order_by(Subgroup.name)).all()


def _due(session: Session, group: StudyGroup, terms: Terms) -> datetime | None:
    day = terms.day
    if terms.meeting_id is not None:
        day = session.get_one(Meeting, terms.meeting_id).day
    return None if day is None else due_instant(day, ZoneInfo(group.zone))


def _aim(session: Session, assignment: Assignment, terms: Terms) -> None:
    its = select(AssignmentTarget).where(AssignmentTarget.assignment_id == assignment.id)
    there = {(row.subgroup_id, row.enrolment_id): row for row in session.scalars(its)}
    wanted = {*((key, None) for key in terms.subgroups), *((None, key) for key in terms.members)}
    for who, row in there.items():
        if who not in wanted:
            session.delete(row)
    own = {"assignment_id": assignment.id, "group_id": assignment.group_id}
    session.add_all(
        AssignmentTarget(**own, subgroup_id=subgroup, enrolment_id=member) for subgroup, member in wanted - there.keys()
    )
    session.flush()
    session.expire(assignment, ["targets"])


def _students(session: Session, assignment: Assignment) -> Sequence[int]:
    """Return the ids of the students, as users, for whom ASSIGNMENT is."""
    students = select(Enrolment.user_id).where(
        Enrolment.group_id == assignment.group_id, Enrolment.left_at.is_(None), Enrolment.role == Role.student
    )
    targets = select(AssignmentTarget).where(AssignmentTarget.assignment_id == assignment.id)
    rows = session.scalars(targets).all()
    if rows:
        subgroups = [row.subgroup_id for row in rows if row.subgroup_id is not None]
        members = [row.enrolment_id for row in rows if row.enrolment_id is not None]
        in_them = select(SubgroupMember.enrolment_id).where(SubgroupMember.subgroup_id.in_(subgroups))
        students = students.where(Enrolment.id.in_(members) | Enrolment.id.in_(in_them))
    return session.scalars(students).all()
