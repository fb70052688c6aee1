"""The trace that a tutor's look at what somebody did leaves behind, for whom was looked at."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from course.completion.models import Look
from course.groups.models import Enrolment

#: Looks of one tutor at one enrolment within this time are one look.
ONE_LOOK = timedelta(minutes=10)


def note_look(session: Session, enrolment_id: int, by_id: int, *, now: datetime) -> None:
    """Note that the user BY_ID looked at an enrolment, unless that was noted a moment ago."""
    # Two pages opened at once are one look: the second waits here for the first.
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
    since = select(Look.id).where(Look.enrolment_id == enrolment_id, Look.by_id == by_id, Look.at > now - ONE_LOOK)
    if session.scalar(since.limit(1)) is None:
        session.add(Look(enrolment_id=enrolment_id, by_id=by_id, at=now))
        session.flush()


def note_looks(session: Session, enrolment_ids: Collection[int], by_id: int, *, now: datetime) -> None:
    """Note the same of many enrolments at once, as of whoever takes all their answers out. Three queries."""
    locked = select(Enrolment.id).where(Enrolment.id.in_(enrolment_ids)).order_by(Enrolment.id).with_for_update()
    found = session.scalars(locked).all()
    recent = select(Look.enrolment_id).where(Look.by_id == by_id, Look.at > now - ONE_LOOK)
    noted = set(session.scalars(recent.where(Look.enrolment_id.in_(found))))
    if looks := [{"enrolment_id": one, "by_id": by_id, "at": now} for one in found if one not in noted]:
        session.execute(insert(Look), looks)


def looks_at(session: Session, enrolment: Enrolment, *, most: int) -> Sequence[Look]:
    """Return the last looks at ENROLMENT, so many at the MOST, with who looked, the newest first."""
    found = select(Look).where(Look.enrolment_id == enrolment.id).options(joinedload(Look.by))
    return session.scalars(found.order_by(Look.at.desc(), Look.id.desc()).limit(most)).all()
