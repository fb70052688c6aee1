"""Private addresses at which calendars read: one for all of a user's dates, one for each study group."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from course.base.web import hash_of_secret, new_secret
from course.groups.models import StudyGroup
from course.syllabus.models import CalendarFeed
from course.users.models import User


class Feed(NamedTuple):
    """A feed that works, whose it is, and of which group: None for all."""

    row: CalendarFeed
    user: User
    group: StudyGroup | None


def feeds_of(session: Session, user: User) -> Sequence[Feed]:
    """Return the feeds of USER that work, the oldest first."""
    return [Feed(*row) for row in session.execute(_live().where(User.id == user.id).order_by(CalendarFeed.id))]


def feed_of(session: Session, token: str) -> Feed | None:
    """Return the feed of TOKEN, None where none works that has it."""
    row = session.execute(_live().where(CalendarFeed.token_hash == hash_of_secret(token))).one_or_none()
    return Feed(*row) if row else None


def _live() -> Select[CalendarFeed, User, StudyGroup]:
    return (
        select(CalendarFeed, User, StudyGroup)
        .join(User, User.id == CalendarFeed.user_id)
        .outerjoin(StudyGroup, StudyGroup.id == CalendarFeed.group_id)
        .where(CalendarFeed.revoked_at.is_(None), User.erased_at.is_(None))
    )


def make_feed(session: Session, user: User, group_id: int | None, *, now: datetime) -> str:
    """Return the token of a new feed of USER, kept nowhere; the one that was there before works no longer."""
    session.execute(select(User.id).where(User.id == user.id).with_for_update())  # one at a time: two would both be new
    revoke_feed(session, user, group_id, now=now)
    token = new_secret()
    session.add(CalendarFeed(user_id=user.id, group_id=group_id, token_hash=hash_of_secret(token), made_at=now))
    session.flush()
    return token


def revoke_feed(session: Session, user: User, group_id: int | None, *, now: datetime) -> None:
    """Let the feed of USER, of all or of that group, work no longer. Revoking twice is once."""
    its = CalendarFeed.group_id.is_(None) if group_id is None else CalendarFeed.group_id == group_id
    session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.user_id == user.id, CalendarFeed.revoked_at.is_(None), its)
        .values(revoked_at=now)
    )
