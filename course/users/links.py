"""Links that work once and not for long: a new password by mail, an account for an e-mail, another e-mail, the first
administrator of a site.

Looking at a link never uses it up: mail programs look at links before people do. What is asked for by mail is looked up
by the worker, which also makes the link: whoever asks learns nothing, not even by waiting, of who has an account.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Gone
from course.base.jobs import add_job
from course.base.web import hash_of_secret, new_secret
from course.base.words import _
from course.users import letters
from course.users.accounts import change_email, with_email
from course.users.audit import record
from course.users.models import Act, LinkKind, OneTimeLink, User
from course.users.sign_ins import sign_out_everywhere

log = logging.getLogger(__name__)

#: The job that makes a link and sends it.
LINK = "link"

#: Stands for the token in the address that is handed to the job.
TOKEN_HERE = "-token-"  # noqa: S105 (a place, not a secret)

RESET_LASTS = timedelta(hours=1)
SETUP_LASTS = timedelta(days=7)

#: So many links of a kind to one e-mail work at a time; who asks for more has these.
MOST_OPEN = 5

RESET_LETTER = _(
    """Hello {name},

somebody, we hope it was you, asked for a new password at Kruzhok. Choose it here, within an hour:

{address}

The link works once. If it was not you, do nothing: your password stays as it is.
"""
)

SIGN_UP_LETTER = _(
    """Hello,

somebody, we hope it was you, wants an account at Kruzhok with this e-mail. Make it here, within an hour:

{address}

The link works once. If it was not you, do nothing: there will be no account.
"""
)

EMAIL_LETTER = _(
    """Hello {name},

you want letters from Kruzhok to come here, and to sign in with this e-mail. Say so here, within an hour:

{address}

The link works once. If it was not you, do nothing: nothing is changed.
"""
)

TAKEN_LETTER = _(
    """Hello {name},

somebody, we hope it was you, wanted to use this e-mail for an account at Kruzhok. There is one already, yours: sign in
with it, or ask for a new password where one signs in. If it was not you, there is nothing to do.
"""
)

SUBJECTS = {
    LinkKind.reset: _("A new password for Kruzhok"),
    LinkKind.sign_up: _("Your account at Kruzhok"),
    LinkKind.email: _("Your e-mail at Kruzhok"),
}


class Letter(NamedTuple):
    """What is sent to whom."""

    to: str
    subject: str
    body: str


def ask_link(
    session: Session, kind: LinkKind, email: str, *, address: str, now: datetime, user_id: int | None = None
) -> None:
    """Have a link of KIND sent to the normal EMAIL, if that is right: the job sees. ADDRESS has TOKEN_HERE in it.

    USER_ID is who wants another e-mail."""
    payload = {"kind": kind.value, "email": email, "address": address, "user": user_id}
    add_job(session, LINK, payload, run_at=now)


def letter_with_link(session: Session, payload: dict[str, Any], *, now: datetime) -> Letter | None:
    """Return the letter that was asked for with PAYLOAD, its link made by this; None where none is to be sent."""
    kind, email = LinkKind(payload["kind"]), payload["email"]
    owner = with_email(session, email)
    if kind is LinkKind.reset:
        if owner is None:
            return None
        return _letter(session, kind, payload, now, RESET_LETTER, user=owner)
    if owner is not None:
        return Letter(email, SUBJECTS[kind], TAKEN_LETTER.format(name=owner.name))
    if kind is LinkKind.sign_up:
        return _letter(session, kind, payload, now, SIGN_UP_LETTER, email=email)
    user = session.get(User, payload["user"])
    if user is None or user.email is None:
        return None
    return _letter(session, kind, payload, now, EMAIL_LETTER, user=user, email=email)


def _letter(
    session: Session,
    kind: LinkKind,
    payload: dict[str, Any],
    now: datetime,
    words: str,
    *,
    user: User | None = None,
    email: str | None = None,
) -> Letter | None:
    mine = (OneTimeLink.user_id == (user.id if user else None), OneTimeLink.email == email, OneTimeLink.kind == kind)
    still_open = (OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
    if (session.scalar(select(func.count(OneTimeLink.id)).where(*mine, *still_open)) or 0) >= MOST_OPEN:
        return None
    token = new_secret()
    session.add(_link(kind, token, now + RESET_LASTS, user.id if user else None, email))
    session.flush()
    log.info("A link was made: %s", kind.value)
    body = words.format(name=user.name if user else "", address=payload["address"].replace(TOKEN_HERE, token))
    return Letter(payload["email"], SUBJECTS[kind], body)


def _link(
    kind: LinkKind, token: str, expires_at: datetime, user_id: int | None = None, email: str | None = None
) -> OneTimeLink:
    made = OneTimeLink(kind=kind, token_hash=hash_of_secret(token), expires_at=expires_at)
    made.user_id, made.email = user_id, email
    return made


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


def use_link(session: Session, kind: LinkKind, token: str, *, now: datetime) -> OneTimeLink:
    """Return the link of TOKEN, used up by this; raise Gone. Of two who use it at once one gets it."""
    link = open_link(session, kind, token, now=now)
    mine = update(OneTimeLink).where(OneTimeLink.id == link.id, OneTimeLink.used_at.is_(None))
    if not session.execute(mine.values(used_at=now)).rowcount:  # type: ignore[attr-defined]
        raise Gone(_("It has just been used."))
    return link


def reset_password(session: Session, token: str, password_hash: str, *, now: datetime) -> User:
    """Return the user of the link TOKEN with a new password, signed out everywhere, and written to; raise Gone.

    Other links to the same end are used up with it."""
    link = use_link(session, LinkKind.reset, token, now=now)
    user = session.get_one(User, link.user_id)
    if user.email is None:
        raise Gone
    user.password_hash = password_hash
    others = update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    session.execute(others.values(used_at=now))
    sign_out_everywhere(session, user, now)
    record(session, Act.password_reset, by=user.id, about=user.id, now=now)
    letters.tell_owner(session, user, letters.PASSWORD, now=now)
    log.info("User %d has a new password by a link", user.id)
    return user


def take_email(session: Session, token: str, *, now: datetime) -> User:
    """Return the user of the link TOKEN, with the e-mail it was sent to; raise Gone or EmailTaken."""
    link = use_link(session, LinkKind.email, token, now=now)
    user = session.get_one(User, link.user_id)
    if user.email is None or link.email is None:
        raise Gone
    change_email(session, user, link.email, now=now)
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
    use_link(session, LinkKind.setup, token, now=now)
    user.administrator = True
    record(session, Act.administrator_made, by=user.id, about=user.id, now=now)
    log.info("User %d became the first administrator", user.id)
