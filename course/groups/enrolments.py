"""Which enrolment an act or a page belongs to, and how one comes about."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, contains_eager, joinedload

from course.base.held import HELD, once
from course.groups.models import Enrolment, Role
from course.notices.models import Notice
from course.outline.models import Course
from course.users.models import SignIn, User
from course.users.sign_ins import SIGN_IN, live_sign_in, opened_by

#: What a page or a form says instead of a group's slug to mean one's place alone. No group may be called so.
ALONE = "alone"


class Places(NamedTuple):
    """The places of a user that have not ended, the last used first, with group and course; and how many notices they
    have not seen."""

    live: Sequence[Enrolment]
    unread: int


def _with_places(users: Select[Any]) -> Select[Any]:
    """Return the query for USERS with each of their places, and how many notices they have not seen."""
    unread = select(func.count(Notice.id)).where(Notice.user_id == User.id, Notice.seen_at.is_(None))
    return (
        users.add_columns(Enrolment, unread.correlate(User).scalar_subquery())
        .outerjoin(Enrolment, and_(Enrolment.user_id == User.id, Enrolment.left_at.is_(None)))
        .outerjoin(Enrolment.group)
        .outerjoin(Enrolment.course)
        .options(contains_eager(Enrolment.group), contains_eager(Enrolment.course))
        .order_by(Enrolment.used_at.desc(), Enrolment.id.desc())
    )


_PLACES = _with_places(select(User.id).where(User.id == bindparam("user_id")))
_SIGN_IN_AND_PLACES = _with_places(SIGN_IN)


def sign_in_with_places(session: Session, token: str, now: datetime) -> SignIn | None:
    """Return what `live_sign_in` returns; where SESSION only looks, `places_of` its user are known with it. One query,
    for every page asks for both."""
    if HELD not in session.info:
        return live_sign_in(session, token, now=now)
    rows = session.execute(_SIGN_IN_AND_PLACES, opened_by(token, now)).all()
    if not rows:
        return None
    sign_in: SignIn = rows[0][0]
    once(session, _known_as(sign_in.user_id), partial(_places, rows))
    return sign_in


def places_of(session: Session, user_id: int) -> Places:
    """Return the places of a user, and what the head of each of their pages says. One query while a page is made."""
    asked = {"user_id": user_id}
    return once(session, _known_as(user_id), lambda: _places(session.execute(_PLACES, asked).all()))


def _known_as(user_id: int) -> tuple[str, int]:
    return "places", user_id


def _places(rows: Sequence[Any]) -> Places:
    return Places([place for _user, place, _unread in rows if place is not None], rows[0][2] if rows else 0)


def courses_of(session: Session, user: User) -> list[Course]:
    """Return the courses in which USER has a place, each once."""
    return list({place.course_id: place.course for place in places_of(session, user.id).live}.values())


def live_enrolments(session: Session, user: User, course: Course) -> Sequence[Enrolment]:
    """Return the enrolments of USER in COURSE that have not ended, the last used first, with their groups."""
    return [place for place in places_of(session, user.id).live if place.course_id == course.id]


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


def choose(enrolments: Sequence[Enrolment], place: str | None) -> Enrolment | None:
    """Return which of ENROLMENTS (the last used first) a page means.

    PLACE is a group's slug or ALONE; without one it is the last used, of those whose group is not archived. None where
    the place named is not among them, or there is none at all."""
    if place == ALONE:
        return next((one for one in enrolments if one.group is None), None)
    if place:
        return next((one for one in enrolments if one.group and one.group.slug == place), None)
    return next((one for one in enrolments if one.group is None or one.group.archived_at is None), None)


def members_of(session: Session, group_id: int | None) -> Sequence[Enrolment]:
    """Return the live places in a study group, with their users: tutors first, then by name."""
    theirs = (
        select(Enrolment)
        .join(Enrolment.user)
        .where(Enrolment.group_id == group_id, Enrolment.left_at.is_(None))
        .options(contains_eager(Enrolment.user))
        .order_by(Enrolment.role.desc(), User.name, Enrolment.id)
    )
    return session.scalars(theirs).all()


def has_tutor(session: Session, group_id: int | None) -> bool:
    """Return whether a study group has a tutor. One query, none for who studies alone."""
    if group_id is None:
        return False
    tutors = (Enrolment.group_id == group_id, Enrolment.left_at.is_(None), Enrolment.role == Role.tutor)
    return bool(session.scalar(select(exists().where(*tutors))))


def leaders_of(session: Session, group_id: int) -> Sequence[Enrolment]:
    """Return the live places of the organisers and tutors of a study group."""
    theirs = select(Enrolment).where(
        Enrolment.group_id == group_id,
        Enrolment.left_at.is_(None),
        or_(Enrolment.organiser, Enrolment.role == Role.tutor),
    )
    return session.scalars(theirs.order_by(Enrolment.id)).all()


def live_places_of(session: Session, user: User) -> Sequence[Enrolment]:
    """Return the places of USER that have not ended, with group and course, the last used first."""
    return places_of(session, user.id).live


def former_places_of(session: Session, user: User) -> Sequence[Enrolment]:
    """Return the places of USER that have ended, with group and course, the last ended first."""
    mine = (
        select(Enrolment)
        .where(Enrolment.user_id == user.id, Enrolment.left_at.is_not(None))
        .options(joinedload(Enrolment.group), joinedload(Enrolment.course))
        .order_by(Enrolment.left_at.desc(), Enrolment.id.desc())
    )
    return session.scalars(mine).all()
