"""What is forgotten by itself, and when: the one list that the worker goes through and the privacy page shows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from course.base.jobs import Job
from course.base.limits import SLOW_WINDOW, forget_tries
from course.base.words import _
from course.completion.models import Look
from course.groups.models import JoinRequest
from course.groups.roster.taking import KEEP_INVITATIONS, KEEP_ROSTERS, forget_rosters
from course.notices.models import Notice
from course.users.audit import KEEP_ENTRIES, forget_entries
from course.users.guests import KEEP_GUESTS, forget_old_guests
from course.users.models import OneTimeLink
from course.users.sign_ins import KEEP_OVER, forget_sign_ins
from kruzhok.admin.uploads import KEEP_UPLOADS, forget_uploads
from kruzhok.digest.sending import KEPT as KEEP_LETTERS
from kruzhok.digest.sending import forget_letters
from kruzhok.privacy.erasing import forget_nameless
from kruzhok.privacy.keep import Keep
from lessons.imports.keeping import KEEP_WAITING, forget_imports
from lessons.moderation.models import Complaint

KEEP_DONE_JOBS = timedelta(days=7)
KEEP_FAILED_JOBS = timedelta(days=30)
KEEP_LINKS = timedelta(days=7)

#: Rows are deleted by statements that look at no row of the session.
PLAIN = {"synchronize_session": False}


class Rule(NamedTuple):
    """What is forgotten, in words; so long AFTER; how. One function may forget what two rules say."""

    what: str
    after: timedelta
    forget: Callable[[Session, datetime], object]


def rules(keep: Keep) -> list[Rule]:
    """Return what is forgotten where KEEP is set, in the order of the privacy page."""
    looks, notices, requests = (timedelta(days=days) for days in (keep.looks, keep.notices, keep.requests))
    return [
        Rule(
            _("What a guest did, once they do nothing more (what they said in a study group stays there)"),
            KEEP_GUESTS,
            _by(forget_old_guests),
        ),
        Rule(
            _("That you were signed in, after the sign-in has ended"),
            KEEP_OVER,
            _by(forget_sign_ins),
        ),
        Rule(_("A link for a new password or e-mail, after it was used or its time is up"), KEEP_LINKS, _links),
        Rule(_("That a tutor looked at your page"), looks, lambda session, now: _looks(session, now - looks)),
        Rule(_("A notice, after you have seen it"), notices, lambda session, now: _notices(session, now - notices)),
        Rule(
            _("What you asked to be let in with or to be looked at, after it was answered"),
            requests,
            lambda session, now: _requests(session, now - requests),
        ),
        Rule(
            _("That a letter went to you; its words are gone as soon as it is sent"),
            KEEP_LETTERS,
            _by(forget_letters),
        ),
        Rule(_("A letter that could not be sent"), KEEP_FAILED_JOBS, _jobs),
        Rule(
            _("A file you brought and did not keep"),
            KEEP_WAITING,
            _by(forget_imports),
        ),
        Rule(
            _("A list of people that somebody brought to invite them"),
            KEEP_ROSTERS,
            _by(forget_rosters),
        ),
        Rule(
            _("The address that an invitation went to, after its time is up"),
            KEEP_INVITATIONS,
            _by(forget_rosters),
        ),
        Rule(
            _("The archive of a course that was uploaded"),
            KEEP_UPLOADS,
            _by(forget_uploads),
        ),
        Rule(
            _("How often something was tried, a password for one; no address can be read from it"),
            SLOW_WINDOW,
            _by(forget_tries),
        ),
        Rule(
            _("That somebody with a right used it: made an administrator, took a member out, changed a password"),
            KEEP_ENTRIES,
            _by(forget_entries),
        ),
    ]


def forget_all(session: Session, keep: Keep, *, now: datetime) -> None:
    """Forget what is to be forgotten by NOW, and the erased users that nothing names any longer."""
    for rule in rules(keep):
        rule.forget(session, now)
    forget_nameless(session)


def _by(forget: Callable[..., object]) -> Callable[[Session, datetime], object]:
    """Return FORGET, which is told the time by name, as a rule calls it."""
    return lambda session, now: forget(session, now=now)


def _links(session: Session, now: datetime) -> None:
    before = now - KEEP_LINKS
    old = delete(OneTimeLink).where(or_(OneTimeLink.expires_at < before, OneTimeLink.used_at < before))
    session.execute(old, execution_options=PLAIN)


def _looks(session: Session, before: datetime) -> None:
    session.execute(delete(Look).where(Look.at < before), execution_options=PLAIN)


def _notices(session: Session, before: datetime) -> None:
    session.execute(delete(Notice).where(Notice.seen_at < before), execution_options=PLAIN)


def _requests(session: Session, before: datetime) -> None:
    session.execute(delete(JoinRequest).where(JoinRequest.decided_at < before), execution_options=PLAIN)
    session.execute(delete(Complaint).where(Complaint.settled_at < before), execution_options=PLAIN)


def _jobs(session: Session, now: datetime) -> None:
    old = or_(Job.done_at < now - KEEP_DONE_JOBS, Job.failed_at < now - KEEP_FAILED_JOBS)
    session.execute(delete(Job).where(old), execution_options=PLAIN)
