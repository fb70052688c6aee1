"""What is assigned to whom."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, case, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from course.groups.models import Enrolment, SubgroupMember
from course.rules import Level
from course.syllabus.models import Assignment, AssignmentTarget


class Given(NamedTuple):
    """What is assigned to one enrolment: an activity, at which meeting, whether required, when it and replies are due.

    `level` says how near the assignment is: for itself, a subgroup of its, or its whole group; `note` why."""

    enrolment_id: int
    activity_id: int
    meeting_id: int | None
    required: bool
    due_at: datetime | None
    reply_due_at: datetime | None
    level: Level
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    note: str = ""


def is_for(enrolment_id: InstrumentedAttribute[int] | int) -> ColumnElement[bool]:
    """Return the condition that an assignment is for an enrolment: for its whole group, a subgroup of its, or itself.

    ENROLMENT_ID is that of one, or the column of a query about many, however deep in it this stands."""
    of_it = _of_it()
    in_subgroup = SubgroupMember.subgroup_id == AssignmentTarget.subgroup_id
    targets = (
        exists().where(of_it, AssignmentTarget.enrolment_id == enrolment_id),
        exists().where(of_it, in_subgroup, SubgroupMember.enrolment_id == enrolment_id),
    )
    its = (one.correlate_except(AssignmentTarget, SubgroupMember) for one in targets)
    return or_(~exists().where(of_it), *its)


def subgroup_given(
    enrolment_id: InstrumentedAttribute[int] | int, activity_ids: Callable[[type[Assignment]], ColumnElement[bool]]
) -> ScalarSelect[int | None]:
    """Return in which subgroup an enrolment does what is asked of it: the one to which the latest assignment is given
    that is for it by a subgroup; none where there is no such.

    ENROLMENT_ID is as for `is_for`. ACTIVITY_IDS says, of an assignment, whether it is one of those meant."""
    given, target, place = aliased(Assignment), aliased(AssignmentTarget), aliased(SubgroupMember)
    query = (
        select(target.subgroup_id)
        .join(given, given.id == target.assignment_id)
        .join(place, place.subgroup_id == target.subgroup_id)
        .where(place.enrolment_id == enrolment_id, given.withdrawn_at.is_(None), activity_ids(given))
        .order_by(given.id.desc(), target.subgroup_id.desc())
        .limit(1)
    )
    return query.correlate_except(given, target, place).scalar_subquery()


def _of_it() -> ColumnElement[bool]:
    return AssignmentTarget.assignment_id == Assignment.id


def level_for() -> ColumnElement[int]:
    """Return how near an assignment, which is for an enrolment of the query, is to it."""
    return case(
        (~exists().where(_of_it()), Level.group_assignment.value),
        (exists().where(_of_it(), AssignmentTarget.enrolment_id == Enrolment.id), Level.user_assignment.value),
        else_=Level.subgroup_assignment.value,
    )


def given_to(session: Session, enrolments: Collection[Enrolment]) -> dict[int, list[Given]]:
    """Return what is assigned to each of ENROLMENTS, by its id. One query, none where all study alone."""
    in_groups = [one.id for one in enrolments if one.group_id is not None]
    found: dict[int, list[Given]] = {one.id: [] for one in enrolments}
    if not in_groups:
        return found
    for given in (Given(*row) for row in session.execute(_given(), {"enrolments": in_groups})):
        found[given.enrolment_id].append(given._replace(level=Level(given.level)))
    return found


@cache
def _given() -> Any:
    return (
        select(
            Enrolment.id,
            Assignment.activity_id,
            Assignment.meeting_id,
            Assignment.required,
            Assignment.due_at,
            Assignment.reply_due_at,
            level_for(),
            Assignment.opens_at,
            Assignment.closes_at,
            Assignment.note,
        )
        .join(Assignment, Assignment.group_id == Enrolment.group_id)
        .where(Enrolment.id.in_(bindparam("enrolments", expanding=True)))
        .where(Assignment.withdrawn_at.is_(None), is_for(Enrolment.id))
        .order_by(Assignment.id)
    )
