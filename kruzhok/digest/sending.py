"""Letters handed in: each once, as far as anybody can know."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from course.base.db import Database
from course.notices.models import Digest
from course.users.models import DigestKind, User

#: That a letter went on some day is kept so long.
KEPT = timedelta(days=90)


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
