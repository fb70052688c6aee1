"""Work done after the answer has left: a table of jobs, and the functions a worker process calls.

A job is added in the transaction of the request that wants it, so it leaves only if that is committed.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Index, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from course.base.db import Base, Database, insert_into, partial

log = logging.getLogger(__name__)

#: How long a job is a worker's without a sign of life. A worker renews its lease while it works, however long that
#: takes: only of one that was killed does it run out, and then another may try the job.
LEASE = timedelta(minutes=1)
#: A lease is renewed so often before it would run out.
RENEWALS = 4
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


@dataclass(frozen=True, slots=True)
class Again:
    """What work returns that comes round: it is the same job that waits, until AT and with that PAYLOAD. No moment lies
    between the end of one round and the beginning of the next in which a killed worker could lose it."""

    at: datetime
    payload: dict[str, Any]


class Hopeless(Exception):
    """What work raises that would fail each time: it is left at once with its error for the administrator."""


#: Does one kind of job. It opens its own transactions, so that slow work (mail) holds none.
Work = Callable[[Database, dict[str, Any], datetime], Again | None]


class Lease(NamedTuple):
    """A job that is a worker's, until then."""

    job_id: int
    kind: str
    payload: dict[str, Any]
    until: datetime


def add_job(session: Session, kind: str, payload: dict[str, Any], *, run_at: datetime, key: str | None = None) -> None:
    """Add a job of KIND. With a KEY that already waits, the waiting one is kept and nothing is added."""
    # The database is the judge, also between two who add the same at the same moment, as workers that start do.
    row = {"kind": kind, "payload": payload, "key": key, "run_at": run_at}
    session.execute(insert_into(session, Job).values(row).on_conflict_do_nothing())


def run_due_jobs(
    database: Database,
    work: Mapping[str, Work],
    *,
    now: Callable[[], datetime],
    limit: int = 100,
    lease: timedelta = LEASE,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Do up to LIMIT jobs that are due, one after the other, until STOP says so; return how many were tried.

    Each is leased in one short transaction and settled in another, so a worker killed in between loses nothing: the
    lease runs out and the job is tried again. Work must therefore bear being done twice.
    """
    for tried in range(limit):
        if stop() or (leased := _lease(database, now(), lease)) is None:
            return tried
        began = time.perf_counter()
        again: Again | None = None
        error: Exception | None = None
        with _held(database, leased, now, lease) as held:
            try:
                again = work[leased.kind](database, leased.payload, now())
            except Hopeless as failure:
                log.warning("Job %d (%s) is given up", leased.job_id, leased.kind)
                error = failure
            except Exception as failure:
                log.exception("Job %d (%s) failed", leased.job_id, leased.kind)
                error = failure
        _settle(database, held(), now(), again, error)
        if error is None:
            log.info("Job %d (%s) done in %d ms", leased.job_id, leased.kind, (time.perf_counter() - began) * 1000)
    return limit


def _lease(database: Database, now: datetime, lease: timedelta) -> Lease | None:
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
        job.leased_until = now + lease
        job.tries += 1
        return Lease(job.id, job.kind, job.payload, job.leased_until)


@contextmanager
def _held(
    database: Database, leased: Lease, now: Callable[[], datetime], lease: timedelta
) -> Iterator[Callable[[], Lease]]:
    """Renew the lease while the block runs; give what returns it as it is now."""
    ended = threading.Event()

    def renew() -> None:
        nonlocal leased
        while not ended.wait(lease.total_seconds() / RENEWALS):
            until = now() + lease
            mine = update(Job).where(Job.id == leased.job_id, Job.leased_until == leased.until)
            try:
                with database.transaction() as session:
                    if not session.execute(mine.values(leased_until=until)).rowcount:  # type: ignore[attr-defined]
                        return  # this process stood still for so long that another took it
            except Exception:
                log.exception("The lease of job %d was not renewed", leased.job_id)
            else:
                leased = leased._replace(until=until)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield lambda: leased
    finally:
        ended.set()
        thread.join()


def _settle(database: Database, leased: Lease, now: datetime, again: Again | None, error: Exception | None) -> None:
    """Say what became of a job; of one that another worker took meanwhile that one says it."""
    mine = select(Job).where(Job.id == leased.job_id, Job.leased_until == leased.until).with_for_update()
    with database.transaction() as session:
        job = session.scalar(mine)
        if job is None:
            return
        job.leased_until = None
        if again is not None:
            job.run_at, job.payload, job.tries, job.error = again.at, again.payload, 0, None
        elif error is None:
            job.done_at, job.error = now, None
            job.payload = {}  # a letter may hold a link that works, and is of no use any more
        elif job.tries >= MAX_TRIES or isinstance(error, Hopeless):
            job.failed_at, job.error = now, repr(error)
        else:
            job.run_at, job.error = now + timedelta(seconds=30) * 4**job.tries, repr(error)
