"""Letters made and sent by the worker. Each is made once for a user and a day, in one transaction with its job, which
keeps its words until they are sent: what is sent again after a fault is the same letter, with the same Message-ID."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, url_for
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from course.base.db import Database, insert_into
from course.base.jobs import Again, add_job
from course.groups.models import Enrolment
from course.notices.models import Digest, Notice
from course.users.forms import whole_address
from course.users.models import DigestKind, User
from course.users.sign_ins import act_as
from kruzhok.digest import words
from kruzhok.digest.contents import DigestOf, digest_of
from kruzhok.digest.mornings import Morning, last_morning, next_round
from kruzhok.digest.tokens import unsubscribe_token
from kruzhok.today.addresses import address_of, dated_address

log = logging.getLogger(__name__)

#: So many users are looked at before the worker looks whether something else is due, such as a new password.
PIECE = 50
#: A database that does not answer is asked again after this time.
PATIENCE = timedelta(minutes=1)
#: That a letter went on some day is kept so long.
KEPT = timedelta(days=90)


class Written(NamedTuple):
    """A letter in words, and where its reader ends them."""

    subject: str
    body: str
    html: str
    unsubscribe: str
    notice_ids: Sequence[int]


# The round


def make_letters(app: Flask, database: Database, payload: dict[str, Any], now: datetime) -> Again:
    """Make the letters of all mornings since the last round, some users at a time, and come again.

    PAYLOAD says since when, and in the midst of a round until when and after which user it goes on."""
    since = datetime.fromisoformat(payload["since"])
    until = datetime.fromisoformat(payload["until"]) if "until" in payload else now
    try:
        readers = _readers(database, since, until, payload.get("after", 0))
        for user_id, morning in readers:
            _make_one(app, database, user_id, morning.day, now)
    except DBAPIError:
        log.exception("Letters could not be made; they are tried again")
        return Again(now + PATIENCE, payload)
    if len(readers) == PIECE:
        return Again(now, {"since": since.isoformat(), "until": until.isoformat(), "after": readers[-1][0]})
    return make_none(until, now)


def make_none(until: datetime, now: datetime) -> Again:
    """Come again for the mornings after UNTIL."""
    return Again(next_round(now), {"since": until.isoformat()})


def _make_one(app: Flask, database: Database, user_id: int, day: date, now: datetime) -> None:
    try:
        make_letter(app, database, user_id, day, now)
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


def make_letter(app: Flask, database: Database, user_id: int, day: date, now: datetime) -> bool:
    """Make the letter of DAY to the user, if there is anything to say; return whether one was made.

    It is put into words before the transaction that writes, so that nobody waits; whether there is one already is
    judged by the database."""
    with database.transaction(writing=False) as session:
        made = select(Digest.id).where(Digest.user_id == user_id, Digest.day == day)
        user = session.scalar(select(User).where(User.id == user_id, *_wanting()))
        if user is None or session.scalar(made) is not None:
            return False
        with reading_as(app, user):
            digest = digest_of(session, user, now)
            written = _written(app, user, digest) if digest is not None else None
        email = user.email
    if written is None:
        return False
    message_id = message_id_of(app, user_id, day)
    with database.transaction() as session:
        row = {"user_id": user_id, "day": day, "message_id": message_id, "made_at": now}
        added = insert_into(session, Digest).values(row).on_conflict_do_nothing().returning(Digest.id)
        if (digest_id := session.scalar(added)) is None:
            return False
        told = update(Notice).where(Notice.id.in_(written.notice_ids), Notice.mailed_in.is_(None))
        session.execute(told.values(mailed_in=message_id), execution_options={"synchronize_session": False})
        payload = {"digest": digest_id, "to": email, "unsubscribe": written.unsubscribe}
        payload |= {"subject": written.subject, "body": written.body, "html": written.html}
        add_job(session, "letter", payload, run_at=now)
    return True


@contextmanager
def reading_as(app: Flask, user: User) -> Iterator[None]:
    """Make addresses and times inside the block those of a request by USER."""
    with app.test_request_context(base_url=app.config["SITE_URL"]):
        act_as(user)
        yield


def message_id_of(app: Flask, user_id: int, day: date) -> str:
    """Return the Message-ID of the letter of DAY to the user: also one made anew, from a backup, has the same."""
    domain = parseaddr(app.extensions["config"].mail_from)[1].rpartition("@")[2]
    return f"<digest.{day:%Y%m%d}.{user_id}@{domain}>"


def _written(app: Flask, user: User, digest: DigestOf) -> Written:
    token = unsubscribe_token(app.config["SECRET_KEY"], user.id)
    unsubscribe = whole_address(url_for("digest.unsubscribe", token=token))
    told = {
        "user": user,
        "digest": digest,
        "whole": whole_address,
        "words": words,
        "address_of": address_of,
        "dated_address": dated_address,
        "unsubscribe": unsubscribe,
    }
    body, html = (
        app.jinja_env.get_template(f"kruzhok/digest/letter.{form}").render(told).strip() + "\n"
        for form in ("txt", "html")
    )
    return Written(words.subject_of(digest), body, html, unsubscribe, digest.notice_ids)


# Sending


class Letter(NamedTuple):
    """What is handed in, with what stands at its head."""

    to: str
    subject: str
    body: str
    html: str
    message_id: str
    made_at: datetime
    headers: dict[str, str]


def send_letter(send: Callable[[Letter], None], database: Database, payload: dict[str, Any], now: datetime) -> None:
    """Hand in the letter of PAYLOAD, unless its reader has gone or wants none by now, or it is known to be sent.

    Killed between handing it in and knowing that, it is handed in again: the same letter."""
    with database.transaction(writing=False) as session:
        digest = session.get(Digest, payload["digest"])
        user = session.get(User, digest.user_id) if digest is not None else None
    if digest is None or user is None or digest.sent_at is not None:
        return
    if user.email != payload["to"] or user.digest is DigestKind.none:
        return
    # RFC 8058: what a mail program needs to end the letters by one click, without a look at any page.
    headers = {
        "List-Unsubscribe": f"<{payload['unsubscribe']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    said = (payload["to"], payload["subject"], payload["body"], payload["html"])
    send(Letter(*said, digest.message_id, digest.made_at, headers))
    with database.transaction() as session:
        session.execute(update(Digest).where(Digest.id == digest.id).values(sent_at=now))


def forget_letters(session: Session, *, now: datetime) -> None:
    """Forget that letters went, long ago. Their words are gone since they were sent."""
    session.execute(delete(Digest).where(Digest.made_at < now - KEPT))
