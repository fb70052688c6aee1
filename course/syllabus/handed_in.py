"""What was handed in by everybody it was asked of: its dates stay where they were when meetings move."""

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from course.completion.models import Completion, State
from course.groups.models import Enrolment, Role, StudyGroup
from course.syllabus.assigned import is_for
from course.syllabus.models import Assignment


def handed_in(session: Session, group: StudyGroup) -> frozenset[int]:
    """Return the live assignments of GROUP that every student has done for whom they are; one for nobody is none.

    Who joins later, or unticks, has still to do it: then its dates follow the meetings again. One query."""
    done = and_(
        Completion.enrolment_id == Enrolment.id,
        Completion.activity_id == Assignment.activity_id,
        Completion.state == State.done,
    )
    rows = session.scalars(
        select(Assignment.id)
        .join(Enrolment, Enrolment.group_id == Assignment.group_id)
        .outerjoin(Completion, done)
        .where(Assignment.group_id == group.id, Assignment.withdrawn_at.is_(None))
        .where(Enrolment.left_at.is_(None), Enrolment.role == Role.student, is_for(Enrolment.id))
        .group_by(Assignment.id)
        .having(func.count(Enrolment.id) == func.count(Completion.id))
    )
    return frozenset(rows)
