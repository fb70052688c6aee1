"""Who asks, and what of theirs they may have."""

from datetime import UTC, datetime

from flask import request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from course.base.errors import DomainError, NotFound
from course.base.words import _
from course.users.models import SignIn, User
from course.users.sign_ins import is_proved, live_sign_ins


class SignInFirst(DomainError):
    """A page that is about somebody, asked for by nobody."""

    status = 401
    title = _("Please sign in first")
    hint = _("You were signed out here, or not signed in yet.")
    url_words = _("Sign in")

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.url = url_for("users.sign_in", next=request.path if request.method == "GET" else None)


class AccountNeeded(DomainError):
    """A page for accounts, asked for by a guest."""

    status = 403
    title = _("This needs an account")
    hint = _("You work here as a guest. Sign up, and what you did stays with you.")
    url_words = _("Sign up")

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.url = url_for("users.sign_up")


class ProofFirst(DomainError):
    """An act for which it must have been shown, not long ago, who sits there. Who only looks is led there at once."""

    status = 403
    title = _("Please show that it is you")
    hint = _("For this your password is asked for once more. Nothing was changed yet.")
    url_words = _("Type your password")

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.url = url_for("users.proof", next=request.path if request.method == "GET" else None)


def whoever() -> User | None:
    """Return the user who asks, guest or account; None for a visitor. Only to be looked at: it may be of no session."""
    user: User | None = current_user._get_current_object() if current_user.is_authenticated else None
    return user


def somebody(session: Session) -> User:
    """Return the user who asks, guest or account, to be changed in SESSION; raise SignInFirst for a visitor."""
    user = whoever()
    if user is None:
        raise SignInFirst
    return user if user in session else session.get_one(User, user.id)


def account() -> User:
    """Return the account that asks, to be looked at; raise SignInFirst for a visitor, AccountNeeded for a guest."""
    user = whoever()
    if user is None:
        raise SignInFirst
    if user.is_guest:
        raise AccountNeeded
    return user


def proved_account() -> User:
    """Return the account that asks, who has shown not long ago that it is them, for a sensitive act.

    Raise as `account` does, and ProofFirst where it was longer ago."""
    user = account()
    if not is_proved(datetime.now(UTC)):
        raise ProofFirst
    return user


def own_sign_in(session: Session, user: User, sign_in_id: int, *, now: datetime) -> SignIn:
    """Return USER's own live sign-in; somebody else's does not exist for them."""
    for sign_in in live_sign_ins(session, user, now=now):
        if sign_in.id == sign_in_id:
            return sign_in
    raise NotFound
