"""The layers of a rule: what exceptions and assignments say of one activity for one enrolment (RULES, section 6)."""

import enum
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from course.groups.models import Enrolment, SubgroupMember
from course.outline.models import Activity
from course.syllabus.assigned import assigned_to
from course.syllabus.models import Assignment, RuleException


class Whose(enum.IntEnum):
    """Whose rule a layer is; the nearer to the user, the smaller. What an activity says itself comes last."""

    user = 1
    subgroup = 2
    assigned_to_user = 3
    assigned_to_subgroup = 4
    assigned_to_group = 5


class Layer(NamedTuple):
    """One field (of `EXCEPTED_FIELDS`) of a rule, its value (None: no limit), whose rule it is and why."""

    field: str
    value: Any
    whose: Whose
    why: str


def layers(session: Session, enrolment: Enrolment, activity: Activity) -> list[Layer]:
    """Return what is said of ACTIVITY for ENROLMENT, the nearest first. Moments are aware, limits are seconds."""
    subgroups = select(SubgroupMember.subgroup_id).where(SubgroupMember.enrolment_id == enrolment.id)
    exceptions = session.scalars(
        select(RuleException)
        .where(RuleException.activity_id == activity.id, RuleException.revoked_at.is_(None))
        .where(or_(RuleException.enrolment_id == enrolment.id, RuleException.subgroup_id.in_(subgroups)))
    )
    found = [_excepted(exception) for exception in exceptions]
    if enrolment.group_id is not None:
        wanted = {activity.id, activity.parent_id} - {None}
        assigned = (
            assigned_to(enrolment).where(Assignment.activity_id.in_(wanted)).options(selectinload(Assignment.targets))
        )
        found += [layer for row in session.scalars(assigned) for layer in _assigned(row, enrolment)]
    return sorted(found, key=lambda layer: (layer.whose, layer.field))


def _excepted(exception: RuleException) -> Layer:
    value = exception.value.get("value")
    if exception.field in {"open", "due", "reply_due", "close"} and value is not None:
        value = datetime.fromisoformat(value)
    whose = Whose.user if exception.enrolment_id is not None else Whose.subgroup
    return Layer(exception.field, value, whose, exception.reason)


def _assigned(assignment: Assignment, enrolment: Enrolment) -> list[Layer]:
    """Return what ASSIGNMENT, which is for ENROLMENT, says; a date that it leaves open is said by nobody."""
    if not assignment.targets:
        whose = Whose.assigned_to_group
    elif any(target.enrolment_id == enrolment.id for target in assignment.targets):
        whose = Whose.assigned_to_user
    else:
        whose = Whose.assigned_to_subgroup
    dates = {
        "open": assignment.opens_at,
        "due": assignment.due_at,
        "reply_due": assignment.reply_due_at,
        "close": assignment.closes_at,
    }
    return [Layer(field, value, whose, assignment.note) for field, value in dates.items() if value is not None]
