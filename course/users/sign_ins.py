"""Signing in and out: a random token in the signed cookie of a browser, its hash in the database.

The login library only holds who acts during a request; its remember cookie is not used, a sign-in lasts by itself.
This module is the one that knows the library's ways.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask, g, request
from flask import session as cookie
from flask_login import LoginManager, current_user
from sqlalchemy import ColumnElement, and_, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from course.base.db import current_database, db_session, may_write
from course.base.web import SAFE, hash_of_secret, new_secret
from course.users.models import SignIn, User

#: Where the login library looks for the token.
TOKEN = "_user_id"  # noqa: S105 (a name, not a secret)
#: The token of a guest who signed in to an account and was not yet asked about the work done before.
GUEST_TO_MERGE = "guest_to_merge"
#: When it was last shown, in this browser, that it is the user who sits there: seconds since 1970.
PROVED = "proved"
#: Whose password was right here, and who still has to show a code: [user, mark of the password, seconds since 1970].
HALF = "half"
#: Which accounts were signed in to in this browser before: [[user, word of the browser], …], the latest last.
KNOWN = "known"
#: What stays in the cookie of a browser whoever uses it.
OF_THE_BROWSER = frozenset({"reading", KNOWN})

#: So many accounts a browser is known to.
MOST_KNOWN = 5

#: For sensitive acts it must have been shown no longer ago who one is.
PROOF_LASTS = timedelta(minutes=15)
#: After the password there is so much time for the code.
HALF_LASTS = timedelta(minutes=10)


class Span:
    """How long a sign-in lasts: since it was made, and since something was last done with it."""

    def __init__(self, whose: str, *, days: int, idle: int) -> None:
        self.since_made, self.idle = timedelta(days=days), timedelta(days=idle)
        self._made_after, self._used_since = f"{whose}_made_after", f"{whose}_used_since"

    def holds(self) -> ColumnElement[bool]:
        """Return the condition for sign-ins that last still, at the moment that `at` says."""
        used = SignIn.last_on >= bindparam(self._used_since)
        return and_(SignIn.created_at > bindparam(self._made_after), used)

    def at(self, now: datetime) -> dict[str, Any]:
        """Return the parameters of the condition for those that last NOW."""
        return {self._made_after: now - self.since_made, self._used_since: (now - self.idle).date()}


#: A course of study takes a year, with weeks away from it; whoever runs the site comes more often and can do more.
#: A guest could not sign in again: they are forgotten with their work after 30 days, and until then stay signed in.
OF_ACCOUNTS = Span("account", days=365, idle=90)
OF_ADMINISTRATORS = Span("administrator", days=30, idle=14)

#: A sign-in that is over is kept so long, for nobody but the database.
KEEP_OVER = timedelta(days=30)

#: Rows are deleted by statements; no session holds them.
PLAIN = {"synchronize_session": False}


#: What reads the sign-in that a token opens now, as `live_sign_in` does.
ReadSignIn = Callable[[Session, str, datetime], SignIn | None]


def init_login(app: Flask, read: ReadSignIn) -> LoginManager:
    """Let APP know who acts: `current_user` is the user of the live sign-in whose token the cookie holds, as READ."""
    manager = LoginManager(app)
    # The token is ours, 256 bits, and can be revoked; an address that changes on the way home must not sign out.
    manager.session_protection = None
    manager.user_loader(partial(_load_user, read))
    return manager


def _load_user(read: ReadSignIn, token: Any) -> User | None:
    if not isinstance(token, str):
        return None
    now = datetime.now(UTC)
    if g.get("session") is not None:
        found = read(db_session, token, now)
        if found is not None and request.method not in SAFE and may_write(db_session):
            _be_used(found, now)  # an act, and so a trace that is left anyway
    else:
        with current_database().transaction(writing=False) as session:
            found = read(session, token, now)
    if found is None:
        return None
    g.sign_in_id = found.id
    g.sign_in = found
    return found.user


def _be_used(sign_in: SignIn, now: datetime) -> None:
    if sign_in.last_on != now.date():
        sign_in.last_on = now.date()


def note_day(session: Session, now: datetime) -> None:
    """Note the day of whoever acts, who was read in SESSION: a guest without any is forgotten after thirty days, and a
    sign-in that is not used ends."""
    if current_user.active_on != now.date():
        current_user.active_on = now.date()
    if (sign_in := g.get("sign_in")) is not None and sign_in in session:
        _be_used(sign_in, now)


def is_day_noted(now: datetime) -> bool:
    """Say whether `note_day` has nothing to note NOW, as it has but once a day."""
    sign_in = g.get("sign_in")
    return current_user.active_on == now.date() and (sign_in is None or sign_in.last_on == now.date())


#: The condition for sign-ins that let in, joined with their users, with the parameters of `_at`.
_LIVE = and_(
    SignIn.revoked_at.is_(None),
    User.erased_at.is_(None),
    or_(
        User.email.is_(None),
        and_(User.administrator, OF_ADMINISTRATORS.holds()),
        and_(~User.administrator, OF_ACCOUNTS.holds()),
    ),
)

#: The sign-in that a token opens, with its user and the parameters of `opened_by`. Made once: every request asks it.
SIGN_IN = (
    select(SignIn)
    .join(SignIn.user)
    .options(contains_eager(SignIn.user))
    .where(SignIn.token_hash == bindparam("token_hash"), _LIVE)
)


def opened_by(token: str, now: datetime) -> dict[str, Any]:
    """Return the parameters of SIGN_IN for what TOKEN opens NOW."""
    return {"token_hash": hash_of_secret(token), **_at(now)}


def _at(now: datetime) -> dict[str, Any]:
    return OF_ACCOUNTS.at(now) | OF_ADMINISTRATORS.at(now)


def live_sign_in(session: Session, token: str, *, now: datetime) -> SignIn | None:
    """Return the sign-in that TOKEN opens, with its user; None where it is revoked, over, or none. One query."""
    return session.scalar(SIGN_IN, opened_by(token, now))


def add_sign_in(session: Session, user: User, device: str, now: datetime, *, token: str | None = None) -> str:
    """Add a sign-in of USER; return its token, which is kept nowhere but in the browser."""
    token = token or new_secret()
    session.add(SignIn(user=user, token_hash=hash_of_secret(token), device=device, created_at=now))
    session.flush()
    return token


def change_token(session: Session, sign_in_id: int | None) -> str:
    """Return a new token of that sign-in: the one before opens nothing any more."""
    token = new_secret()
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(token_hash=hash_of_secret(token)))
    return token


def keep_in_browser(token: str, user: User, now: datetime) -> None:
    """Put TOKEN into the cookie: from here on USER acts. Best after the commit, since it is worth nothing before."""
    cookie[TOKEN] = token
    cookie[PROVED] = int(now.timestamp())
    cookie.permanent = True
    if user.email is not None:
        _be_known(user.id)
    g._login_user = user


def is_proved(now: datetime) -> bool:
    """Return whether it was shown here, not long ago, that it is the user who sits there."""
    at = cookie.get(PROVED)
    return isinstance(at, int) and 0 <= now.timestamp() - at < PROOF_LASTS.total_seconds()


def wait_for_code(user: User, now: datetime) -> None:
    """Remember in the cookie that USER's password was right, until the code is: nobody acts by that."""
    cookie[HALF] = [user.id, mark_of_password(user), int(now.timestamp())]


