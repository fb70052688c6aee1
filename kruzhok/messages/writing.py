"""Writing to members of a study group, and what was written: one message, of which nobody learns who else got it."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from course.base.markdown import to_html
from course.groups.models import Enrolment, Message, MessageTo
from course.notices.records import WRITTEN_TO, tell
from course.users.models import User

log = logging.getLogger(__name__)


class Recipient(NamedTuple):
    """A member to whom something is written."""

    id: int
    user_id: int
    name: str


class Sent(NamedTuple):
    """A message, and to how many members it went."""

    message: Message
    recipients: int


def recipients_in(session: Session, group_id: int, ids: Collection[int] | None, *, but: int) -> list[Recipient]:
    """Return the live members of a study group of those IDS, by name; all of them for None. One query.

    BUT is the enrolment of who writes: nobody writes to themselves."""
    theirs = (
        select(Enrolment.id, Enrolment.user_id, User.name)
        .join(User, User.id == Enrolment.user_id)
        .where(Enrolment.group_id == group_id, Enrolment.left_at.is_(None), Enrolment.id != but)
    )
    if ids is not None:
        theirs = theirs.where(Enrolment.id.in_(ids))
    rows = [Recipient(row[0], row[1], row[2] or "") for row in session.execute(theirs)]
    return sorted(rows, key=lambda one: (one.name.casefold(), one.id))


def send_message(
    session: Session,
    writer: Enrolment,
    recipients: Sequence[Recipient],
    *,
    subject: str,
    words: str,
    once: str,
    now: datetime,
) -> Message:
    """Write WORDS to RECIPIENTS, who are told; pressing the button ONCE more gives the message that was sent."""
    if (found := sent_by_press(session, writer, once)) is not None:
        return found
    message = Message(
        group_id=writer.group_id,
        by_id=writer.user_id,
        subject=subject,
        words=words,
        html=to_html(words),
        at=now,
        once=once,
    )
    try:
        with session.begin_nested():
            session.add(message)
    except IntegrityError:  # the other press was first
        found = sent_by_press(session, writer, once)
        assert found is not None
        return found
    rows = [{"message_id": message.id, "enrolment_id": one.id, "group_id": writer.group_id} for one in recipients]
    session.execute(insert(MessageTo), rows)
    tell(session, [one.user_id for one in recipients], WRITTEN_TO, f"message:{message.id}", now=now)
    log.info("Message %d was written to %d members of group %d", message.id, len(rows), writer.group_id)
    return message


def sent_by_press(session: Session, writer: Enrolment, once: str) -> Message | None:
    """Return the message that this press of the button sent, if it did."""
    return session.scalar(select(Message).where(Message.by_id == writer.user_id, Message.once == once))


def sent_messages(session: Session, writer: Enrolment, *, most: int, before: int | None = None) -> list[Sent]:
    """Return the messages WRITER sent in their study group, the newest first; only those before the id BEFORE."""
    counted = (
        select(func.count(MessageTo.id)).where(MessageTo.message_id == Message.id).correlate(Message).scalar_subquery()
    )
    mine = (
        select(Message, counted)
        .where(Message.group_id == writer.group_id, Message.by_id == writer.user_id)
        .order_by(Message.id.desc())
        .limit(most)
    )
    if before is not None:
        mine = mine.where(Message.id < before)
    return [Sent(*row) for row in session.execute(mine)]


def names_written_to(session: Session, message: Message) -> list[str]:
    """Return to whom MESSAGE went, by name: for who wrote it."""
    names = session.scalars(
        select(User.name)
        .join(Enrolment, Enrolment.user_id == User.id)
        .join(MessageTo, MessageTo.enrolment_id == Enrolment.id)
        .where(MessageTo.message_id == message.id)
    )
    return sorted((name or "" for name in names), key=str.casefold)


def message_for(session: Session, user_id: int, message_id: int) -> Message | None:
    """Return the message of that id where it is by, or to, the user; with its study group and who wrote it."""
    to_them = (
        select(MessageTo.message_id)
        .join(Enrolment, Enrolment.id == MessageTo.enrolment_id)
        .where(Enrolment.user_id == user_id)
    )
    return session.scalar(
        select(Message)
        .where(Message.id == message_id, (Message.by_id == user_id) | Message.id.in_(to_them))
        .options(joinedload(Message.group), joinedload(Message.by))
    )
