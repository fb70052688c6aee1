"""The worker: hands in attempts whose time is up, does the jobs that are due, adds those that come round every day."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete

from course.base.db import Database
from course.base.jobs import Job, Work, add_job, run_due_jobs
from course.base.limits import forget_tries
from course.base.mail import MailServer, send_mail
from course.users.guests import forget_old_guests
from kruzhok.admin.uploads import forget_uploads
from kruzhok.config import Config
from lessons.imports.keeping import forget_imports
from lessons.search.contents import rebuild, refresh_passages
from quizzes.attempts.ending import submit_overdue

log = logging.getLogger(__name__)

PAUSE = 2.0  #: seconds between two looks at the table
KEEP_DONE_JOBS = timedelta(days=7)


def mail_server(config: Config) -> MailServer | None:
    """Return where letters are handed in, None where nothing is configured."""
    return MailServer(config.smtp_url, config.mail_from) if config.smtp_url else None


def work_for(config: Config) -> Mapping[str, Work]:
    """Return the map of jobs: kind -> what is done."""
    return {"mail": partial(_mail, mail_server(config)), "daily": _daily, "reindex": _reindex, "words": _words}


def _mail(server: MailServer | None, _database: Database, payload: dict[str, Any], _now: datetime) -> None:
    send_mail(server, payload["to"], payload["subject"], payload["body"])


def _daily(database: Database, _payload: dict[str, Any], now: datetime) -> None:
    """Forget what is to be forgotten, and come again tomorrow."""
    with database.transaction() as session:
        forget_old_guests(session, now=now)
        forget_tries(session, now=now)
        forget_uploads(session, now=now)
        forget_imports(session, now=now)
        session.execute(delete(Job).where(Job.done_at < now - KEEP_DONE_JOBS))
        add_job(session, "daily", {}, run_at=now + timedelta(days=1), key=f"daily {(now + timedelta(days=1)).date()}")


def _reindex(database: Database, _payload: dict[str, Any], _now: datetime) -> None:
    rebuild(database)


def _words(database: Database, payload: dict[str, Any], _now: datetime) -> None:
    refresh_passages(database, payload["text"])


def run_worker(
    database: Database,
    config: Config,
    *,
    stop: Callable[[], bool],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Do jobs as they come due until STOP says so. A database that does not answer is tried again, not given up."""
    work = work_for(config)
    with database.transaction() as session:
        add_job(session, "daily", {}, run_at=now(), key=f"daily {now().date()}")
    while not stop():
        try:
            submit_overdue(database, now=now)
            run_due_jobs(database, work, now=now)
        except Exception:
            log.exception("The worker could not look for what is due")
        time.sleep(PAUSE)