def mark_of_password(user: User) -> str:
    """Return what tells the password of USER from one they had before, and nothing else of it."""
    return hash_of_secret(user.password_hash or "")[:16]


def waits_for_code(now: datetime) -> tuple[int, str] | None:
    """Return whose code is waited for here, with the mark of their password; None where it took too long."""
    half = cookie.get(HALF)
    if not (isinstance(half, list) and len(half) == 3 and isinstance(half[0], int) and isinstance(half[2], int)):
        return None
    return (half[0], str(half[1])) if 0 <= now.timestamp() - half[2] < HALF_LASTS.total_seconds() else None


def word_of_browser(user_id: int | None) -> str | None:
    """Return the word by which this browser is known to the account: none where nobody ever signed in to it here."""
    return next((word for known_id, word in _known() if known_id == user_id), None)


def _be_known(user_id: int) -> None:
    """Let this browser be known to the account by a new word."""
    others = [pair for pair in _known() if pair[0] != user_id]
    cookie[KNOWN] = [*others, (user_id, secrets.token_hex(8))][-MOST_KNOWN:]


def _known() -> list[tuple[int, str]]:
    pairs: Any = cookie.get(KNOWN)
    pairs = pairs if isinstance(pairs, list) else []
    return [(pair[0], str(pair[1])) for pair in pairs if isinstance(pair, list | tuple) and len(pair) == 2]


def act_as(user: User) -> None:
    """Let USER act for the rest of the request at hand, whoever sent it: for what is written as they would read it."""
    g._login_user = user


def sign_in(session: Session, user: User, device: str, now: datetime) -> None:
    """Sign USER in with a new token, in one go with the transaction at hand."""
    keep_in_browser(add_sign_in(session, user, device, now), user, now)


def end_here() -> None:
    """Empty the cookie: nobody acts in this browser, and forms drawn for whoever did are refused."""
    for key in [key for key in cookie if key not in OF_THE_BROWSER]:
        del cookie[key]
    if cookie:
        cookie.permanent = True
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


def sign_out_everybody(session: Session, now: datetime) -> int:
    """Revoke every live sign-in of every account, for the day on which tokens may be known; return how many.

    Guests stay: nobody could sign in as them again."""
    accounts = select(User.id).where(User.email.is_not(None))
    live = update(SignIn).where(SignIn.revoked_at.is_(None), SignIn.user_id.in_(accounts)).values(revoked_at=now)
    return session.execute(live, execution_options=PLAIN).rowcount  # type: ignore[attr-defined, no-any-return]


def revoke_token(session: Session, token: str, now: datetime) -> None:
    """Revoke the sign-in of TOKEN, if there is one that lives."""
    live = update(SignIn).where(SignIn.token_hash == hash_of_secret(token), SignIn.revoked_at.is_(None))
    session.execute(live.values(revoked_at=now))


def live_sign_ins(session: Session, user: User, *, now: datetime) -> Sequence[SignIn]:
    """Return the browsers in which USER is signed in, the newest first."""
    mine = select(SignIn).join(SignIn.user).where(SignIn.user_id == user.id, _LIVE)
    return session.scalars(mine.order_by(SignIn.created_at.desc(), SignIn.id.desc()), _at(now)).all()


def forget_sign_ins(session: Session, *, now: datetime) -> None:
    """Delete the sign-ins that were over a month ago: revoked, or lasting no longer."""
    then = now - KEEP_OVER
    of_users = select(User.id).where(User.email.is_not(None))
    over = and_(SignIn.user_id.in_(of_users), ~OF_ACCOUNTS.holds())
    old = delete(SignIn).where(or_(SignIn.revoked_at < then, over))
    session.execute(old, OF_ACCOUNTS.at(then), execution_options=PLAIN)


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
