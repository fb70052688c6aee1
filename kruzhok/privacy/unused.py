"""Accounts that nobody uses: told by letter, and erased a month later if they are still not used. Only where the site
is set to do so."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, or_, select
from sqlalchemy.orm import Session

from course.base.db import Database
from course.base.jobs import Job, add_job
from course.base.words import _
from course.users.models import SignIn, User
from kruzhok.privacy.erasing import erase
from kruzhok.privacy.groups_held import KeysFirst
from kruzhok.privacy.keep import NOTICE_DAYS

log = logging.getLogger(__name__)

#: What the job is called that erases one.
KIND = "unused"

#: So many are told of it in a day.
MOST_A_DAY = 200

#: A month, as it is counted here.
MONTH = timedelta(days=30)

SUBJECT = _("Your account on Kruzhok will be erased")
LETTER = _(
    """Hello {name},

your account on Kruzhok was not used for long. Accounts that nobody uses are erased here, with all that is stored
about them. Yours will be on {day}.

If you want to keep it, sign in before that day: {site}

If you want to take your data away first, sign in and open “What is stored about you” on your own page.
"""
)


def tell_unused(session: Session, months: int, site: str, *, now: datetime) -> int:
    """Write to those whose account will have been unused for MONTHS when NOTICE_DAYS are over, and let a job erase it
    then; return to how many. SITE is how it is reached. Who was told is told again only after the account was used."""
    before = (now - months * MONTH + timedelta(days=NOTICE_DAYS)).date()
    waits = exists().where(
        Job.key == KIND + " " + cast(User.id, String), Job.done_at.is_(None), Job.failed_at.is_(None)
    )
    unused = select(User).where(_is_unused_since(before), ~waits).order_by(User.id).limit(MOST_A_DAY)
    told = session.scalars(unused).all()
    until = now + timedelta(days=NOTICE_DAYS)
    for user in told:
        body = LETTER.format(name=user.name, day=f"{until.day} {until:%B %Y}", site=site)
        add_job(session, "mail", {"to": user.email, "subject": SUBJECT, "body": body}, run_at=now)
        payload = {"user": user.id, "before": before.isoformat()}
        add_job(session, KIND, payload, run_at=until, key=f"{KIND} {user.id}")
    return len(told)


def _is_unused_since(day: date) -> ColumnElement[bool]:
    """Return the condition that an account, not an administrator's, was not used since DAY: nothing done in it, and
    nobody signed in."""
    morning = datetime.combine(day, time(), UTC)
    entered = exists().where(SignIn.user_id == User.id, or_(SignIn.created_at >= morning, SignIn.last_on >= day))
    account = and_(User.email.is_not(None), User.erased_at.is_(None), ~User.administrator)
    return and_(account, User.active_on < day, ~entered)


def erase_unused(database: Database, payload: dict[str, Any], now: datetime) -> None:
    """Erase the account of PAYLOAD, unless it was used since its letter, or alone has the keys of a group of others."""
    with database.transaction() as session:
        still = User.id == payload["user"], _is_unused_since(date.fromisoformat(payload["before"]))
        if session.scalar(select(User.id).where(*still)) is None:
            return
        try:
            erase(session, payload["user"], {}, now=now)
        except KeysFirst:
            session.rollback()
            log.warning("User %d is unused and was not erased: a study group has no other organiser", payload["user"])
