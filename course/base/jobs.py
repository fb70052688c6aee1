"""Work done after the answer has left: a table of jobs, and the functions a worker process calls.

A job is added in the transaction of the request that wants it, so it leaves only if that is committed.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from course.base.db import Base, Database, partial

log = logging.getLogger(__name__)

#: How long a worker may take over one job before another may try it.
LEASE = timedelta(minutes=5)
#: A job is tried so often, each time after a longer wait, and then left with its error for the administrator.
MAX_TRIES = 6


class Job(Base):
    """Something to do once `run_at` has come. `key` makes a job that must stand only once unique while it waits."""

    __tablename__ = "job"
    __table_args__ = (
        Index("one_waiting_of_that_key", "key", unique=True, **partial(done_at=None, failed_at=None)),
        Index("ix_job_waiting", "run_at", **partial(done_at=None, failed_at=None)),
        CheckConstraint("tries >= 0", name="tries_not_negative"),
    )

    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    key: Mapped[str | None]
    run_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]


#: Does one kind of job. It opens its own transactions, so that slow work (mail) holds none.
Work = Callable[[Database, dict[str, Any], datetime], None]


def add_job(session: Session, kind: str, payload: dict[str, Any], *, run_at: datetime, key: str | None = None) -> None:
    """Add a job of KIND. With a KEY that already waits, the waiting one is kept and nothing is added."""
    if key is not None:
        waiting = select(Job.id).where(Job.key == key, Job.done_at.is_(None), Job.failed_at.is_(None))
        if session.scalar(waiting) is not None:
            return
    session.add(Job(kind=kind, payload=payload, key=key, run_at=run_at))
    session.flush()


def run_due_jobs(database: Database, work: Mapping[str, Work], *, now: Callable[[], datetime], limit: int = 100) -> int:
    """Do up to LIMIT jobs that are due, one after the other; return how many were tried.

    Each is leased in one short transaction and settled in another, so a worker killed in between loses nothing: the
    lease runs out and the job is tried again. Work must therefore bear being done twice.
    """
    for tried in range(limit):
        if (leased := _lease(database, now())) is None:
            return tried
        job_id, kind, payload = leased
        try:
            work[kind](database, payload, now())
        except Exception as error:
            log.exception("Job %d (%s) failed", job_id, kind)
            _settle(database, job_id, now(), error)
        else:
            _settle(database, job_id, now(), None)
    return limit


def _lease(database: Database, now: datetime) -> tuple[int, str, dict[str, Any]] | None:
    due = (
        select(Job)
        .where(Job.done_at.is_(None), Job.failed_at.is_(None), Job.run_at <= now)
        .where(or_(Job.leased_until.is_(None), Job.leased_until <= now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
    )
    # Look before taking the one writer's place: a worker with nothing to do must not hold up those who write.
    with database.transaction(writing=False) as session:
        if session.scalar(due) is None:
            return None
    with database.transaction() as session:
        job = session.scalar(due.with_for_update(skip_locked=True))
        if job is None:
            return None
        job.leased_until = now + LEASE
        job.tries += 1
        return job.id, job.kind, job.payload


def _settle(database: Database, job_id: int, now: datetime, error: Exception | None) -> None:
    with database.transaction() as session:
        job = session.get_one(Job, job_id)
        job.leased_until = None
        if error is None:
            job.done_at, job.error = now, None
            job.payload = {}  # a letter may hold a link that works, and is of no use any more
        elif job.tries >= MAX_TRIES:
            job.failed_at, job.error = now, repr(error)
        else:
            job.run_at, job.error = now + timedelta(seconds=30) * 4**job.tries, repr(error)
