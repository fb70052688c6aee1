"""The layers of a rule: what exceptions and assignments say of one activity for one enrolment (RULES, section 6)."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from course.base.words import _
from course.groups.models import Enrolment, SubgroupMember
from course.outline.models import Activity
from course.rules import Layer, Level
from course.syllabus.assigned import assigned_to
from course.syllabus.models import Assignment, RuleException

#: Whose rule a layer is, in words.
WHOSE = {
    Level.user_exception: _("An exception for you"),
    Level.subgroup_exception: _("An exception for your subgroup"),
    Level.user_assignment: _("Assigned to you"),
    Level.subgroup_assignment: _("Assigned to your subgroup"),
    Level.group_assignment: _("Assigned to your study group"),
}


def layers(session: Session, enrolment: Enrolment, activity: Activity) -> list[Layer]:
    """Return what is said of ACTIVITY for ENROLMENT, the nearest first; its own rule is for its room to add."""
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
    return sorted(found, key=lambda layer: (layer.level, layer.field))


def _excepted(exception: RuleException) -> Layer:
    value = exception.value.get("value")
    if exception.field in {"open", "due", "reply_due", "close"} and value is not None:
        value = datetime.fromisoformat(value)
    elif exception.field == "time_limit" and value is not None:
        value = timedelta(seconds=value)
    level = Level.user_exception if exception.enrolment_id is not None else Level.subgroup_exception
    return Layer(level, exception.field, value, WHOSE[level], exception.reason)


def _assigned(assignment: Assignment, enrolment: Enrolment) -> list[Layer]:
    """Return what ASSIGNMENT, which is for ENROLMENT, says; a date that it leaves open is said by nobody."""
    if not assignment.targets:
        level = Level.group_assignment
    elif any(target.enrolment_id == enrolment.id for target in assignment.targets):
        level = Level.user_assignment
    else:
        level = Level.subgroup_assignment
    dates = {
        "open": assignment.opens_at,
        "due": assignment.due_at,
        "reply_due": assignment.reply_due_at,
        "close": assignment.closes_at,
    }
    return [
        Layer(level, field, value, WHOSE[level], assignment.note or None)
        for field, value in dates.items()
        if value is not None
    ]
