"""Jobs: they leave with the commit, are done once, and survive a worker that died."""

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from course.base.db import Database
from course.base.jobs import LEASE, MAX_TRIES, Again, Hopeless, Job, add_job, run_due_jobs
from tests.conftest import NOW


def add(database: Database, kind: str = "note", *, key: str | None = None, run_at: datetime = NOW) -> None:
    with database.transaction() as session:
        add_job(session, kind, {"words": "hello"}, run_at=run_at, key=key)


def jobs(database: Database) -> list[Job]:
    with database.transaction(writing=False) as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


class Recorder:
    """Work that notes what it was given, and fails as often as it was told."""

    def __init__(self, failures: int = 0) -> None:
        self.done: list[dict[str, Any]] = []
        self.failures = failures

    def __call__(self, _database: Database, payload: dict[str, Any], _now: datetime) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the server hung up")
        self.done.append(payload)


def run(database: Database, work: Recorder, now: datetime = NOW) -> int:
    return run_due_jobs(database, {"note": work}, now=lambda: now)


def test_a_job_is_done_once(database: Database) -> None:
    work = Recorder()
    add(database)
    assert (run(database, work), run(database, work)) == (1, 0)
    assert work.done == [{"words": "hello"}]


def test_a_job_waits_for_its_time(database: Database) -> None:
    add(database, run_at=NOW + timedelta(seconds=1))
    assert run(database, Recorder()) == 0
    assert run(database, Recorder(), NOW + timedelta(seconds=1)) == 1


def test_a_job_of_a_transaction_that_failed_is_not_there(database: Database) -> None:
    with contextlib.suppress(ZeroDivisionError), database.transaction() as session:
        add_job(session, "note", {}, run_at=NOW)
        raise ZeroDivisionError
    assert jobs(database) == []


def test_a_key_that_waits_already_is_not_added_again(database: Database) -> None:
    add(database, key="daily")
    add(database, key="daily")
    assert len(jobs(database)) == 1


def test_of_those_who_add_a_key_at_the_same_moment_one_does_and_nobody_fails(database: Database) -> None:
    both_asked = threading.Barrier(2)

    def add_and_wait() -> None:
        with database.transaction() as session:
            both_asked.wait(10) if database.engine.dialect.name == "postgresql" else None
            add_job(session, "note", {}, run_at=NOW, key="daily")

    with ThreadPoolExecutor(2) as aside:
        for adding in [aside.submit(add_and_wait) for _worker in range(2)]:
            adding.result(timeout=60)
    assert len(jobs(database)) == 1


def test_a_key_whose_job_is_done_may_wait_again(database: Database) -> None:
    add(database, key="daily")
    run(database, Recorder())
    add(database, key="daily")
    assert len(jobs(database)) == 2


def test_a_job_that_failed_is_tried_again_later(database: Database) -> None:
    work = Recorder(failures=1)
    add(database)
    run(database, work)
    assert run(database, work) == 0
    assert run(database, work, NOW + timedelta(minutes=3)) == 1
    assert len(work.done) == 1


def test_a_job_that_always_fails_is_left_with_its_error(database: Database) -> None:
    add(database)
    now = NOW
    for _ in range(MAX_TRIES + 2):
        run(database, Recorder(failures=1), now)
        now += timedelta(days=30)
    (job,) = jobs(database)
    assert (job.tries, job.done_at) == (MAX_TRIES, None)
    assert job.failed_at is not None
    assert "the server hung up" in (job.error or "")


def test_the_job_of_a_worker_that_was_killed_is_done_by_another_after_its_lease(database: Database) -> None:
    add(database)

    def killed(_database: Database, _payload: dict[str, Any], _now: datetime) -> None:
        raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        run_due_jobs(database, {"note": killed}, now=lambda: NOW)
    work = Recorder()
    assert run(database, work) == 0
    assert run(database, work, NOW + LEASE) == 1
    assert len(work.done) == 1


def test_a_job_that_takes_long_stays_with_the_worker_that_lives(database: Database) -> None:
    lease = timedelta(seconds=0.4)
    add(database, run_at=datetime.now(UTC))
    other = Recorder()
    tried_by_other = []

    def slow(_database: Database, _payload: dict[str, Any], _now: datetime) -> None:
        for _time in range(5):
            time.sleep(0.2)
            tried_by_other.append(run_due_jobs(database, {"note": other}, now=lambda: datetime.now(UTC), lease=lease))

    run_due_jobs(database, {"note": slow}, now=lambda: datetime.now(UTC), lease=lease)
    assert (tried_by_other, other.done) == ([0] * 5, [])
    (job,) = jobs(database)
    assert (job.done_at is not None, job.leased_until) == (True, None)


def test_what_a_worker_says_too_late_of_a_job_that_is_anothers_counts_no_more(database: Database) -> None:
    add(database)
    other = Recorder()

    def stood_still(_database: Database, _payload: dict[str, Any], _now: datetime) -> None:
        run(database, other, NOW + LEASE)
        raise OSError("I was asleep")

    run_due_jobs(database, {"note": stood_still}, now=lambda: NOW)
    (job,) = jobs(database)
    assert (job.done_at, job.error, len(other.done)) == (NOW + LEASE, None, 1)


def test_a_job_that_comes_round_is_one_job_with_what_it_says_for_the_next_time(database: Database) -> None:
    done = []

    def round_(_database: Database, payload: dict[str, Any], now: datetime) -> Again:
        done.append(payload)
        return Again(now + timedelta(hours=1), {"words": "and again"})

    add(database, key="round")
    for hours in (0, 0, 1):
        run_due_jobs(database, {"note": round_}, now=lambda hours=hours: NOW + timedelta(hours=hours))  # type: ignore[misc]
    assert done == [{"words": "hello"}, {"words": "and again"}]
    (job,) = jobs(database)
    assert (job.run_at, job.done_at, job.tries) == (NOW + timedelta(hours=2), None, 0)


def test_a_job_without_hope_is_not_tried_again(database: Database) -> None:
    def never(_database: Database, _payload: dict[str, Any], _now: datetime) -> None:
        raise Hopeless("nobody lives there")

    add(database)
    run_due_jobs(database, {"note": never}, now=lambda: NOW)
    (job,) = jobs(database)
    assert (job.failed_at, job.tries) == (NOW, 1)
    assert "nobody lives there" in (job.error or "")
