"""What the pages of users have in common: how they are drawn and refused, and how a browser changes hands."""

import logging
from datetime import datetime

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from course.base.db import current_database, db_session, request_transaction
from course.base.errors import DomainError, Gone, TooMany
from course.base.forms import Form
from course.base.web import keyed, network_here, say_when_again, site_keys
from course.base.words import _
from course.users import accounts, forms, letters, second_step
from course.users import sign_ins as signs
from course.users.models import User
from course.users.passwords import Passwords, passwords_with
from course.users.reading import bring_settings
from course.users.tries import Comer, count_entry, take_back_entry

log = logging.getLogger(__name__)

bp = Blueprint("users", __name__)

#: After so many wrong codes from one place in an hour the owner is written to: somebody knows the password.
SUSPICIOUS = 5


def passwords() -> Passwords:
    """Return how this site hashes."""
    return passwords_with(current_app.config.get("ARGON2"))


def page(template: str, form: Form | None = None, status: int = 200, **values: object) -> ResponseReturnValue:
    """Return the page of TEMPLATE with FORM and what else it needs."""
    return render_template(f"users/{template}.html", form=form, next=forms.next_path(), **values), status


def refuse(form: Form, error: DomainError) -> int:
    """Hang the words of ERROR on FORM, on the field it names if it names one; return its status."""
    field = getattr(error, "field", None)
    (form[field].errors if field else form.form_errors).append(error.message or error.title)
    say_when_again(error)
    return error.status


def comer(account: str, user_id: int | None) -> Comer:
    """Return who tries to get into the ACCOUNT as it was typed, which is that of USER_ID if there is one."""
    return Comer(keyed(account), network_here(), signs.word_of_browser(user_id))


def enter(email: str, password: str, who: User | None, now: datetime) -> ResponseReturnValue:
    """Sign in with EMAIL and PASSWORD in place of WHO, or go on to the code; raise WrongPassword or TooMany.

    With and without such an account the same is asked of the database and one password is compared."""
    with request_transaction(current_database(), writing=True) as session:
        account = accounts.with_email(session, email)
        coming = comer(email, account.id if account else None)
        _count(session, "password", coming, account.id if account else None, now)
    kept = account.password_hash if account else None
    if not passwords().fits(kept, password) or account is None or kept is None:
        log.info("A wrong password for user %s", account.id if account else "nobody")
        raise accounts.WrongPassword
    renewed = passwords().hash(password) if passwords().is_outdated(kept) else None
    with request_transaction(current_database(), writing=True) as session:
        user = accounts.enter(session, account.id, kept, renewed)
        take_back_entry(session, "password", coming, now=now)
        token = entry(who, user, now)
    log.info("User %d %s", user.id, "signed in with a password" if token else "gave a password and is to show a code")
    return entered(who, user, token, now)


def _count(session: Session, what: str, coming: Comer, user_id: int | None, now: datetime) -> int:
    """Count a try to get into the account of USER_ID; log it where it is refused."""
    try:
        return count_entry(session, what, coming, now=now)
    except TooMany:
        log.warning("Too many tries of a %s for user %s", what, user_id or "nobody")
        raise


def enter_with_code(user_id: int, mark: str, code: str, who: User | None, now: datetime) -> ResponseReturnValue:
    """Sign in with the CODE of the user whose password, of that MARK, was right; raise WrongCode, TooMany or Gone."""
    with request_transaction(current_database(), writing=True) as session:
        coming = comer(f"user {user_id}", user_id)
        tries = _count(session, "code", coming, user_id, now)
        user = session.get(User, user_id)
        if user is None or signs.mark_of_password(user) != mark:
            raise Gone(_("The password was changed in the meantime. Sign in anew."))
        if tries == SUSPICIOUS:
            letters.tell_owner(session, user, letters.HALF_WAY, now=now)
    with request_transaction(current_database(), writing=True) as session:
        user = session.get_one(User, user_id)
        try:
            recovering = second_step.check(session, user_id, site_keys(), code, now=now)
        except second_step.WrongCode:
            log.info("A wrong code for user %d", user_id)
            raise
        if recovering:
            used = letters.CODE_USED.format(n=second_step.codes_left(session, user))
            letters.tell_owner(session, user, used, now=now)
        take_back_entry(session, "code", coming, now=now)
        token = in_place_of(who, user, now)
    log.info("User %d signed in with a password and a code", user_id)
    return entered(who, user, token, now)


def entry(who: User | None, user: User, now: datetime) -> str | None:
    """Add a sign-in of USER in place of WHO and return its token; None where a code is to be shown first."""
    return None if second_step.is_asked(db_session, user.id) else in_place_of(who, user, now)


def in_place_of(who: User | None, user: User, now: datetime) -> str:
    """Add a sign-in of USER and end that of WHO in this browser, unless it is a guest, who is asked about first."""
    old = cookie.get(signs.TOKEN)
    if who and not who.is_guest and old:
        signs.revoke_token(db_session, old, now)
    bring_settings(user, who if who and who.is_guest else None)
    return signs.add_sign_in(db_session, user, signs.device_here(), now)


def entered(who: User | None, user: User, token: str | None, now: datetime) -> ResponseReturnValue:
    """Change the cookie of this browser from WHO to USER, and go on; a guest's work is asked about on the way.

    Without a TOKEN nobody's cookie is changed, and the code is asked for."""
    if token is None:
        signs.wait_for_code(user, now)
        return redirect(url_for("users.code", next=forms.next_path()), 303)
    old = cookie.get(signs.TOKEN) if who and who.is_guest and who.id != user.id else cookie.get(signs.GUEST_TO_MERGE)
    signs.end_here()  # forms drawn for somebody else are refused from here on
    signs.keep_in_browser(token, user, now)
    ask = current_app.config.get("AFTER_SIGN_IN")
    if old and ask:
        cookie[signs.GUEST_TO_MERGE] = old
        return redirect(url_for(ask, next=forms.next_path()), 303)
    return redirect(forms.next_path(), 303)
