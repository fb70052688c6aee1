"""Letters made by the worker. Each is made once for a user and a day, in one transaction with its job, which
keeps its words until they are sent: what is sent again after a fault is the same letter, with the same Message-ID."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from course.base.db import Database, insert_into
from course.base.jobs import Again, add_job
from course.groups.models import Enrolment
from course.notices.models import Digest, Notice
from course.users.models import DigestKind, User
from kruzhok.digest.mornings import Morning, last_morning, next_round
from kruzhok.digest.writing import Written

log = logging.getLogger(__name__)

#: So many users are looked at before the worker looks whether something else is due, such as a new password.
PIECE = 50
#: A database that does not answer is asked again after this time.
PATIENCE = timedelta(minutes=1)

#: Puts the letter of a day to a user into words, if there is anything to say.
Write = Callable[[Session, User, date, datetime], Written | None]


# The round


def make_letters(write: Write, database: Database, payload: dict[str, Any], now: datetime) -> Again:
    """Make the letters of all mornings since the last round, some users at a time, and come again.

    PAYLOAD says since when, and in the midst of a round until when and after which user it goes on."""
    since = datetime.fromisoformat(payload["since"])
    until = datetime.fromisoformat(payload["until"]) if "until" in payload else now
    try:
        readers = _readers(database, since, until, payload.get("after", 0))
        for user_id, morning in readers:
            _make_one(write, database, user_id, morning.day, now)
    except DBAPIError:
        log.exception("Letters could not be made; they are tried again")
        return Again(now + PATIENCE, payload)
    if len(readers) == PIECE:
        return Again(now, {"since": since.isoformat(), "until": until.isoformat(), "after": readers[-1][0]})
    return make_none(until, now)


def make_none(until: datetime, now: datetime) -> Again:
    """Come again for the mornings after UNTIL."""
    return Again(next_round(now), {"since": until.isoformat()})


def _make_one(write: Write, database: Database, user_id: int, day: date, now: datetime) -> None:
    try:
        make_letter(write, database, user_id, day, now)
    except DBAPIError:
        raise
    except Exception:  # one reader's letter must not keep back those of the others
        log.exception("No letter could be made for user %d", user_id)


def _readers(database: Database, since: datetime, until: datetime, after: int) -> list[tuple[int, Morning]]:
    """Return up to PIECE users, by id and AFTER that one, who want letters and whose morning was in the round."""
    with database.transaction(writing=False) as session:
        zones = session.execute(select(User.digest, User.zone).where(*_wanting()).distinct()).all()
        mornings = {
            (kind, zone): morning
            for kind, zone in zones
            if since < (morning := last_morning(kind, _zone(zone), until)).at <= until
        }
        if not mornings:
            return []
        theirs = or_(*(and_(User.digest == kind, User.zone == zone) for kind, zone in mornings))
        users = select(User.id, User.digest, User.zone).where(*_wanting(), theirs, User.id > after)
        rows = session.execute(users.order_by(User.id).limit(PIECE)).all()
    return [(user_id, mornings[kind, zone]) for user_id, kind, zone in rows]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # it was one once
        return ZoneInfo("UTC")


def _wanting() -> tuple[ColumnElement[bool], ...]:
    """Return what holds of who is written to: an account, in some place still, that did not say *no letters*."""
    lives = select(Enrolment.id).where(Enrolment.user_id == User.id, Enrolment.left_at.is_(None)).exists()
    return User.email.is_not(None), User.erased_at.is_(None), User.digest != DigestKind.none, lives


# One letter


def make_letter(write: Write, database: Database, user_id: int, day: date, now: datetime) -> bool:
    """Make the letter of DAY to the user, if there is anything to say; return whether one was made.

    It is put into words before the transaction that writes, so that nobody waits; whether there is one already is
    judged by the database."""
    with database.transaction(writing=False) as session:
        made = select(Digest.id).where(Digest.user_id == user_id, Digest.day == day)
        user = session.scalar(select(User).where(User.id == user_id, *_wanting()))
        if user is None or session.scalar(made) is not None:
            return False
        email, written = user.email, write(session, user, day, now)
    if written is None:
        return False
    with database.transaction() as session:
        row = {"user_id": user_id, "day": day, "message_id": written.message_id, "made_at": now}
        added = insert_into(session, Digest).values(row).on_conflict_do_nothing().returning(Digest.id)
        if (digest_id := session.scalar(added)) is None:
            return False
        told = update(Notice).where(Notice.id.in_(written.notice_ids), Notice.mailed_in.is_(None))
        session.execute(told.values(mailed_in=written.message_id), execution_options={"synchronize_session": False})
        payload = {"digest": digest_id, "to": email, "unsubscribe": written.unsubscribe}
        payload |= {"subject": written.subject, "body": written.body, "html": written.html}
        add_job(session, "letter", payload, run_at=now)
    return True
