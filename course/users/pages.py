"""What the pages of users have in common: how they are drawn and refused, and how a browser changes hands."""

from datetime import datetime

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from course.base.db import current_database, db_session, request_transaction
from course.base.errors import DomainError
from course.base.forms import Form
from course.base.limits import count_try
from course.users import accounts, forms
from course.users import sign_ins as signs
from course.users.models import User
from course.users.passwords import Passwords, passwords_with
from course.users.reading import bring_settings

bp = Blueprint("users", __name__)


def passwords() -> Passwords:
    """Return how this site hashes."""
    return passwords_with(current_app.config.get("ARGON2"))


def address() -> str:
    """Return where the request comes from, to count its tries."""
    return request.remote_addr or ""


def page(template: str, form: Form | None = None, status: int = 200, **values: object) -> ResponseReturnValue:
    """Return the page of TEMPLATE with FORM and what else it needs."""
    return render_template(f"users/{template}.html", form=form, next=forms.next_path(), **values), status


def refuse(form: Form, error: DomainError) -> int:
    """Hang the words of ERROR on FORM, on the field it names if it names one; return its status."""
    field = getattr(error, "field", None)
    (form[field].errors if field else form.form_errors).append(error.message or error.title)
    return error.status


def enter(email: str, password: str, who: User | None, now: datetime) -> ResponseReturnValue:
    """Sign in with EMAIL and PASSWORD in place of WHO; raise WrongPassword or TooMany."""
    with request_transaction(current_database(), writing=True) as session:
        count_try(session, "sign-in from", address(), most=50, now=now)
        count_try(session, "sign-in to", email, most=10, now=now)
        account = accounts.with_email(session, email)
    kept = account.password_hash if account else None
    if not passwords().fits(kept, password) or account is None or kept is None:
        raise accounts.WrongPassword
    renewed = passwords().hash(password) if passwords().is_outdated(kept) else None
    with request_transaction(current_database(), writing=True) as session:
        user = accounts.enter(session, account.id, kept, renewed)
        token = in_place_of(who, user, now)
    return entered(who, user, token)


def in_place_of(who: User | None, user: User, now: datetime) -> str:
    """Add a sign-in of USER and end that of WHO in this browser, unless it is a guest, who is asked about first."""
    old = cookie.get(signs.TOKEN)
    if who and not who.is_guest and old:
        signs.revoke_token(db_session, old, now)
    bring_settings(user, who if who and who.is_guest else None)
    return signs.add_sign_in(db_session, user, signs.device_here(), now)


def entered(who: User | None, user: User, token: str) -> ResponseReturnValue:
    """Change the cookie of this browser from WHO to USER, and go on; a guest's work is asked about on the way."""
    old = cookie.get(signs.TOKEN) if who and who.is_guest and who.id != user.id else cookie.get(signs.GUEST_TO_MERGE)
    signs.end_here()  # forms drawn for somebody else are refused from here on
    signs.keep_in_browser(token, user)
    ask = current_app.config.get("AFTER_SIGN_IN")
    if old and ask:
        cookie[signs.GUEST_TO_MERGE] = old
        return redirect(url_for(ask, next=forms.next_path()), 303)
    return redirect(forms.next_path(), 303)
