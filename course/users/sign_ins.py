"""Signing in and out: a random token in the signed cookie of a browser, its hash in the database.

The login library only holds who acts during a request; its remember cookie is not used, a sign-in lasts by itself.
This module is the one that knows the library's ways.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Flask, g, request
from flask import session as cookie
from flask_login import LoginManager, current_user
from sqlalchemy import select, update
from sqlalchemy.orm import Session, contains_eager

from course.base.db import current_database, db_session
from course.base.web import hash_of_secret, new_secret
from course.users.models import SignIn, User

#: Where the login library looks for the token.
TOKEN = "_user_id"  # noqa: S105 (a name, not a secret)
#: The token of a guest who signed in to an account and was not yet asked about the work done before.
GUEST_TO_MERGE = "guest_to_merge"
#: What stays in the cookie of a browser whoever uses it.
OF_THE_BROWSER = frozenset({"reading"})


def init_login(app: Flask) -> LoginManager:
    """Let APP know who acts: `current_user` is the user of the live sign-in whose token the cookie holds."""
    manager = LoginManager(app)
    # The token is ours, 256 bits, and can be revoked; an address that changes on the way home must not sign out.
    manager.session_protection = None
    manager.user_loader(_load_user)
    return manager


def _load_user(token: Any) -> User | None:
    if not isinstance(token, str):
        return None
    if g.get("session") is not None:
        found = live_sign_in(db_session, token)
    else:
        with current_database().transaction(writing=False) as session:
            found = live_sign_in(session, token)
    if found is None:
        return None
    g.sign_in_id = found.id
    return found.user


def live_sign_in(session: Session, token: str) -> SignIn | None:
    """Return the sign-in that TOKEN opens, with its user; None where it is revoked or was never given. One query."""
    mine = (
        select(SignIn)
        .join(SignIn.user)
        .options(contains_eager(SignIn.user))
        .where(SignIn.token_hash == hash_of_secret(token), SignIn.revoked_at.is_(None), User.erased_at.is_(None))
    )
    return session.scalar(mine)


def add_sign_in(session: Session, user: User, device: str, now: datetime, *, token: str | None = None) -> str:
    """Add a sign-in of USER; return its token, which is kept nowhere but in the browser."""
    token = token or new_secret()
    session.add(SignIn(user=user, token_hash=hash_of_secret(token), device=device, created_at=now))
    session.flush()
    return token


def keep_in_browser(token: str, user: User) -> None:
    """Put TOKEN into the cookie: from here on USER acts. Best after the commit, since it is worth nothing before."""
    cookie[TOKEN] = token
    cookie.permanent = True
    g._login_user = user


def act_as(user: User) -> None:
    """Let USER act for the rest of the request at hand, whoever sent it: for what is written as they would read it."""
    g._login_user = user


def sign_in(session: Session, user: User, device: str, now: datetime) -> None:
    """Sign USER in with a new token, in one go with the transaction at hand."""
    keep_in_browser(add_sign_in(session, user, device, now), user)


def end_here() -> None:
    """Empty the cookie: nobody acts in this browser, and forms drawn for whoever did are refused."""
    for key in [key for key in cookie if key not in OF_THE_BROWSER]:
        del cookie[key]
    g.pop("_login_user", None)
    g.pop("sign_in_id", None)


def sign_out(session: Session, now: datetime) -> None:
    """Revoke the sign-in of this browser, and that of a guest it still carries along."""
    for token in (cookie.get(TOKEN), cookie.get(GUEST_TO_MERGE)):
        if isinstance(token, str):
            revoke_token(session, token, now)
    end_here()


def sign_out_everywhere(session: Session, user: User, now: datetime, *, but: int | None = None) -> int:
    """Revoke every live sign-in of USER, except the one of the id BUT; return how many there were."""
    live = update(SignIn).where(SignIn.user_id == user.id, SignIn.revoked_at.is_(None), SignIn.id != (but or 0))
    return session.execute(live.values(revoked_at=now)).rowcount  # type: ignore[attr-defined, no-any-return]


def revoke_token(session: Session, token: str, now: datetime) -> None:
    """Revoke the sign-in of TOKEN, if there is one that lives."""
    live = update(SignIn).where(SignIn.token_hash == hash_of_secret(token), SignIn.revoked_at.is_(None))
    session.execute(live.values(revoked_at=now))


def live_sign_ins(session: Session, user: User) -> Sequence[SignIn]:
    """Return the browsers in which USER is signed in, the newest first."""
    mine = select(SignIn).where(SignIn.user_id == user.id, SignIn.revoked_at.is_(None))
    return session.scalars(mine.order_by(SignIn.created_at.desc(), SignIn.id.desc())).all()


def current_sign_in_id() -> int | None:
    """Return the id of the sign-in of this browser."""
    return g.get("sign_in_id") if current_user.is_authenticated else None


def device_here() -> str:
    """Return what this browser is, in words for its user."""
    return device_in_words(request.headers.get("User-Agent", ""))


#: The first that is found in the header names the browser (many call themselves Chrome and Safari as well).
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chromium", "Chromium"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device_in_words(agent: str) -> str:
    """Return "Firefox, Linux" for the User-Agent header; what cannot be told is left out, and may be all of it."""
    names = (next((words for sign, words in known if sign in agent), None) for known in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in names if name)
