"""What of a group's assignments those who plan may have. What is not there does not exist: NotFound."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from course.base.db import LARGEST_ID
from course.base.errors import NotFound
from course.groups.access import acting_planner, planner
from course.groups.models import Enrolment, StudyGroup, Subgroup
from course.outline.models import Activity
from course.syllabus.models import Assignment, RuleException


def planning(session: Session, slug: str, *, writing: bool = True) -> tuple[Enrolment, StudyGroup]:
    """Return the place of a planner of the group SLUG who asks, and the group.

    Raise Forbidden for another member; WRITING also Archived where the group is over."""
    mine = acting_planner(session, slug) if writing else planner(session, slug)
    assert mine.group is not None
    return mine, mine.group


def assignment_in(session: Session, group: StudyGroup, assignment_id: int) -> Assignment:
    """Return the assignment of that id in GROUP, taken back or not, with its activity and targets; raise NotFound."""
    found = session.scalar(
        select(Assignment)
        .where(Assignment.id == min(assignment_id, LARGEST_ID), Assignment.group_id == group.id)
        .options(joinedload(Assignment.activity).joinedload(Activity.parent), selectinload(Assignment.targets))
    )
    if found is None:
        raise NotFound
    return found


def activity_in(session: Session, group: StudyGroup, activity_id: int) -> Activity:
    """Return the activity of that id that was assigned in GROUP, itself or with its lesson; raise NotFound."""
    given = select(Assignment.activity_id).where(Assignment.group_id == group.id)
    is_given = or_(Activity.id.in_(given), and_(Activity.parent_id.in_(given), Activity.group_id.is_(None)))
    found = session.scalar(
        select(Activity)
        .where(Activity.id == min(activity_id, LARGEST_ID), is_given)
        .options(joinedload(Activity.parent), selectinload(Activity.parts))
    )
    if found is None:
        raise NotFound
    return found


def exception_in(
    session: Session, group: StudyGroup, activity: Activity, exception_id: int
) -> tuple[RuleException, Enrolment | Subgroup]:
    """Return the exception of that id at ACTIVITY, and for whom in GROUP it is; raise NotFound."""
    found = session.get(RuleException, min(exception_id, LARGEST_ID))
    if found is None or found.activity_id != activity.id:
        raise NotFound
    audience = found.enrolment or found.subgroup
    if audience is None or audience.group_id != group.id:
        raise NotFound
    return found, audience
