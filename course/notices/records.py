"""Telling: notices are made with what they tell of, in one transaction, and each thing is told once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from course.base.db import among, insert_into
from course.notices.models import Notice

#: What can have happened: somebody joined, asks to join, was let in or not, holds the keys now, was removed; a reply to
#: a post, a mention in one, a post in a discussion one follows; a reply to a note; work given; something reported as
#: wrong, and what became of it; an essay marked; words of one's own hidden, or shown again; something to be looked at,
#: and what became of it; a journal entry shared; a meeting to lead; something due at another time for one. With each
#: what `ref` names.
JOINED, ASKED, DECIDED = "joined", "asked", "decided"  # enrolment, join_request, join_request
KEYS, REMOVED = "keys", "removed"  # enrolment, enrolment
REPLIED, MENTIONED, POSTED = "replied", "mentioned", "posted"  # post, post, post
NOTE_REPLIED = "note_replied"  # note_reply
ASSIGNED = "assigned"  # meeting
REPORTED, ANSWERED = "reported", "answered"  # report, report
MARKED = "marked"  # attempt_item
HIDDEN = "hidden"  # post, note, note_reply
COMPLAINED, SETTLED = "complained", "settled"  # complaint, complaint
SHARED = "shared"  # journal_entry
MOVED = "moved"  # exception
WRITTEN_TO = "message"  # message
CHAIRING = "chairing"  # meeting


def tell(session: Session, user_ids: Iterable[int], kind: str, ref: str, *, now: datetime) -> None:
    """Tell each of those users that KIND happened to REF ("post:17"); who was told of it already is not told again."""
    _add(session, {(user_id, ref) for user_id in user_ids}, kind, now)


def tell_anew(session: Session, user_ids: Iterable[int], kind: str, ref: str, *, now: datetime) -> None:
    """Tell each of those users that KIND happened to REF once more: what they were told of it before is replaced."""
    tell_each_anew(session, [(user_id, ref) for user_id in user_ids], kind, now=now)


def tell_each_anew(session: Session, told: Collection[tuple[int, str]], kind: str, *, now: datetime) -> None:
    """Tell many users at once, TOLD being each user with a ref, as `tell_anew` tells one. Two queries."""
    session.execute(delete(Notice).where(Notice.kind == kind, among(Notice.user_id, Notice.ref, told)))
    _add(session, set(told), kind, now)


def _add(session: Session, told: Collection[tuple[int, str]], kind: str, now: datetime) -> None:
    rows = [{"user_id": user_id, "kind": kind, "ref": ref, "at": now} for user_id, ref in sorted(told)]
    if not rows:
        return
    session.execute(insert_into(session, Notice).on_conflict_do_nothing(), rows)


def told_of(session: Session, kind: str, ref: str) -> set[int]:
    """Return the ids of those who were told that KIND happened to REF, as users. One query."""
    return set(session.scalars(select(Notice.user_id).where(Notice.kind == kind, Notice.ref == ref)))


def untell(session: Session, kind: str, refs: Collection[str]) -> None:
    """Forget that anybody was told of KIND of any of REFS: it is no longer so."""
    session.execute(delete(Notice).where(Notice.kind == kind, Notice.ref.in_(refs)))


def mark_seen(
    session: Session,
    user_id: int,
    *,
    now: datetime,
    refs: Iterable[str] | None = None,
    up_to: int | None = None,
) -> None:
    """Mark the notices of the user as seen: all of them, or those of REFS, or those up to the id UP_TO."""
    mine = update(Notice).where(Notice.user_id == user_id, Notice.seen_at.is_(None))
    if refs is not None:
        mine = mine.where(Notice.ref.in_(list(refs)))
    if up_to is not None:
        mine = mine.where(Notice.id <= up_to)
    session.execute(mine.values(seen_at=now), execution_options={"synchronize_session": False})


def notices_of(session: Session, user_id: int, *, before: int | None = None, most: int) -> Sequence[Notice]:
    """Return the newest notices of the user, no more than MOST, the newest first; only those before the id BEFORE."""
    mine = select(Notice).where(Notice.user_id == user_id).order_by(Notice.id.desc()).limit(most)
    if before is not None:
        mine = mine.where(Notice.id < before)
    return session.scalars(mine).all()
