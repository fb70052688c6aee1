"""Links that work once and not for long: a new password by mail, the first administrator of a site.

Looking at a link never uses it up: mail programs look at links before people do.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Gone
from course.base.jobs import add_job
from course.base.web import hash_of_secret, new_secret
from course.base.words import _
from course.users.accounts import with_email
from course.users.models import LinkKind, OneTimeLink, User
from course.users.sign_ins import sign_out_everywhere

log = logging.getLogger(__name__)

RESET_LASTS = timedelta(hours=1)
SETUP_LASTS = timedelta(days=7)

RESET_LETTER = _(
    """Hello {name},

somebody, we hope it was you, asked for a new password at Kruzhok. Choose it here, within an hour:

{address}

The link works once. If it was not you, do nothing: your password stays as it is.
"""
)


def ask_reset(session: Session, email: str, *, address: Callable[[str], str], now: datetime) -> None:
    """Send a link for a new password to the account of EMAIL. Where there is none, nothing tells it from outside.

    ADDRESS makes the whole address of a token."""
    user = with_email(session, email)
    if user is None:
        return
    token = new_secret()
    session.add(_link(LinkKind.reset, token, now + RESET_LASTS, user.id))
    body = RESET_LETTER.format(name=user.name, address=address(token))
    add_job(session, "mail", {"to": email, "subject": _("A new password for Kruzhok"), "body": body}, run_at=now)
    log.info("User %d asked for a new password", user.id)


def _link(kind: LinkKind, token: str, expires_at: datetime, user_id: int | None = None) -> OneTimeLink:
    return OneTimeLink(kind=kind, token_hash=hash_of_secret(token), expires_at=expires_at, user_id=user_id)


def open_link(session: Session, kind: LinkKind, token: str, *, now: datetime) -> OneTimeLink:
    """Return the link of TOKEN, still to be used; raise Gone where there is none, or no longer."""
    link = session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.kind == kind,
            OneTimeLink.token_hash == hash_of_secret(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
    )
    if link is None or (kind is LinkKind.setup and has_administrator(session)):
        raise Gone(
            _("It was used already, it is too old, or it was copied without its end. You can ask for a new one.")
        )
    return link


def _use(session: Session, kind: LinkKind, token: str, now: datetime) -> OneTimeLink:
    """Return the link of TOKEN, used up by this; raise Gone. Of two who use it at once one gets it."""
    link = open_link(session, kind, token, now=now)
    mine = update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
    if not session.execute(mine.values(used_at=now)).rowcount:  # type: ignore[attr-defined]
        raise Gone(_("It has just been used."))
    return link


def reset_password(session: Session, token: str, password_hash: str, *, now: datetime) -> User:
    """Return the user of the link TOKEN with a new password, signed out everywhere; raise Gone.

    Other links to the same end are used up with it."""
    link = _use(session, LinkKind.reset, token, now)
    user = session.get_one(User, link.user_id)
    if user.email is None:
        raise Gone
    user.password_hash = password_hash
    others = update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    session.execute(others.values(used_at=now))
    sign_out_everywhere(session, user, now)
    session.flush()
    log.info("User %d has a new password by a link", user.id)
    return user


def has_administrator(session: Session) -> bool:
    """Return whether somebody runs this site."""
    one = select(User.id).where(User.administrator, User.erased_at.is_(None)).limit(1)
    return session.scalar(one) is not None


def new_setup_token(session: Session, now: datetime) -> str | None:
    """Return the token of a new link for the first administrator, None where there is one. A former link is void."""
    if has_administrator(session):
        return None
    token = new_secret()
    session.execute(delete(OneTimeLink).where(OneTimeLink.kind == LinkKind.setup, OneTimeLink.used_at.is_(None)))
    try:
        with session.begin_nested():
            session.add(_link(LinkKind.setup, token, now + SETUP_LASTS))
    except IntegrityError:  # two that start at once: the last one's link stands
        return new_setup_token(session, now)
    return token


def become_administrator(session: Session, token: str, user: User, *, now: datetime) -> None:
    """Make USER, who has an account, the administrator by the set-up link TOKEN; raise Gone."""
    _use(session, LinkKind.setup, token, now)
    user.administrator = True
    session.flush()
    log.info("User %d became the first administrator", user.id)
