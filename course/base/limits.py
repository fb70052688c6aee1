"""Limits on how often something may be tried, counted in the database so that all processes count together."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import UniqueConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from course.base.db import Base
from course.base.errors import TooMany
from course.base.words import _

WINDOW = timedelta(minutes=15)


class TryCount(Base):
    """How often one thing was tried in one stretch of time. The key is hashed: no address or name is kept."""

    __tablename__ = "try_count"
    __table_args__ = (UniqueConstraint("key", "begins_at"),)

    key: Mapped[str]
    begins_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int]
    #: When it was last tried, where the next try has to wait for that.
    last_at: Mapped[datetime | None]


def count_try(session: Session, what: str, who: str, *, most: int, now: datetime) -> None:
    """Count one try of WHAT by WHO; raise TooMany where there were MOST in this quarter of an hour already."""
    key = hashlib.sha256(f"{what}:{who}".encode()).hexdigest()
    begins = datetime.fromtimestamp(now.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), tz=now.tzinfo)
    here = (TryCount.key == key, TryCount.begins_at == begins)
    if not session.execute(update(TryCount).where(*here).values(tries=TryCount.tries + 1)).rowcount:  # type: ignore[attr-defined]
        try:
            with session.begin_nested():
                session.add(TryCount(key=key, begins_at=begins, tries=1))
        except IntegrityError:  # somebody else was first
            session.execute(update(TryCount).where(*here).values(tries=TryCount.tries + 1))
    if (session.scalar(select(func.max(TryCount.tries)).where(*here)) or 0) > most:
        raise TooMany(_("Please wait a quarter of an hour and try again. Nothing is lost."))


def forget_tries(session: Session, *, now: datetime) -> None:
    """Delete the counts of stretches that are over."""
    session.execute(delete(TryCount).where(TryCount.begins_at < now - 2 * WINDOW))
