"""What is assigned to whom."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, SubgroupMember
from course.syllabus.models import Assignment, AssignmentTarget


def _for_enrolment(enrolment: Enrolment) -> ColumnElement[bool]:
    """Return the condition that an assignment is for ENROLMENT: for its whole group, a subgroup of its, or itself."""
    of_it = AssignmentTarget.assignment_id == Assignment.id
    subgroups = select(SubgroupMember.subgroup_id).where(SubgroupMember.enrolment_id == enrolment.id)
    return or_(
        ~exists().where(of_it),
        exists().where(of_it, AssignmentTarget.enrolment_id == enrolment.id),
        exists().where(of_it, AssignmentTarget.subgroup_id.in_(subgroups)),
    )


def assigned_to(enrolment: Enrolment) -> Select[Any]:
    """Return the query for the live assignments of ENROLMENT."""
    return select(Assignment).where(
        Assignment.group_id == enrolment.group_id, Assignment.withdrawn_at.is_(None), _for_enrolment(enrolment)
    )


def required_activity_ids(session: Session, enrolment: Enrolment) -> frozenset[int]:
    """Return the activities assigned to ENROLMENT as required (a lesson stands for its required parts)."""
    assigned = assigned_to(enrolment).where(Assignment.required).with_only_columns(Assignment.activity_id)
    return frozenset(session.scalars(assigned))
