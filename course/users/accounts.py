"""Accounts: made from nothing or from a guest, entered with a password, changed. The caller has hashed before."""

import logging
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from course.base.errors import Conflict, DomainError, NotFound
from course.base.words import _
from course.users import letters
from course.users.audit import record
from course.users.models import Act, DigestKind, OneTimeLink, User
from course.users.passwords import passwords_with, weakness
from course.users.sign_ins import change_token, sign_out_everywhere

log = logging.getLogger(__name__)

LONGEST_EMAIL, LONGEST_NAME = 254, 100

#: Would make two addresses of one, or another one, in the head of a letter.
NOT_IN_EMAIL = frozenset(',;:<>()[]\\"')


class Unfit(DomainError):
    """Something typed that cannot be taken; `field` says where."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class EmailTaken(Conflict):
    """There is an account with that e-mail."""

    title = _("There is an account with this e-mail already")


class WrongPassword(DomainError):
    """E-mail and password do not belong together; which of the two is wrong is not said."""

    status = 422
    title = _("E-mail or password is not right")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What makes an account. The e-mail is a normal one, the password hashed."""

    email: str
    name: str
    password_hash: str


def normal_email(typed: str) -> str:
    """Return the one way in which the e-mail TYPED is written here; raise Unfit where it is none."""
    email = unicodedata.normalize("NFC", typed.strip().lower())
    local, at, domain = email.partition("@")
    if not (local and at and domain) or "@" in domain:
        raise Unfit("email", _("An e-mail looks like name@example.org."))
    if email != email.lower() or any(sign == " " or not sign.isprintable() or sign in NOT_IN_EMAIL for sign in email):
        raise Unfit("email", _("There is a character in it that no e-mail has."))
    if domain.startswith(".") or domain.endswith(".") or ".." in email:
        raise Unfit("email", _("There is a dot too many in it."))
    if len(email) > LONGEST_EMAIL:
        raise Unfit("email", _("At most {n} characters fit.").format(n=LONGEST_EMAIL))
    return email


