"""Which enrolment an act or a page belongs to, and how one comes about."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from course.groups.models import Enrolment
from course.outline.models import Course
from course.users.models import User


def live_enrolments(session: Session, user: User, course: Course) -> Sequence[Enrolment]:
    """Return the enrolments of USER in COURSE that have not ended, the last used first, with their groups."""
    mine = (
        select(Enrolment)
        .where(Enrolment.user_id == user.id, Enrolment.course_id == course.id, Enrolment.left_at.is_(None))
        .options(joinedload(Enrolment.group))
        .order_by(Enrolment.used_at.desc(), Enrolment.id.desc())
    )
    return session.scalars(mine).all()


def enrol_alone(session: Session, user: User, course: Course, *, now: datetime) -> Enrolment:
    """Return the live solo enrolment of USER in COURSE, making it where there is none."""
    mine = select(Enrolment).where(
        Enrolment.user_id == user.id,
        Enrolment.course_id == course.id,
        Enrolment.group_id.is_(None),
        Enrolment.left_at.is_(None),
    )
    if (found := session.scalar(mine)) is not None:
        return found
    enrolment = Enrolment(user=user, course=course, joined_at=now, used_at=now)
    try:
        with session.begin_nested():
            session.add(enrolment)
    except IntegrityError:  # another request of the same user was first
        return session.scalars(mine).one()
    return enrolment


def choose(enrolments: Sequence[Enrolment], group_slug: str | None) -> Enrolment | None:
    """Return which of ENROLMENTS (the last used first) a page means: that of the group named, else the last used.

    None where the named group is not among them, or there is none at all."""
    if group_slug:
        return next((one for one in enrolments if one.group and one.group.slug == group_slug), None)
    return enrolments[0] if enrolments else None
