"""Telling those for whom an exception is that something is due, opens or closes at another moment for them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.groups.models import Enrolment, Subgroup, SubgroupMember
from course.notices.records import MOVED, tell_anew, untell
from course.outline.models import Activity
from course.syllabus.models import RuleException


def tell_moved(
    session: Session, audience: Enrolment | Subgroup, exception: RuleException, *, by_id: int, now: datetime
) -> None:
    """Tell AUDIENCE of EXCEPTION, that it holds or no longer does; but not whoever did it."""
    if isinstance(audience, Enrolment):
        told = {audience.user_id}
    else:
        members = select(SubgroupMember.enrolment_id).where(SubgroupMember.subgroup_id == audience.id)
        live = select(Enrolment.user_id).where(Enrolment.id.in_(members), Enrolment.left_at.is_(None))
        told = set(session.scalars(live))
    tell_anew(session, told - {by_id}, MOVED, f"exception:{exception.id}", now=now)


def untell_moved(session: Session, activity: Activity, audience: Enrolment | Subgroup, fields: Collection[str]) -> None:
    """Forget what was told until now of exceptions from FIELDS at ACTIVITY for AUDIENCE: what is told next stands for
    all of it."""
    mine = {"enrolment_id" if isinstance(audience, Enrolment) else "subgroup_id": audience.id}
    before = select(RuleException.id).filter_by(activity_id=activity.id, **mine)
    refs = [f"exception:{key}" for key in session.scalars(before.where(RuleException.field.in_(fields)))]
    untell(session, MOVED, refs)
