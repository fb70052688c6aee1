"""Which subgroups and divisions a planner may have. What is not of the group does not exist: NotFound."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.models import Division, Enrolment, Subgroup


def subgroup_in(session: Session, planner: Enrolment, subgroup_id: int) -> Subgroup:
    """Return the subgroup of that id, which has a name, of the group of PLANNER."""
    found = session.get(Subgroup, min(subgroup_id, LARGEST_ID))
    if found is None or found.group_id != planner.group_id or found.name is None:
        raise NotFound
    return found


def division_in(session: Session, planner: Enrolment, number: int) -> Division:
    """Return the division of that NUMBER of the group of PLANNER."""
    of_group = (Division.group_id == planner.group_id, Division.number == min(number, 2**31 - 1))
    found = session.scalar(select(Division).where(*of_group))
    if found is None:
        raise NotFound
    return found