def normal_name(typed: str) -> str:
    """Return the name TYPED on one line with single spaces; raise Unfit where nothing can be read in it."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not name or not all(sign.isprintable() for sign in name):
        raise Unfit("name", _("Say how you want to be called."))
    if len(name) > LONGEST_NAME:
        raise Unfit("name", _("At most {n} characters fit.").format(n=LONGEST_NAME))
    return name


def good_password(password: str, *, email: str = "", name: str = "", field: str = "password") -> str:
    """Return PASSWORD; raise Unfit where it is too easy to guess."""
    if (why := weakness(password, email=email, name=name)) is not None:
        raise Unfit(field, why)
    return password


def with_email(session: Session, email: str) -> User | None:
    """Return the account of the normal EMAIL."""
    return session.scalar(select(User).where(User.email == email, User.erased_at.is_(None)))


def sign_up(session: Session, guest_id: int | None, account: NewAccount, *, now: datetime) -> User:
    """Return a new account; the guest, if there is one, becomes it and keeps their work. Raise EmailTaken.

    Of two that sign up with one e-mail at once the database lets one through."""
    user = None if guest_id is None else session.get(User, guest_id, with_for_update=True)
    if user is None:
        user = User(created_at=now)
    elif user.email == account.email:  # a double click
        raise EmailTaken
    elif not user.is_guest:
        raise Conflict(_("What was done here has just become somebody’s account. Load the page again."))
    try:
        with session.begin_nested():
            user.email, user.password_hash, user.name = account.email, account.password_hash, account.name
            user.active_on = now.date()
            session.add(user)
    except IntegrityError:
        if with_email(session, account.email) is None:
            raise
        raise EmailTaken from None
    sign_out_everywhere(session, user, now)  # the guest's token; the account gets its own
    log.info("User %d signed up", user.id)
    return user


def enter(session: Session, user_id: int, kept: str | None, renewed: str | None) -> User:
    """Return the user whose password fitted what was KEPT; raise WrongPassword where another is kept by now.

    RENEWED is the hash to be kept instead, if the old one has become too weak."""
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.erased_at is not None or user.password_hash is None or user.password_hash != kept:
        raise WrongPassword
    if renewed:
        user.password_hash = renewed
    return user


def change_password(
    session: Session, user: User, *, kept: str | None, new: str, now: datetime, sign_in_id: int | None
) -> str:
    """Keep NEW as the hash of USER's password and sign them out of every browser but the one of SIGN_IN_ID; return the
    new token of that one. They are written to.

    Raise Conflict where the password is no longer the one that was KEPT when it was asked for."""
    mine = update(User).where(User.id == user.id, User.password_hash == kept)
    if not session.execute(mine.values(password_hash=new)).rowcount:  # type: ignore[attr-defined]
        raise Conflict(_("Your password was changed elsewhere in the meantime."))
    sign_out_everywhere(session, user, now, but=sign_in_id)
    record(session, Act.password_changed, by=user.id, about=user.id, now=now)
    letters.tell_owner(session, user, letters.PASSWORD, now=now)
    log.info("User %d changed their password", user.id)
    return change_token(session, sign_in_id)


def change_email(session: Session, user: User, email: str, *, now: datetime) -> None:
    """Make the normal EMAIL that of USER; they are written to at the one before. Raise EmailTaken.

    Open links that were sent to the one before are void."""
    before = user.email
    if before == email:
        return
    try:
        with session.begin_nested():
            user.email = email
    except IntegrityError:
        raise EmailTaken from None
    links = update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    session.execute(links.values(used_at=now))
    record(session, Act.email_changed, by=user.id, about=user.id, now=now)
    letters.tell_owner(session, user, letters.EMAIL.format(email=email), to=before, now=now)
    log.info("User %d changed their e-mail", user.id)


def change_profile(session: Session, user: User, *, name: str | None, zone: str) -> None:
    """Set the name (None: leave it) and the time zone of USER; raise Unfit for a zone that is none."""
    if zone not in available_timezones():
        raise Unfit("zone", _("There is no such time zone."))
    if name is not None:
        user.name = name
    user.zone = zone
    session.flush()


def change_digest(user: User, kind: DigestKind) -> None:
    """Let USER be written to as often as KIND says."""
    if user.digest is not kind:
        user.digest = kind
        log.info("User %d wants letters: %s", user.id, kind.value)


def create_user(
    session: Session, *, email: str, name: str, password: str, now: datetime, administrator: bool = False
) -> User:
    """Return a new account with what an operator typed; raise Unfit or EmailTaken. It hashes: not for views."""
    email, name = normal_email(email), normal_name(name)
    good_password(password, email=email, name=name)
    user = sign_up(session, None, NewAccount(email, name, passwords_with().hash(password)), now=now)
    record(session, Act.account_made, by=None, about=user.id, now=now)
    if administrator:
        promote(session, email, now=now)
    return user


def account_called(session: Session, email: str) -> User:
    """Return the account of the EMAIL that an operator typed; raise NotFound where there is none."""
    user = with_email(session, normal_email(email))
    if user is None:
        raise NotFound(_("There is no account with the e-mail {email}.").format(email=email))
    return user


def promote(session: Session, email: str, *, now: datetime) -> User:
    """Return the account of EMAIL, an administrator from now on and signed out; raise NotFound where there is none."""
    user = account_called(session, email)
    if not user.administrator:
        user.administrator = True
        sign_out_everywhere(session, user, now)
        record(session, Act.administrator_made, by=None, about=user.id, now=now)
    return user


def demote(session: Session, email: str, *, now: datetime) -> User:
    """Return the account of EMAIL, no administrator from now on and signed out; raise NotFound where there is none."""
    user = account_called(session, email)
    if user.administrator:
        user.administrator = False
        sign_out_everywhere(session, user, now)
        record(session, Act.administrator_unmade, by=None, about=user.id, now=now)
    return user
