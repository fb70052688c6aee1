"""How the jobs stand, and what an administrator does about those that were given up."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict, NotFound
from course.base.jobs import Job
from course.base.words import _
from course.users.audit import record
from course.users.models import Act

log = logging.getLogger(__name__)

#: More that was given up than anybody reads on one page.
SHOWN = 50


class JobCounts(NamedTuple):
    """Jobs that could be done and wait, that are being done, whose time is to come, and that were given up; and for how
    long the oldest that waits could have been done."""

    waiting: int
    running: int
    later: int
    failed: int
    oldest: timedelta


def job_counts(session: Session, *, now: datetime) -> JobCounts:
    """Return how the jobs stand NOW. One query."""
    open_ = Job.done_at.is_(None) & Job.failed_at.is_(None)
    free = or_(Job.leased_until.is_(None), Job.leased_until <= now)
    waiting = open_ & free & (Job.run_at <= now)
    running = open_ & ~free
    later = open_ & free & (Job.run_at > now)
    kinds = (waiting, running, later, Job.failed_at.is_not(None))
    counts = select(*(func.count(Job.id).filter(kind) for kind in kinds), func.min(Job.run_at).filter(waiting))
    waits, runs, comes, given_up, since = tuple(session.execute(counts.where(Job.done_at.is_(None))).one())
    return JobCounts(waits, runs, comes, given_up, now - since if since else timedelta())


def failed_jobs(session: Session) -> Sequence[Job]:
    """Return the jobs that were given up, the last first, so many as anybody reads."""
    given_up = select(Job).where(Job.failed_at.is_not(None)).order_by(Job.failed_at.desc(), Job.id)
    return session.scalars(given_up.limit(SHOWN)).all()


def try_again(session: Session, job_id: int, by_id: int, *, now: datetime) -> None:
    """Let a job that was given up be done as if it were new; raise Conflict where another of its key waits."""
    job = _failed(session, job_id)
    try:
        with session.begin_nested():
            job.failed_at, job.error, job.tries, job.leased_until, job.run_at = None, None, 0, None, now
            session.flush()
    except IntegrityError:
        raise Conflict(_("Another job for the same thing waits already. Drop this one.")) from None
    record(session, Act.job_retried, by=by_id, detail=f"{job.id} ({job.kind}), tried again", now=now)
    log.info("Job %d (%s) is tried again, by user %d", job.id, job.kind, by_id)


def drop(session: Session, job_id: int, by_id: int, *, now: datetime) -> None:
    """Delete a job that was given up, with what it carried."""
    job = _failed(session, job_id)
    record(session, Act.job_retried, by=by_id, detail=f"{job.id} ({job.kind}), dropped", now=now)
    log.info("Job %d (%s) was dropped by user %d", job.id, job.kind, by_id)
    session.delete(job)
    session.flush()


def _failed(session: Session, job_id: int) -> Job:
    """Return the job that was given up; raise NotFound where there is none (any longer)."""
    job = session.scalar(select(Job).where(Job.id == job_id, Job.failed_at.is_not(None)).with_for_update())
    if job is None:
        raise NotFound
    return job
