"""The book of privileged acts: who did what to whom, written in the transaction of the act and never changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from course.base.words import _
from course.users.models import Act, AuditEntry, User

#: What is said of each act; of most, on what it was done.
WORDS: Mapping[Act, str] = {
    Act.account_made: _("The account was made"),
    Act.account_exported: _("All that is kept of the account was taken out"),
    Act.account_erased: _("The account was erased"),
    Act.administrator_made: _("The account runs this site from now on"),
    Act.administrator_unmade: _("The account runs this site no longer"),
    Act.course_uploaded: _("A curriculum was uploaded"),
    Act.course_loaded: _("A course was loaded"),
    Act.complaint_settled: _("A complaint was settled"),
    Act.job_retried: _("A job that was given up was settled"),
    Act.member_removed: _("Removed from a study group"),
    Act.role_changed: _("Given another role in a study group"),
    Act.keys_changed: _("Given or taken the keys of a study group"),
    Act.password_changed: _("The password was changed"),
    Act.password_reset: _("A new password was set by a link from a letter"),
    Act.email_changed: _("The e-mail was changed"),
    Act.second_step_on: _("A second step was turned on"),
    Act.second_step_off: _("The second step was turned off"),
    Act.recovery_codes_made: _("New codes to recover were made"),
    Act.recovery_code_used: _("A code to recover was used to sign in"),
}

#: An entry is kept so long, and then forgotten.
KEEP_ENTRIES = timedelta(days=400)


def record(
    session: Session, act: Act, *, by: int | None, about: int | None = None, detail: str = "", now: datetime
) -> None:
    """Write down that the user BY (None: somebody in the shell) did ACT to the user ABOUT.

    DETAIL says to which course, job or group, by ident or number: nobody's words stand in it."""
    session.add(AuditEntry(at=now, actor_id=by, in_shell=by is None, act=act, about_id=about, detail=detail))


def entries_about(session: Session, user: User, *, most: int) -> Sequence[AuditEntry]:
    """Return what was done to USER's account or by USER, the newest first, MOST at the most."""
    theirs = or_(AuditEntry.about_id == user.id, AuditEntry.actor_id == user.id)
    return session.scalars(select(AuditEntry).where(theirs).order_by(AuditEntry.id.desc()).limit(most)).all()


def in_words(entry: AuditEntry) -> str:
    """Return what was done, and on what."""
    return f"{WORDS[entry.act]}: {entry.detail}" if entry.detail else WORDS[entry.act]


def forget_entries(session: Session, *, now: datetime) -> None:
    """Delete the entries that are old enough to be forgotten."""
    session.execute(delete(AuditEntry).where(AuditEntry.at < now - KEEP_ENTRIES))
